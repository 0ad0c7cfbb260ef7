#include "models/pcie/link_timing.h"

#include <algorithm>

#include "models/pcie/retry_buffer.h"

namespace rootpool::models {

using pcie::LinkTick;

namespace {

[[nodiscard]] LinkTick replay_limit_of(const LinkConfig& config, const pcie::LinkClock& clock) {
    constexpr LinkTick simplified_symbols = 24'000;
    return clock.symbols(config.parameters.generation <= pcie::Generation::gen3
                             ? 3 * pcie::ack_latency_symbols(config.parameters, config.max_payload)
                             : simplified_symbols);
}

/// Framing, sequence number, header of four dwords, ECRC and LCRC.
constexpr unsigned largest_overhead = 28;
/// The same without ECRC, with a header of three dwords and without data.
constexpr unsigned smallest_tlp = 20;

/// SKP ordered sets take less than this share of the time.
constexpr LinkTick skip_share = 256;
constexpr bool skips_take_less(pcie::Generation generation) noexcept {
    const pcie::LinkParameters link{generation, 1};
    return pcie::skip_symbols(link) * skip_share < pcie::skip_interval_symbols(link);
}
static_assert(skips_take_less(pcie::Generation::gen1) && skips_take_less(pcie::Generation::gen3),
              "one of each encoding");

} // namespace

LinkTiming::LinkTiming(const LinkConfig& config)
    : clock(config.parameters), flight(clock.at_least(config.latency)), dllp(clock.packet(pcie::dllp_wire_bytes)),
      step(std::min(dllp, clock.per_symbol())), skip(clock.symbols(pcie::skip_symbols(config.parameters))),
      skip_interval(clock.symbols(pcie::skip_interval_symbols(config.parameters))),
      ack_limit(clock.symbols(pcie::ack_latency_symbols(config.parameters, config.max_payload))),
      update_limit(ack_limit), replay_limit(replay_limit_of(config, clock)), retrain(clock.at_least(config.retrain)),
      reset_entry(retrain + update_limit + clock.packet(config.max_payload + largest_overhead) + flight),
      training(clock.at_least(config.training)), init_repeat(clock.at_least(34us)),
      bad_end_bytes(pcie::has_8b10b(config.parameters.generation) ? 0 : 4),
      one_dllp_per_symbol(pcie::has_8b10b(config.parameters.generation)) {
    if (config.dllp_accounting == pcie::DllpAccounting::pcie_bench) {
        dllp = 0;
        accounted = clock.symbols(2 * pcie::dllp_wire_bytes);
    }
    largest_in_time = find_largest_in_time();
}

/// From the start of a replay timer to the Ack pass at most: there and back; the Ack limit; a TLP that started just
/// before the timer, and one of the other end that started just before the Ack was due; SKP ordered sets; the Ack
/// itself, behind three InitFC2s and an UpdateFC at most, each of which may have to wait for its symbol time.
unsigned LinkTiming::find_largest_in_time() const noexcept {
    const LinkTick dllps = 5 * std::max(dllp, clock.per_symbol());
    const LinkTick until_full = LinkTick{RetryBuffer::capacity} * clock.packet(smallest_tlp);
    const LinkTick left =
        std::min(replay_limit, until_full) - (2 * flight + ack_limit + dllps + 2 * accounted + 2 * skip);
    const LinkTick tlps = std::max(left - left / skip_share, LinkTick{0});
    return static_cast<unsigned>(tlps / 2 / clock.packet(4) * 4);
}

} // namespace rootpool::models
