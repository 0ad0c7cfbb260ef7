#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/core/scheduler.h"
#include "rootpool/pcie/fault_sources.h"

/// What happens to roots and device in resets_test.cpp, and to whom it shows.
namespace rootpool::models::test {

/// Bit errors that can be switched on and off.
class BitErrorsWhenOn : public pcie::FaultSource {
public:
    explicit BitErrorsWhenOn(std::uint64_t seed) : errors_(pcie::bit_error_unit / 100'000, seed) {}
    pcie::PacketFate fate(bool is_tlp, unsigned bytes) override {
        return on ? errors_.fate(is_tlp, bytes) : pcie::PacketFate::intact;
    }
    bool on = false;

private:
    pcie::BitErrors errors_;
};

enum class Event : unsigned {
    none,
    bit_errors,
    function_reset,       ///< by the owner of the VF
    slave_bridge_reset,   ///< secondary bus reset of the bridge above its slot
    slave_upstream_reset, ///< the same of its upstream bridge
    slave_link_disable,
    slave_root_port_reset, ///< the link to the root goes down
    physical_function_reset,
    master_bridge_reset,    ///< hot reset of the device
    master_root_port_reset, ///< reaches the device through the switch
    slave_surprise,         ///< the link to the root goes down by itself
    device_surprise,        ///< the link to the device does
    count
};

struct Expected {
    bool slave_disturbed;
    bool all_disturbed;
    unsigned function_resets; ///< that the device sees, of the slave's VF
    bool link_trains;         ///< when the reset has ended
};
inline constexpr std::array<Expected, static_cast<std::size_t>(Event::count)> expectations = {{
    {false, false, 0, false}, // none
    {false, false, 0, false}, // bit_errors
    {true, false, 1, false},  // function_reset
    {true, false, 1, false},  // slave_bridge_reset
    {true, false, 1, false},  // slave_upstream_reset
    {true, false, 1, false},  // slave_link_disable
    {true, false, 1, true},   // slave_root_port_reset
    {true, true, 0, false},   // physical_function_reset
    {true, true, 0, true},    // master_bridge_reset
    {true, true, 0, true},    // master_root_port_reset
    {true, false, 1, true},   // slave_surprise
    {true, true, 0, true},    // device_surprise
}};

/// Links go down by themselves at set times only: one of the device in the first half of each period, one of the slave
/// in the second.
inline constexpr SimTime surprise_period = 20ms;
inline constexpr SimTime surprise_margin = 2ms; ///< longer than a seed takes
inline constexpr unsigned surprises = 2000;

inline std::vector<core::TimeSpan> down_times(SimTime phase) {
    std::vector<core::TimeSpan> times;
    for (unsigned number = 1; number <= surprises; ++number) {
        const SimTime from = surprise_period * number + phase;
        times.push_back({from, from + 3us * (1 + number % 10)});
    }
    return times;
}
/// When the next down time begins, or the one that is still there did.
inline SimTime next_surprise(SimTime phase) {
    constexpr SimTime longest = 40us;
    return std::max(surprise_period, core::align_up(std::max(now() - phase - longest, SimTime{0}), surprise_period)) +
           phase;
}
inline constexpr SimTime slave_phase = surprise_period / 2;

} // namespace rootpool::models::test
