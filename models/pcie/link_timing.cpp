#include "models/pcie/link_timing.h"

#include <algorithm>

namespace rootpool::models {
namespace {

[[nodiscard]] pcie::LinkTick replay_limit_of(const LinkConfig& config, const pcie::LinkClock& clock) {
    constexpr pcie::LinkTick simplified_symbols = 24'000;
    return clock.symbols(config.parameters.generation <= pcie::Generation::gen3
                             ? 3 * pcie::ack_latency_symbols(config.parameters, config.max_payload)
                             : simplified_symbols);
}

/// Framing, sequence number, header of four dwords, ECRC and LCRC.
constexpr unsigned largest_overhead = 28;

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
}

} // namespace rootpool::models
