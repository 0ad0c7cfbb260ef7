#include "tests/reference/limits.h"

#include <bit>
#include <stdexcept>

namespace rootpool::reference {

namespace {

constexpr Tick replay_limit_symbols_above_8gt = 24'000; // PCIe base 3.6.2.1, the simplified limit
constexpr SimTime init_repeat_time = 34us;

/// Of 2.5 GT/s, by log2 of the width and of the maximum payload; the tables of the higher rates only add a constant to
/// each cell, the longer internal delay.
constexpr std::array<std::array<Tick, 6>, 5> ack_limits_2_5gt = {{
    {237, 416, 559, 1071, 2095, 4143}, // x1
    {128, 217, 289, 545, 1057, 2081},  // x2
    {73, 118, 154, 282, 538, 1050},    // x4
    {67, 107, 86, 150, 278, 534},      // x8
    {48, 72, 86, 150, 278, 534},       // x16
}};

constexpr Tick added_internal_delay(unsigned generation) {
    constexpr Tick at_2_5gt = 19;
    constexpr Tick at_5gt = 70;
    constexpr Tick at_8gt_and_above = 115;
    if (generation == 1) {
        return 0;
    }
    return (generation == 2 ? at_5gt : at_8gt_and_above) - at_2_5gt;
}

Tick replay_limit_symbols(const LinkSettings& settings) {
    return settings.generation <= 3 ? 3 * ack_limit_symbols(settings.generation, settings.width, settings.max_payload)
                                    : replay_limit_symbols_above_8gt;
}

} // namespace

Tick ack_limit_symbols(unsigned generation, unsigned width, unsigned max_payload) {
    if (!std::has_single_bit(max_payload) || max_payload < 128 || max_payload > 4096) {
        throw std::invalid_argument("a maximum payload is 128, 256, 512, 1024, 2048 or 4096 bytes");
    }
    const auto row = static_cast<std::size_t>(std::countr_zero(width));
    const auto column = static_cast<std::size_t>(std::countr_zero(max_payload / 128));
    return ack_limits_2_5gt.at(row).at(column) + added_internal_delay(generation);
}

/// Framing, sequence number, LCRC, a header of four dwords and an ECRC.
constexpr unsigned most_around_data = 28;

LinkLimits::LinkLimits(const LinkSettings& settings, const LinkTicks& ticks)
    : flight(ticks.ticks_in(settings.latency)),
      ack(ticks.symbols(ack_limit_symbols(settings.generation, settings.width, settings.max_payload))), update(ack),
      replay(ticks.symbols(replay_limit_symbols(settings))), retrain(ticks.ticks_in(settings.retrain)),
      reset_entry(retrain + update + ticks.tlp_length(settings.max_payload + most_around_data) + flight),
      training(ticks.ticks_in(settings.training)), skip_interval(ticks.skip_interval()),
      init_repeat(ticks.ticks_in(init_repeat_time)) {
    const auto one_if = [&](Mutation mutation) -> Tick { return settings.mutation == mutation ? 1 : 0; };
    flight += one_if(Mutation::flight_plus_one);
    ack += one_if(Mutation::ack_limit_plus_one);
    update -= one_if(Mutation::update_limit_minus_one);
    replay += one_if(Mutation::replay_limit_plus_one);
    retrain -= one_if(Mutation::retrain_minus_one);
    skip_interval += one_if(Mutation::skip_interval_plus_one);
    init_repeat += one_if(Mutation::init_repeat_plus_one);
}

} // namespace rootpool::reference
