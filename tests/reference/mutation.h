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
    // switch: stages and transfers
    ingress_plus_one,
    arbitration_minus_one,
    egress_plus_one,
    local_plus_one,
    address_lookup_minus_one,
    interrupt_lookup_plus_one,
    compose_plus_one,
    transfer_plus_one,
    transfer_rounded_down,
    prefix_not_counted,
    released_one_cycle_early,
    // switch: arbiters
    round_robin_keeps_turn,
    weight_plus_one,
    age_tie_largest,
    priority_tie_largest,
    answers_have_no_priority,
    quantum_less,
    answers_in_no_order,
    // switch: places and tags
    one_place_more,
    one_place_less,
    quota_plus_one,
    tag_freed_last_first,
    // switch: tables
    bar_base_one_page_off,
    bar_of_any_root,
    vf_stride_plus_one,
    completer_not_exchanged,
    // switch: registered inputs
    ready_of_same_edge_seen,
    arrival_of_edge_seen,
    place_of_same_instant_seen,
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
    "ingress_plus_one",
    "arbitration_minus_one",
    "egress_plus_one",
    "local_plus_one",
    "address_lookup_minus_one",
    "interrupt_lookup_plus_one",
    "compose_plus_one",
    "transfer_plus_one",
    "transfer_rounded_down",
    "prefix_not_counted",
    "released_one_cycle_early",
    "round_robin_keeps_turn",
    "weight_plus_one",
    "age_tie_largest",
    "priority_tie_largest",
    "answers_have_no_priority",
    "quantum_less",
    "answers_in_no_order",
    "one_place_more",
    "one_place_less",
    "quota_plus_one",
    "tag_freed_last_first",
    "bar_base_one_page_off",
    "bar_of_any_root",
    "vf_stride_plus_one",
    "completer_not_exchanged",
    "ready_of_same_edge_seen",
    "arrival_of_edge_seen",
    "place_of_same_instant_seen",
};
/// Those from here on are mistakes of the switch.
inline constexpr Mutation first_switch_mutation = Mutation::ingress_plus_one;
static_assert(!mutation_names.back().empty());
[[nodiscard]] constexpr std::string_view name(Mutation mutation) noexcept {
    return mutation_names[static_cast<std::size_t>(mutation)];
}

} // namespace rootpool::reference
