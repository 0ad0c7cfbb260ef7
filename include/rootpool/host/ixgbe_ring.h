#pragma once

#include <cstdint>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/host/ixgbe_environment.h"
#include "rootpool/host/ixgbe_registers.h"
#include "rootpool/nic/descriptors.h"

namespace rootpool::host {

/// Where a ring lies and which tail register is its doorbell.
struct IxgbeRingPlace {
    core::MutableByteView bytes; ///< the descriptors in host memory
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
    IxgbeTxRing(IxgbeRegisters& registers, IxgbeRingPlace place, IxgbeCounters& counters);

    /// The doorbell moves when virtualization gives the PF other queues.
    void set_tail_register(std::uint32_t offset) noexcept { place_.tail_register = offset; }
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
        std::uint32_t segments = 0;
        std::uint32_t last = 0; ///< index of the descriptor that carries Report Status
    };

    [[nodiscard]] std::uint8_t* descriptor(unsigned index) const noexcept;
    [[nodiscard]] unsigned count() const noexcept { return static_cast<unsigned>(entries_.size()); }
    /// Index of the descriptor that next_to_use_ names; moves it on.
    unsigned advance() noexcept;
    void write_context(const TxPacket& packet);
    /// Returns the index of the last descriptor.
    unsigned write_data(const TxPacket& packet);

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
    IxgbeRxRing(IxgbeRegisters& registers, IxgbeRingPlace place, ReceiveBuffers& buffers, const IxgbeSettings& settings,
                IxgbeCounters& counters);
    IxgbeRxRing(const IxgbeRxRing&) = delete;
    IxgbeRxRing& operator=(const IxgbeRxRing&) = delete;
    /// Gives its buffers back.
    ~IxgbeRxRing();

    void set_tail_register(std::uint32_t offset) noexcept { place_.tail_register = offset; }
    /// Empties the ring: buffers go back, indices to zero.
    void reset();
    /// Fills free descriptors and writes the tail register if any was filled.
    void refill();
    [[nodiscard]] bool pending() const;
    /// Hands up to `budget` good frames to the client, drops and counts bad ones.
    IxgbeWork receive(unsigned budget, NetDeviceClient& client);

private:
    [[nodiscard]] unsigned unused() const noexcept;
    [[nodiscard]] unsigned count() const noexcept { return static_cast<unsigned>(buffer_of_.size()); }
    [[nodiscard]] std::uint8_t* descriptor(unsigned index) const noexcept;
    /// The counter of the reason why a frame may not reach the stack; none for a good one.
    [[nodiscard]] std::uint64_t* drop_reason(const nic::RxWriteBack& frame);

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
