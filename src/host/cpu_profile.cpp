#include "rootpool/host/cpu_profile.h"

#include <algorithm>
#include <array>

namespace rootpool::host {
namespace {

constexpr std::array<CpuProfile, 1> profiles{{
    // Intel Core i5-3470, 3.2 GHz, four cores, Linux 2.6.32. fitted: see docs/validation.md
    {.name = "i5-3470",
     .cores = 4,
     .interrupt = 900ns,
     .poll = 250ns,
     .receive_packet = 260ns,
     .receive_segment = 500ns,
     .transmit_packet = 700ns,
     .transmit_completion = 120ns,
     .acknowledgement = 450ns,
     .receive_ack = 400ns,
     .system_call = 250ns,
     .context_switch = 1500ns,
     .wake_up = 2500ns,
     .copy_per_byte = SimTime{120'000}, // 0.12 ns
     .map_buffer = 921ns},
}};

} // namespace

const CpuProfile* find_cpu_profile(std::string_view name) noexcept {
    const auto* found =
        std::find_if(profiles.begin(), profiles.end(), [name](const CpuProfile& p) { return p.name == name; });
    return found == profiles.end() ? nullptr : found;
}

} // namespace rootpool::host
