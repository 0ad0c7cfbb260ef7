#pragma once

#include <cstdint>
#include <vector>

#include "rootpool/host/ixgbe_environment.h"
#include "rootpool/host/ixgbe_registers.h"

namespace rootpool::host {

/// Where a ring lies and which tail register is its doorbell.
struct IxgbeRingPlace {
    std::uint64_t address = 0; ///< of descriptor 0, 128-byte aligned
    unsigned descriptors = 0;
    std::uint32_t tail_register = 0;
};

/// What one call of clean() or receive() did.
struct IxgbeWork {
    unsigned packets = 0;
    unsigned bytes = 0;
};

/// The driver's side of one transmit ring: advanced descriptors in host memory, one context descriptor ahead of every
/// packet (Linux always gives one when virtual functions are in use: the switch needs the check-context bit), Report
/// Status on the last descriptor of each packet, completion by the DD bit that the device writes back.
class IxgbeTxRing {
public:
    IxgbeTxRing(HostMemory& memory, IxgbeRegisters& registers, IxgbeRingPlace place, IxgbeCounters& counters);

    /// Clears descriptors and indices. What was queued is forgotten, as when an interface goes down.
    void reset();
    /// Queues the packet and writes the tail register. False: no room or not describable (counted), nothing taken.
    [[nodiscard]] bool transmit(const TxPacket& packet);
    [[nodiscard]] bool done_pending() const;
    /// Reports up to `budget` finished packets.
    IxgbeWork clean(unsigned budget, NetDeviceClient& client);

    [[nodiscard]] unsigned free_descriptors() const noexcept;

private:
    struct Entry {
        std::uint64_t cookie = 0;
        std::uint32_t bytes = 0;
        std::uint16_t segments = 0;
        std::uint16_t last = 0; ///< index of the descriptor that carries Report Status
    };

    [[nodiscard]] unsigned descriptors_needed(const TxPacket& packet) const noexcept;
    [[nodiscard]] bool describable(const TxPacket& packet) const noexcept;
    void write_context(const TxPacket& packet);
    void write_data(const TxPacket& packet);
    void write_descriptor(std::uint64_t low, std::uint64_t high);
    [[nodiscard]] bool is_done(unsigned index) const;

    HostMemory& memory_;
    IxgbeRegisters& registers_;
    IxgbeRingPlace place_;
    IxgbeCounters& counters_;
    std::vector<Entry> entries_; ///< by index of the packet's first descriptor
    unsigned next_to_use_ = 0;
    unsigned next_to_clean_ = 0;
};

/// The driver's side of one receive ring: one buffer per descriptor, DD polling, refill in batches.
class IxgbeRxRing {
public:
    IxgbeRxRing(HostMemory& memory, IxgbeRegisters& registers, IxgbeRingPlace place, ReceiveBuffers& buffers,
                const IxgbeSettings& settings, IxgbeCounters& counters);
    IxgbeRxRing(const IxgbeRxRing&) = delete;
    IxgbeRxRing& operator=(const IxgbeRxRing&) = delete;
    /// Gives its buffers back.
    ~IxgbeRxRing();

    /// Empties the ring: buffers go back, indices to zero.
    void reset();
    /// Fills free descriptors and writes the tail register if any was filled.
    void refill();
    [[nodiscard]] bool pending() const;
    /// Hands up to `budget` good frames to the client, drops and counts bad ones.
    IxgbeWork receive(unsigned budget, NetDeviceClient& client);

private:
    [[nodiscard]] unsigned unused() const noexcept;
    [[nodiscard]] std::uint64_t status_and_length(unsigned index) const;
    void hand_over(unsigned index, std::uint64_t write_back, IxgbeWork& work, NetDeviceClient& client);

    HostMemory& memory_;
    IxgbeRegisters& registers_;
    IxgbeRingPlace place_;
    ReceiveBuffers& buffers_;
    IxgbeCounters& counters_;
    unsigned buffer_bytes_;
    unsigned refill_batch_;
    std::vector<std::uint64_t> buffer_of_; ///< by descriptor; 0 = none
    unsigned next_to_use_ = 0;
    unsigned next_to_clean_ = 0;
    bool continued_ = false; ///< the descriptor before was not the end of its frame
};

} // namespace rootpool::host
