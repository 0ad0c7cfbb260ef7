#pragma once

#include <memory>

#include "rootpool/host/host_memory.h"
#include "rootpool/host/ixgbe_pf_driver.h"
#include "rootpool/host/ixgbevf_driver.h"
#include "rootpool/nic/device.h"
#include "tests/unit/host/config_tree.h"
#include "tests/unit/host/fake_kernel.h"

namespace rootpool::host::test {

/// A server with an 82599: the device's own register file behind a bus without latency. Whoever sleeps lets the PF's
/// driver serve the interrupts that came.
class NicMachine : public MmioAccess, public nic::DeviceEvents {
public:
    explicit NicMachine(const MacAddress& mac = intel_mac) : device(nic::FunctionOptions{}, mac, *this) {
        auto& root = tree.add(nullptr, 0x08);
        make_bridge(root.space, {.type = pcie::PortType::root_port});
        root.nic = &device.functions();
        pci.enumerate();
        sleeper.while_asleep = [this] { serve(); };
    }

    [[nodiscard]] PciDevice& pf_device() { return *pci.find(pcie::Bdf(1, 0, 0)); }
    [[nodiscard]] PciDevice& vf_device(unsigned vf) { return *pf_device().virtual_functions.at(vf); }
    [[nodiscard]] IxgbeEnvironment environment() { return {pci, *this, interrupts, memory, dma, buffers}; }

    /// PF up with this many VFs that the server's own drivers may use.
    IxgbePfDriver& start_pf(unsigned vfs) {
        pf = std::make_unique<IxgbePfDriver>(environment(), pf_device(), IxgbeSettings{}, "eth0");
        if (!pf->probe() || !pf->open({pf_queue, pf_other}) || (vfs != 0 && !pf->enable_sriov(vfs, true))) {
            throw std::runtime_error("the PF did not start");
        }
        return *pf;
    }
    /// Interrupts that are due reach their handlers; the PF's driver serves its own.
    void serve() {
        pump();
        if (pf && pf_other.count != served_ && !serving_) {
            serving_ = true;
            served_ = pf_other.count;
            pf->service();
            serving_ = false;
        }
    }
    void pump() {
        for (unsigned i = 0; i < nic::function_count; ++i) {
            const nic::FunctionNumber function(static_cast<std::uint8_t>(i));
            if (device.functions().exists(function)) {
                (void)device.interrupts().service(function, device.interrupt_gates(function), sleeper.now(),
                                                  nic::InterruptUnit::Sink::to<&NicMachine::send>(*this));
            }
        }
    }

    // MmioAccess
    std::uint32_t read32(std::uint64_t address) override {
        const auto hit = surprise_removed ? std::nullopt : device.functions().decode(address);
        return hit ? device.read(*hit, sleeper.now()) : ~0U;
    }
    void write32(std::uint64_t address, std::uint32_t value) override {
        if (const auto hit = surprise_removed ? std::nullopt : device.functions().decode(address)) {
            device.write(*hit, value, sleeper.now());
        }
    }

    static constexpr MacAddress intel_mac{0x90, 0xE2, 0xBA, 0x59, 0x56, 0x78};

    ConfigTree tree;
    RecordingLog log;
    FakeSleeper sleeper;
    FakeInterrupts interrupts;
    HostMemory memory{64U << 20U};
    DmaAllocator dma{0, 16U << 20U};
    FakeBuffers buffers{4096};
    nic::Device device;
    PciCore pci{tree, log, sleeper, HostApertures{}};
    CountingHandler pf_queue;
    CountingHandler pf_other;
    std::unique_ptr<IxgbePfDriver> pf;
    bool surprise_removed = false;

private:
    void send(nic::FunctionNumber /*function*/, nic::MsixMessage message) {
        interrupts.deliver(message.address, message.data);
    }

    void on_transmit_work(unsigned) override {}
    void on_receive_work(unsigned) override {}
    void on_transmit_queue_stopped(unsigned) override {}
    void on_receive_queue_stopped(unsigned) override {}
    void on_interrupt_change(nic::FunctionNumber) override {}
    void on_dma_stopped(nic::FunctionNumber) override {}

    unsigned served_ = 0;
    bool serving_ = false;
};

} // namespace rootpool::host::test
