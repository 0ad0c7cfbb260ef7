#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/host/network_interface.h"
#include "models/host/packet_processing.h"
#include "models/host/server.h"
#include "rootpool/host/dma_probe_driver.h"
#include "rootpool/host/enumeration.h"
#include "rootpool/host/host_memory.h"
#include "rootpool/host/receive_pool.h"

namespace rootpool::models {

struct OperatingSystemConfig {
    /// VFs that the drivers of the physical functions enable, in the order of enumeration; 0 leaves SR-IOV off.
    std::vector<unsigned> sriov_vfs;
    /// Whether this OS drives those VFs itself. A master lends them and keeps off (sriov_drivers_autoprobe = 0).
    bool drives_own_vfs = true;
    /// Where "random" MAC addresses and initial sequence numbers come from.
    std::uint64_t seed = 1;
    host::StackParameters network;
    /// Address of each interface by label; one without is up, but nobody can reach it.
    std::vector<std::pair<std::string, net::Ipv4Address>> addresses;
    net::Ipv4Address netmask;
};

/// The kernel of one server: finds devices through configuration requests, binds drivers, owns network interfaces.
class OperatingSystem {
public:
    OperatingSystem(Server& server, host::KernelLog& log, const OperatingSystemConfig& config);
    OperatingSystem(const OperatingSystem&) = delete;
    OperatingSystem& operator=(const OperatingSystem&) = delete;
    ~OperatingSystem();

    /// From power-on to all drivers up. Waits; runs in a thread.
    void boot();
    [[nodiscard]] bool booted() const noexcept { return booted_; }
    /// `lspci -xxxx` of all functions, by reading them. Waits.
    [[nodiscard]] std::string lspci();

    /// "pf" of the first physical function, "pf<k>" of later ones, "vf<k>" of the k-th virtual function that this OS
    /// drives. Null when there is none.
    [[nodiscard]] NetworkInterface* interface(const std::string& label) noexcept;
    [[nodiscard]] const std::vector<std::unique_ptr<NetworkInterface>>& interfaces() const noexcept {
        return interfaces_;
    }
    /// Has the driver of a DMA probe that is not as the driver left it set it up again. Waits. False when there is
    /// none, or it cannot be reached.
    [[nodiscard]] bool restore_dma_probe() { return dma_probe_ && dma_probe_->restore(); }
    [[nodiscard]] PacketProcessing& processing() noexcept { return processing_; }
    [[nodiscard]] Server& server() noexcept { return server_; }
    [[nodiscard]] host::PciCore& pci() noexcept { return pci_; }

private:
    void bind_drivers();
    void bind_physical_function(host::PciDevice& device);
    void bind_virtual_function(host::PciDevice& device);
    void bind_dma_probe(host::PciDevice& device);
    /// False when the driver refused its device or the hardware did not come up; the kernel log says why.
    template <typename Driver>
    bool bring_up(std::unique_ptr<Driver> driver, const std::string& label);
    [[nodiscard]] host::IxgbeSettings settings() const;
    [[nodiscard]] host::InterfaceId add_to_stack(host::NetDevice& device, const std::string& label);
    /// "eth<n>" of the next interface.
    [[nodiscard]] std::string next_name() const;

    Server& server_;
    host::KernelLog& log_;
    OperatingSystemConfig config_;
    host::DmaAllocator dma_;
    host::ReceivePool buffers_;
    host::PciCore pci_;
    host::IxgbeEnvironment environment_;
    host::NetworkStack stack_;
    PacketProcessing processing_;
    std::optional<host::DmaProbeDriver> dma_probe_;
    std::vector<std::unique_ptr<NetworkInterface>> interfaces_;
    unsigned physical_functions_ = 0;
    unsigned virtual_functions_ = 0;
    bool booted_ = false;
};

} // namespace rootpool::models
