#include "models/host/operating_system.h"

#include <algorithm>
#include <fmt/format.h>

#include "rootpool/host/ixgbe_pf_driver.h"
#include "rootpool/host/ixgbevf_driver.h"
#include "rootpool/host/lspci_dump.h"

namespace rootpool::models {

namespace {

constexpr std::uint16_t intel = 0x8086;
constexpr std::uint16_t physical_82599 = 0x10FB;
constexpr std::uint16_t virtual_82599 = 0x10ED;
constexpr std::uint16_t xilinx = 0x10EE;
constexpr std::uint16_t dma_probe = 0x7028;

/// DMA memory: above what firmware and kernel image use, below the memory hole of the 32-bit aperture.
constexpr std::uint64_t dma_base = 0x1000'0000;
constexpr std::uint64_t dma_end = 0x7000'0000;
constexpr unsigned buffers_per_interface = 2048;

/// Those with an address, and a PF without one.
[[nodiscard]] unsigned expected_interfaces(const OperatingSystemConfig& config) noexcept {
    return static_cast<unsigned>(config.addresses.size()) + 1;
}

} // namespace

OperatingSystem::OperatingSystem(Server& server, host::KernelLog& log, const OperatingSystemConfig& config)
    : server_(server), log_(log), config_(config), dma_(dma_base, std::min(server.memory().size(), dma_end)),
      buffers_(dma_, buffers_per_interface * expected_interfaces(config)),
      pci_(server.hardware(), log, server.hardware(), {}),
      environment_{pci_, server.hardware(), server.interrupts(), server.memory(), dma_, buffers_},
      stack_(server.memory(), dma_, buffers_, config.network, config.seed), processing_(server, stack_) {}

OperatingSystem::~OperatingSystem() = default;

void OperatingSystem::boot() {
    log_.line("Linux version 2.6.32 (rootpool model)");
    pci_.enumerate();
    bind_drivers();
    booted_ = true;
}

std::string OperatingSystem::lspci() { return host::lspci_dump(pci_); }

NetworkInterface* OperatingSystem::interface(const std::string& label) noexcept {
    for (const auto& candidate : interfaces_) {
        if (candidate->label() == label) {
            return candidate.get();
        }
    }
    return nullptr;
}

void OperatingSystem::bind_drivers() {
    std::vector<host::PciDevice*> found; // drivers add virtual functions while the tree is walked
    pci_.for_each([&found](host::PciDevice& device) { found.push_back(&device); });
    for (host::PciDevice* device : found) {
        if (device->is_vf) {
            continue;
        }
        if (device->vendor == intel && device->device == physical_82599) {
            bind_physical_function(*device);
        } else if (device->vendor == intel && device->device == virtual_82599) {
            bind_virtual_function(*device);
        } else if (device->vendor == xilinx && device->device == dma_probe) {
            bind_dma_probe(*device);
        }
    }
}

void OperatingSystem::bind_physical_function(host::PciDevice& device) {
    const std::string label = physical_functions_ == 0 ? "pf" : fmt::format("pf{}", physical_functions_);
    const unsigned vfs = physical_functions_ < config_.sriov_vfs.size() ? config_.sriov_vfs[physical_functions_] : 0;
    ++physical_functions_;
    auto driver = std::make_unique<host::IxgbePfDriver>(environment_, device, settings(), next_name());
    host::IxgbePfDriver& physical = *driver;
    if (!bring_up(std::move(driver), label) || vfs == 0) {
        return;
    }
    if (!physical.enable_sriov(vfs, config_.drives_own_vfs)) {
        log_.line("ixgbe: SR-IOV could not be enabled");
        return;
    }
    if (config_.drives_own_vfs) {
        for (const auto& function : device.virtual_functions) {
            bind_virtual_function(*function);
        }
    }
}

void OperatingSystem::bind_virtual_function(host::PciDevice& device) {
    const std::string label = fmt::format("vf{}", virtual_functions_++);
    bring_up(std::make_unique<host::IxgbevfDriver>(environment_, device, settings(), next_name()), label);
}

void OperatingSystem::bind_dma_probe(host::PciDevice& device) {
    if (!dma_probe_.emplace(pci_, device).probe()) {
        log_.line("dma_probe: the device cannot be enabled");
    }
}

template <typename Driver>
bool OperatingSystem::bring_up(std::unique_ptr<Driver> driver, const std::string& label) {
    Driver& bound = *driver;
    if (!bound.probe()) {
        return false;
    }
    const host::InterfaceId id = add_to_stack(bound, label);
    interfaces_.push_back(std::make_unique<NetworkInterface>(
        label,
        DriverBinding{std::move(driver), [&bound](const host::IxgbeHandlers& handlers) { return bound.open(handlers); },
                      [&bound] { bound.service(); }, [&bound] { return bound.counters(); }},
        processing_, id));
    NetworkInterface& interface = *interfaces_.back();
    return interface.open();
}

host::InterfaceId OperatingSystem::add_to_stack(host::NetDevice& device, const std::string& label) {
    for (const auto& [name, address] : config_.addresses) {
        if (name == label) {
            return stack_.add_interface(device, address, config_.netmask);
        }
    }
    return stack_.add_interface(device, net::Ipv4Address{}, net::Ipv4Address(~0U)); // up, but without an address
}

std::string OperatingSystem::next_name() const { return fmt::format("eth{}", interfaces_.size()); }

host::IxgbeSettings OperatingSystem::settings() const {
    host::IxgbeSettings settings;
    settings.mac_seed = config_.seed * 0x1'0001U + interfaces_.size() + 1;
    return settings;
}

} // namespace rootpool::models
