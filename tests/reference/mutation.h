#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace rootpool::reference {

/// One deliberate mistake of the twin. A comparison that does not notice it does not look closely enough.
enum class Mutation : std::uint8_t {
    none,
    // time
    flight_plus_one,
    ack_limit_plus_one,
    update_limit_minus_one,
    replay_limit_plus_one,
    retrain_minus_one,
    skip_interval_plus_one,
    init_repeat_plus_one,
    // where packets start
    start_within_symbol,
    two_dllps_in_symbol,
    // priority
    ack_before_nak,
    update_before_ack,
    update_order_reversed,
    new_tlp_before_replay,
    // credits
    one_credit_more,
    one_credit_less,
    data_credits_rounded_down,
    refresh_not_sent,
    // ordering
    posted_waits_for_non_posted,
    completion_passes_posted,
    relaxed_ordering_ignored,
    id_ordering_ignored,
    root_ignored,
    same_transaction_passes,
    // data link layer
    nak_scheduled_kept,
    nak_sent_for_each_bad_tlp,
    nak_keeps_waiting_ack,
    duplicate_not_acknowledged,
    ack_number_one_less,
    replay_timer_not_restarted,
    replay_num_limit_three,
    timer_before_progress,
    // registered inputs
    tlp_of_same_instant_seen,
    release_of_same_instant_seen,
    count,
};

/// What each is called, in their order.
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Mutation::count)> mutation_names = {
    "none",
    "flight_plus_one",
    "ack_limit_plus_one",
    "update_limit_minus_one",
    "replay_limit_plus_one",
    "retrain_minus_one",
    "skip_interval_plus_one",
    "init_repeat_plus_one",
    "start_within_symbol",
    "two_dllps_in_symbol",
    "ack_before_nak",
    "update_before_ack",
    "update_order_reversed",
    "new_tlp_before_replay",
    "one_credit_more",
    "one_credit_less",
    "data_credits_rounded_down",
    "refresh_not_sent",
    "posted_waits_for_non_posted",
    "completion_passes_posted",
    "relaxed_ordering_ignored",
    "id_ordering_ignored",
    "root_ignored",
    "same_transaction_passes",
    "nak_scheduled_kept",
    "nak_sent_for_each_bad_tlp",
    "nak_keeps_waiting_ack",
    "duplicate_not_acknowledged",
    "ack_number_one_less",
    "replay_timer_not_restarted",
    "replay_num_limit_three",
    "timer_before_progress",
    "tlp_of_same_instant_seen",
    "release_of_same_instant_seen",
};
static_assert(!mutation_names.back().empty());
[[nodiscard]] constexpr std::string_view name(Mutation mutation) noexcept {
    return mutation_names[static_cast<std::size_t>(mutation)];
}

} // namespace rootpool::reference
