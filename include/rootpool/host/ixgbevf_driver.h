#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rootpool/host/interrupt_vectors.h"
#include "rootpool/host/ixgbe_environment.h"
#include "rootpool/host/ixgbe_queue_pair.h"
#include "rootpool/host/ixgbevf_mailbox.h"
#include "rootpool/host/msi.h"

namespace rootpool::host {

/// The driver of an 82599 virtual function: one queue pair on vector 0, mailbox on vector 1. It knows its hardware by
/// registers, mailbox, rings and configuration space only. probe(), open(), close(), service() wait and run in a thread
/// of the OS model; what NetDevice names does not. Order and limits: Linux drivers/net/ethernet/intel/ixgbevf.
class IxgbevfDriver : public NetDevice {
public:
    IxgbevfDriver(const IxgbeEnvironment& environment, PciDevice& device, const IxgbeSettings& settings,
                  std::string interface_name);
    ~IxgbevfDriver() override;

    /// Enables the function, resets it, negotiates with the PF, finds its MAC address. False: refused, the kernel log
    /// says why. A PF that is still down is not a failure here (as in Linux): open() tries again.
    [[nodiscard]] bool probe();
    /// Vectors, rings, interrupts on. False with a kernel-log line when the PF does not answer or a queue does not
    /// start.
    [[nodiscard]] bool open(const IxgbeHandlers& handlers);
    /// Queues off, interrupts masked.
    void close();
    /// close() and disable the function; with the hardware gone (surprise removal) registers are not waited for.
    void remove();
    /// Task of the "other" vector and of the 2 s timer: mailbox causes, link state; resets after the PF was reset.
    void service();

    /// PF was asked and accepted.
    [[nodiscard]] bool set_mac(const MacAddress& mac);

    [[nodiscard]] bool is_open() const noexcept { return open_; }
    [[nodiscard]] bool removed() const noexcept { return removed_; }
    [[nodiscard]] unsigned api_version() const noexcept {
        return api_;
    } ///< code of the mailbox message: 0 = 1.0, 4 = 1.3
    [[nodiscard]] IxgbeCounters counters() const noexcept { return queues_ ? queues_->counters() : IxgbeCounters{}; }
    [[nodiscard]] std::uint32_t throttle_us() const noexcept {
        return queues_ ? queues_->moderation().interval_us() : 0;
    }
    [[nodiscard]] const std::string& interface_name() const noexcept { return name_; }
    [[nodiscard]] const PciDevice& device() const noexcept { return device_; }

    // NetDevice
    [[nodiscard]] MacAddress mac() const noexcept override { return mac_; }
    [[nodiscard]] bool link_up() const noexcept override { return link_up_; }
    bool transmit(const TxPacket& packet) override;
    [[nodiscard]] bool receive_pending() const override;
    [[nodiscard]] bool transmit_done_pending() const override;
    unsigned poll_receive(unsigned budget, NetDeviceClient& client) override;
    unsigned poll_transmit_done(NetDeviceClient& client) override;
    void polling_done() override;

private:
    enum class ResetResult : std::uint8_t { done, no_address, failed };

    void log(std::string_view text);
    [[nodiscard]] bool map_registers();
    void stop_hardware();
    [[nodiscard]] bool pf_is_ready();
    [[nodiscard]] ResetResult reset_hardware();
    /// Reset, then what must be agreed with the PF anew.
    ResetResult reset_and_negotiate();
    void negotiate_api();
    void read_queues();
    [[nodiscard]] bool set_max_frame();
    void set_receive_mode();
    [[nodiscard]] bool setup_vectors(const IxgbeHandlers& handlers);
    void configure_vectors();
    [[nodiscard]] bool start_hardware();
    void restart();
    void check_link();
    [[nodiscard]] bool link_is_stable(std::uint32_t& links);
    void note_link(bool up, std::uint32_t links);
    [[nodiscard]] bool exchange(std::span<std::uint32_t> words);
    [[nodiscard]] bool adapter_gone();

    IxgbeEnvironment environment_;
    PciDevice& device_;
    IxgbeSettings settings_;
    std::string name_;
    std::optional<IxgbeRegisters> registers_;
    std::optional<IxgbevfMailbox> mailbox_;
    std::optional<MsixTable> msix_;
    std::unique_ptr<IxgbeQueuePair> queues_;
    std::array<MsiMessage, vectors_per_function> messages_{}; ///< by vector
    MacAddress mac_{};
    unsigned api_ = 0;
    bool vectors_ready_ = false;
    bool needs_reset_ = true; ///< what was agreed with the PF is void
    bool open_ = false;
    bool link_up_ = false;
    bool removed_ = false;
};

} // namespace rootpool::host
