#pragma once

#include <string_view>

#include "rootpool/core/time.h"

namespace rootpool::host {

/// What software costs on one kind of server. All costs are CPU time of one core.
struct CpuProfile {
    std::string_view name;
    unsigned cores = 1;

    SimTime interrupt{};           ///< hard interrupt entry to exit, with the scheduling of the softirq
    SimTime poll{};                ///< one NAPI poll, without its packets
    SimTime receive_packet{};      ///< driver and GRO, per frame
    SimTime receive_segment{};     ///< IP, TCP and socket, per segment delivered after GRO
    SimTime transmit_packet{};     ///< TCP output to doorbell, per packet given to the driver
    SimTime transmit_completion{}; ///< freeing of one packet
    SimTime acknowledgement{};     ///< build and send one pure ACK
    SimTime receive_ack{};         ///< process one pure ACK, after the driver
    SimTime system_call{};         ///< entry and exit of send(), recv()
    SimTime context_switch{};      ///< to another task
    SimTime wake_up{};             ///< from making a task runnable to its first instruction on an idle core
    SimTime copy_per_byte{};       ///< user to kernel or back
    SimTime map_buffer{};          ///< make one DMA buffer visible through the IOMMU, and take it away again
};

/// The profile with this name, or nullptr. The table is what `scenario` accepts as `cpu:`.
[[nodiscard]] const CpuProfile* find_cpu_profile(std::string_view name) noexcept;

} // namespace rootpool::host
