#pragma once

#include <cstdint>

#include "rootpool/host/enumeration.h"
#include "rootpool/host/hardware_access.h"
#include "rootpool/host/net_device.h"

namespace rootpool::host {

class HostMemory;
class DmaAllocator;

/// What a network driver gets from its kernel. All of it outlives the driver.
struct IxgbeEnvironment {
    PciCore& pci;
    MmioAccess& mmio;
    InterruptController& interrupts;
    HostMemory& memory;
    DmaAllocator& dma;
    ReceiveBuffers& buffers;
};

/// Who is called when a vector of the device fires. `queue` schedules polling, `other` schedules a task that calls
/// service().
struct IxgbeHandlers {
    InterruptHandler& queue;
    InterruptHandler& other;
};

/// How interrupts are throttled.
enum class IxgbeThrottle : std::uint8_t {
    classes,  ///< three classes by bytes per microsecond: ixgbevf, and ixgbe before Linux 4.15
    adaptive, ///< by packets and size: ixgbe from Linux 4.15
    fixed,    ///< InterruptThrottleRate as a number
};

/// Settings of one interface, with the defaults of Linux.
struct IxgbeSettings {
    unsigned tx_descriptors = 1024;  ///< multiple of 8, 64..4096
    unsigned rx_descriptors = 512;   ///< the same
    unsigned rx_buffer_bytes = 2048; ///< multiple of 1024 up to 15360; the size of what ReceiveBuffers hands out
    unsigned max_frame = 1518;       ///< with FCS
    unsigned rx_refill_batch = 16;   ///< IXGBE_RX_BUFFER_WRITE
    IxgbeThrottle throttle = IxgbeThrottle::classes;
    std::uint16_t fixed_interval_us = 125; ///< for IxgbeThrottle::fixed, 2..1022
    std::uint64_t mac_seed = 0;            ///< of the "random" address when the PF assigns none
};

/// Frames and descriptors that a driver counted; nothing here stops it.
struct IxgbeCounters {
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_bytes = 0;
    std::uint64_t rx_dropped_errors = 0; ///< the device reported an error
    std::uint64_t rx_dropped_length = 0; ///< length field outside the buffer
    std::uint64_t rx_dropped_split = 0;  ///< frame over more than one buffer
    std::uint64_t rx_no_buffer = 0;      ///< refill found the supply empty
    std::uint64_t tx_packets = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t tx_busy = 0;    ///< transmit() refused: ring full
    std::uint64_t tx_refused = 0; ///< transmit() refused: a packet that no descriptor can describe
};

} // namespace rootpool::host
