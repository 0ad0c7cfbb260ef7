#pragma once

#include <memory>

#include "rootpool/host/ixgbe_interrupt_moderation.h"
#include "rootpool/host/ixgbe_ring.h"

namespace rootpool::host {

/// Where the registers of a queue pair and of its vector lie: the one difference between the PF's and a VF's view at
/// run time.
struct IxgbeQueueLayout {
    std::uint32_t rx_base = 0; ///< RDBAL
    std::uint32_t tx_base = 0; ///< TDBAL
    std::uint32_t eitr = 0;    ///< throttle register of the vector
    std::uint32_t unmask = 0;  ///< register that unmasks it
    std::uint32_t unmask_bit = 0;
};

/// One Rx and one Tx ring on one vector with its throttling: the run-time path that PF and VF drivers share. Nothing
/// here waits except start() and stop().
class IxgbeQueuePair {
public:
    IxgbeQueuePair(const IxgbeEnvironment& environment, IxgbeRegisters& registers, const IxgbeQueueLayout& layout,
                   const IxgbeSettings& settings);

    /// Other queues of the same device, while stopped.
    void relocate(const IxgbeQueueLayout& layout);
    /// Writes the ring registers, enables the queues, fills the receive ring. False when an enable bit never read back.
    [[nodiscard]] bool start(Sleeper& sleeper);
    /// Disables the queues (Rx and Tx) and forgets what was queued.
    void stop(Sleeper& sleeper);

    /// stop() when the hardware is gone: only what host memory holds.
    void forget();

    bool transmit(const TxPacket& packet) { return tx_.transmit(packet); }
    [[nodiscard]] bool receive_pending() const { return rx_.pending(); }
    [[nodiscard]] bool transmit_done_pending() const { return tx_.done_pending(); }
    unsigned poll_receive(unsigned budget, NetDeviceClient& client);
    unsigned poll_transmit_done(NetDeviceClient& client);
    void polling_done(SimTime now);
    /// Tries again to fill the receive ring, for when the supply of buffers had run dry.
    void refill() { rx_.refill(); }

    [[nodiscard]] const IxgbeCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] const IxgbeInterruptModeration& moderation() const noexcept { return *moderation_; }

private:
    [[nodiscard]] bool start_transmit(Sleeper& sleeper);
    [[nodiscard]] bool start_receive(Sleeper& sleeper);

    IxgbeRegisters& registers_;
    IxgbeQueueLayout layout_;
    IxgbeSettings settings_;
    IxgbeCounters counters_;
    unsigned tx_bytes_;
    unsigned rx_bytes_;
    std::uint64_t tx_address_;
    std::uint64_t rx_address_;
    IxgbeTxRing tx_;
    IxgbeRxRing rx_;
    std::unique_ptr<IxgbeInterruptModeration> moderation_;
};

} // namespace rootpool::host
