#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rootpool/host/interrupt_vectors.h"
#include "rootpool/host/ixgbe_environment.h"
#include "rootpool/host/ixgbe_filters.h"
#include "rootpool/host/ixgbe_queue_pair.h"
#include "rootpool/host/ixgbe_vf_service.h"
#include "rootpool/host/msi.h"

namespace rootpool::host {

/// The driver of the 82599 physical function: one queue pair on vector 0, everything else on vector 1, and the host
/// side of SR-IOV. It knows its hardware by registers, rings and configuration space only. Calls named by NetDevice do
/// not wait; the others do and run in a thread of the OS model. Order and limits: Linux
/// drivers/net/ethernet/intel/ixgbe.
class IxgbePfDriver : public NetDevice {
public:
    IxgbePfDriver(const IxgbeEnvironment& environment, PciDevice& device, const IxgbeSettings& settings,
                  std::string interface_name);
    ~IxgbePfDriver() override;

    /// Enables the function, resets it, reads its MAC address. False: refused, the kernel log says why.
    [[nodiscard]] bool probe();
    /// Rings, filters, vectors, interrupts on, PF reset done told to VFs.
    [[nodiscard]] bool open(const IxgbeHandlers& handlers);
    void close();
    void remove();

    /// `echo N > sriov_numvfs`: goes through reset with virtualization on, then enables the VFs. At most 63; false with
    /// a kernel-log line otherwise. `probe_vfs`: whether this server's own OS looks into them (off when they are lent).
    [[nodiscard]] bool enable_sriov(unsigned num_vfs, bool probe_vfs);
    void disable_sriov();
    [[nodiscard]] bool set_vf_mac(unsigned vf, const MacAddress& mac);

    /// Task of the "other" vector and of the 2 s timer: link changes, mailboxes.
    void service();
    /// Only the mailboxes; what service() does for them.
    void service_mailbox();

    [[nodiscard]] bool is_open() const noexcept { return open_; }
    [[nodiscard]] bool removed() const noexcept { return removed_; }
    [[nodiscard]] unsigned num_vfs() const noexcept { return vfs_ ? vfs_->num_vfs() : 0; }
    [[nodiscard]] IxgbeCounters counters() const noexcept { return queues_ ? queues_->counters() : IxgbeCounters{}; }
    [[nodiscard]] std::uint32_t throttle_us() const noexcept {
        return queues_ ? queues_->moderation().interval_us() : 0;
    }
    [[nodiscard]] const std::string& interface_name() const noexcept { return name_; }
    [[nodiscard]] PciDevice& device() noexcept { return device_; }

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
    void log(std::string_view text);
    void log_interface(std::string_view text);
    [[nodiscard]] std::string interface_prefix() const;
    [[nodiscard]] bool map_registers();
    void stop_hardware();
    [[nodiscard]] bool reset_hardware();
    void read_mac();
    /// The pool of the PF: the one after the last VF's (Linux VMDQ_P(0)).
    [[nodiscard]] unsigned pf_pool() const noexcept { return num_vfs(); }
    [[nodiscard]] IxgbeQueueLayout layout() const noexcept;
    void configure_packet_buffers();
    void configure_virtualization();
    void configure_filters();
    void configure_transmit();
    void configure_receive();
    void configure_vectors();
    [[nodiscard]] bool setup_vectors(const IxgbeHandlers& handlers);
    [[nodiscard]] bool up();
    void down();
    void restart();
    void enable_interrupts();
    void check_link();

    IxgbeEnvironment environment_;
    PciDevice& device_;
    IxgbeSettings settings_;
    std::string name_;
    std::optional<IxgbeRegisters> registers_;
    std::optional<IxgbeFilters> filters_;
    std::optional<MsixTable> msix_;
    std::unique_ptr<IxgbeQueuePair> queues_;
    std::unique_ptr<IxgbeVfService> vfs_;
    std::array<MsiMessage, vectors_per_function> messages_{}; ///< by vector
    MacAddress mac_{};
    bool vectors_ready_ = false;
    bool open_ = false;
    bool link_up_ = false;
    bool removed_ = false;
};

} // namespace rootpool::host
