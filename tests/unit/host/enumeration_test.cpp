#include "rootpool/host/enumeration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/host/config_tree.h"
#include "tests/unit/host/fake_kernel.h"

namespace rootpool::host::test {
namespace {

namespace r = pcie::registers;
using pcie::Bdf;
using pcie::PortType;

class Enumeration : public ::testing::Test {
protected:
    ConfigTree tree_;
    RecordingLog log_;
    FakeSleeper sleeper_;
    PciCore core_{tree_, log_, sleeper_, HostApertures{}};

    ConfigTree::Function& port(ConfigTree::Function* above, std::uint8_t devfn, PortOptions options) {
        auto& function = tree_.add(above, devfn);
        make_bridge(function.space, options);
        return function;
    }
    ConfigTree::Function& root_port(PortOptions options = {}) {
        options.type = PortType::root_port;
        return port(nullptr, 0x08, options);
    }
    PciDevice& at(std::uint8_t bus, std::uint8_t device, std::uint8_t function) {
        PciDevice* found = core_.find(Bdf(bus, device, function));
        if (found == nullptr) {
            throw std::runtime_error("no such device: " + pcie::to_string(Bdf(bus, device, function)));
        }
        return *found;
    }
};

/// The switch of the multi-root design: management endpoint and upstream bridge on one bus, two downstream bridges.
class SwitchEnumeration : public Enumeration {
protected:
    void SetUp() override {
        root_ = &root_port();
        make_endpoint(tree_.add(root_, 0).space, 0x8086, true).bar({.index = 0, .bytes = 4096});
        upstream_ = &port(root_, 1, {.type = PortType::upstream_port, .multi_function = true});
        first_ = &port(upstream_, 0x00, {.hotplug = true});
        second_ = &port(upstream_, 0x08, {.hotplug = true});
    }
    void add_vfs() {
        for (std::uint8_t function = 0; function < 4; ++function) {
            make_endpoint(tree_.add(first_, function).space, 0x10ED, true)
                .bar({.index = 0, .bytes = 16384, .bits_64 = true, .prefetchable = true})
                .bar({.index = 3, .bytes = 16384, .bits_64 = true, .prefetchable = true});
        }
    }
    ConfigTree::Function* root_ = nullptr;
    ConfigTree::Function* upstream_ = nullptr;
    ConfigTree::Function* first_ = nullptr;
    ConfigTree::Function* second_ = nullptr;
};

TEST_F(SwitchEnumeration, NumbersBusesDepthFirst) {
    add_vfs();
    core_.enumerate();
    EXPECT_EQ(at(0, 1, 0).bridge.secondary, 1);
    EXPECT_EQ(at(0, 1, 0).bridge.subordinate, 4);
    EXPECT_EQ(at(1, 0, 1).bridge.secondary, 2);
    EXPECT_EQ(at(2, 0, 0).bridge.secondary, 3);
    EXPECT_EQ(at(2, 1, 0).bridge.secondary, 4);
    EXPECT_EQ(at(3, 0, 3).device, 0x10ED);
    EXPECT_EQ(first_->space.get8(r::secondary_bus), 3);
    EXPECT_EQ(root_->space.get8(r::subordinate_bus), 4);
}

TEST_F(SwitchEnumeration, LogsWhatLinuxLogs) {
    add_vfs();
    core_.enumerate();
    EXPECT_TRUE(log_.has("pci 0000:03:00.0: [8086:10ed] type 00 class 0x020000"));
    EXPECT_TRUE(log_.has("pci 0000:03:00.0: reg 0x10: [mem 0x00000000-0x00003fff 64bit pref]"));
    EXPECT_TRUE(log_.has("pci 0000:00:01.0: PCI bridge to [bus 01-04]"));
    EXPECT_TRUE(log_.has("pci 0000:02:00.0: PCI bridge to [bus 03]"));
    EXPECT_TRUE(log_.has("pci 0000:02:00.0:   bridge window [mem 0x800000000-0x8001fffff 64bit pref]"));
}

TEST_F(SwitchEnumeration, WindowsContainWhatLiesBelowThem) {
    add_vfs();
    core_.enumerate();
    core_.for_each([](PciDevice& device) {
        for (const PciResource& bar : device.bars) {
            if (bar.size == 0) {
                continue;
            }
            ASSERT_TRUE(bar.assigned) << device.name();
            EXPECT_EQ(bar.address % bar.size, 0U) << "BARs are naturally aligned";
            const PciResource& window =
                bar.prefetchable ? device.parent->bridge.prefetchable : device.parent->bridge.memory;
            EXPECT_GE(bar.address, window.address);
            EXPECT_LE(bar.last(), window.last());
        }
        if (device.is_bridge() && device.parent != nullptr) {
            EXPECT_GE(device.bridge.memory.address, device.parent->bridge.memory.address);
            EXPECT_LE(device.bridge.memory.last(), device.parent->bridge.memory.last());
        }
    });
    EXPECT_EQ(first_->space.get16(r::prefetchable_base), 0x0001);
    EXPECT_EQ(first_->space.get32(r::prefetchable_base_upper), 8U);
    EXPECT_EQ(first_->space.get16(r::prefetchable_limit), 0x0011);
}

TEST_F(SwitchEnumeration, IoWindowsThatWereLeftOpenAreClosed) {
    for (ConfigTree::Function* bridge : {root_, upstream_, first_, second_}) {
        bridge->space.set16(r::io_base, 0x2010);
    }
    core_.enumerate();
    for (const ConfigTree::Function* bridge : {root_, upstream_, first_, second_}) {
        EXPECT_EQ(bridge->space.get16(r::io_base), 0x00F0) << "base above limit: no function has I/O BARs";
    }
}

TEST_F(SwitchEnumeration, BarsDoNotOverlap) {
    add_vfs();
    core_.enumerate();
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    core_.for_each([&](PciDevice& device) {
        for (const PciResource& bar : device.bars) {
            if (bar.assigned) {
                ranges.emplace_back(bar.address, bar.last());
            }
        }
    });
    std::sort(ranges.begin(), ranges.end());
    ASSERT_EQ(ranges.size(), 9U);
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        EXPECT_GT(ranges[i].first, ranges[i - 1].second);
    }
}

TEST_F(SwitchEnumeration, EmptyHotplugSlotsReserveABusAndWindows) {
    core_.enumerate();
    const PciDevice& slot = at(2, 1, 0);
    EXPECT_TRUE(slot.bridge.is_hotplug);
    EXPECT_EQ(slot.bridge.secondary, slot.bridge.subordinate);
    EXPECT_EQ(slot.bridge.memory.size, 2U << 20U);
    EXPECT_EQ(slot.bridge.prefetchable.size, 2U << 20U);
    EXPECT_TRUE(slot.bridge.prefetchable.assigned);
}

TEST_F(SwitchEnumeration, HotAddedFunctionsGetAddressesInsideTheSlotsWindows) {
    core_.enumerate();
    add_vfs();
    PciDevice& slot = at(2, 0, 0);
    EXPECT_EQ(core_.scan_slot(slot), 4U);
    for (std::uint8_t function = 0; function < 4; ++function) {
        const PciResource& bar = at(3, 0, function).bars[3];
        EXPECT_TRUE(bar.assigned);
        EXPECT_GE(bar.address, slot.bridge.prefetchable.address);
        EXPECT_LE(bar.last(), slot.bridge.prefetchable.last());
    }
    EXPECT_TRUE(core_.enable_device(at(3, 0, 0)));
    EXPECT_EQ(first_->below.at(0)->space.get16(r::command) & 0x6, 0x6);
}

TEST_F(SwitchEnumeration, OrderlyRemovalClearsBusMasterFirst) {
    add_vfs();
    core_.enumerate();
    ASSERT_TRUE(core_.enable_device(at(3, 0, 2)));
    core_.remove_slot(at(2, 0, 0), true);
    EXPECT_EQ(first_->below.at(2)->space.get16(r::command) & r::command_bus_master, 0);
    EXPECT_EQ(core_.find(Bdf(3, 0, 2)), nullptr);
    EXPECT_EQ(core_.scan_slot(at(2, 0, 0)), 4U) << "the slot can be filled again";
}

TEST_F(SwitchEnumeration, HotAddThatDoesNotFitTheWindowIsRefusedInTheLog) {
    core_.enumerate();
    make_endpoint(tree_.add(first_, 0).space, 0x1234)
        .bar({.index = 0, .bytes = 16U << 20U, .bits_64 = true, .prefetchable = true});
    EXPECT_EQ(core_.scan_slot(at(2, 0, 0)), 1U);
    EXPECT_TRUE(log_.has("pci 0000:03:00.0: BAR 0: no space for [mem size 0x01000000 64bit pref]"));
    EXPECT_FALSE(core_.enable_device(at(3, 0, 0))) << "decoding without an address";
}

TEST_F(Enumeration, OneFunctionDeviceIsNotAskedForOthers) {
    auto& root = root_port();
    make_endpoint(tree_.add(&root, 0).space, 0x1111, false);
    make_endpoint(tree_.add(&root, 1).space, 0x2222, false);
    core_.enumerate();
    EXPECT_NE(core_.find(Bdf(1, 0, 0)), nullptr);
    EXPECT_EQ(core_.find(Bdf(1, 0, 1)), nullptr);
}

TEST_F(Enumeration, WithoutFunction0ThereIsNoDevice) {
    auto& root = root_port();
    make_endpoint(tree_.add(&root, 1).space, 0x2222, true);
    core_.enumerate();
    EXPECT_EQ(core_.find(Bdf(1, 0, 1)), nullptr);
}

TEST_F(Enumeration, BelowARootPortOnlyDevice0IsScanned) {
    auto& root = root_port();
    make_endpoint(tree_.add(&root, 0).space, 0x1111);
    make_endpoint(tree_.add(&root, 8).space, 0x2222);
    core_.enumerate();
    EXPECT_EQ(core_.find(Bdf(1, 1, 0)), nullptr);
}

TEST_F(Enumeration, AriFollowsTheNextFunctionChain) {
    auto& root = root_port({.ari = true});
    make_endpoint(tree_.add(&root, 0).space, 0x1111).alternative_routing_id(0x100, 9);
    make_endpoint(tree_.add(&root, 9).space, 0x2222).alternative_routing_id(0x100, 200);
    make_endpoint(tree_.add(&root, 200).space, 0x3333).alternative_routing_id(0x100, 0);
    core_.enumerate();
    EXPECT_NE(core_.find(Bdf::from_bus_devfn(1, 9)), nullptr);
    EXPECT_NE(core_.find(Bdf::from_bus_devfn(1, 200)), nullptr);
    EXPECT_NE(root.space.get16(0x40 + r::device_control_2) & r::device_control_2_ari, 0) << "PCIe base 6.13";
}

TEST_F(Enumeration, AriStaysOffWhenThePortCannotForwardIt) {
    auto& root = root_port({.ari = false});
    make_endpoint(tree_.add(&root, 0).space, 0x1111).alternative_routing_id(0x100, 9);
    make_endpoint(tree_.add(&root, 9).space, 0x2222).alternative_routing_id(0x100, 0);
    core_.enumerate();
    EXPECT_EQ(core_.find(Bdf::from_bus_devfn(1, 9)), nullptr);
}

TEST_F(Enumeration, AriChainThatRunsBackwardsEnds) {
    auto& root = root_port({.ari = true});
    make_endpoint(tree_.add(&root, 0).space, 0x1111).alternative_routing_id(0x100, 9);
    make_endpoint(tree_.add(&root, 9).space, 0x2222).alternative_routing_id(0x100, 9);
    core_.enumerate();
    EXPECT_NE(core_.find(Bdf::from_bus_devfn(1, 9)), nullptr);
}

TEST_F(Enumeration, MaximumPayloadIsTheSmallestOfThePath) {
    auto& root = root_port({.payload_code = 2});
    auto& upstream = port(&root, 0, {.type = PortType::upstream_port, .payload_code = 3});
    auto& down = port(&upstream, 0, {.payload_code = 1});
    auto& device = tree_.add(&down, 0);
    make_endpoint(device.space, 0x1111, false, 5);
    core_.enumerate();
    const auto payload_code = [](const pcie::ConfigSpace& space, std::uint16_t express) {
        return space.get16(static_cast<std::uint16_t>(express + r::device_control)) >> 5U & 7U;
    };
    EXPECT_EQ(payload_code(root.space, 0x40), 1U);
    EXPECT_EQ(payload_code(upstream.space, 0x40), 1U);
    EXPECT_EQ(payload_code(device.space, 0xA0), 1U);
    EXPECT_EQ(device.space.get16(0xA0 + r::device_control) >> 12U & 7U, 2U) << "MRRS stays 512";
}

TEST_F(Enumeration, FunctionWithReadOnlyPayloadSizeIsReported) {
    auto& root = root_port({.payload_code = 0});
    auto& device = tree_.add(&root, 0);
    make_endpoint(device.space, 0x1111);
    device.space.define16(0xA8, 0x2850, 0); // 512 bytes, and the owner decides
    core_.enumerate();
    EXPECT_TRUE(log_.has("Max Payload Size 512, but upstream set to 128"));
}

// --- hostile configuration spaces

TEST_F(Enumeration, CapabilityListsThatLoopEnd) {
    auto& root = root_port();
    auto& device = tree_.add(&root, 0);
    make_endpoint(device.space, 0x1111);
    device.space.define16(0xA0, 0xA005, 0);       // MSI whose next is itself: no PCI Express capability is ever found
    device.space.define32(0x100, 0x10010001U, 0); // extended list that points at itself
    core_.enumerate();
    EXPECT_EQ(at(1, 0, 0).capability.express, 0);
    EXPECT_LT(tree_.reads, 20'000U);
}

TEST_F(Enumeration, AbsurdBarDoesNotTakeTheSpaceOfOthers) {
    auto& root = root_port();
    auto& device = tree_.add(&root, 0);
    make_endpoint(device.space, 0x1111, true).bar({.index = 0, .bytes = 4096});
    auto& hostile = tree_.add(&root, 1);
    make_endpoint(hostile.space, 0x6666, true);
    hostile.space.define32(0x10, 0x0000'000C, 0); // 64-bit prefetchable, only bit 63 writable
    hostile.space.define32(0x14, 0x0000'0000, 0x8000'0000);
    hostile.space.define32(0x24, 0x0000'0004, 0xFFFF'FFF0); // 64-bit in the last register
    core_.enumerate();
    EXPECT_TRUE(at(1, 0, 0).bars[0].assigned);
    EXPECT_FALSE(at(1, 0, 1).bars[0].assigned);
    EXPECT_TRUE(log_.has("pci 0000:01:00.1: BAR 0: no space for [mem size 0x8000000000000000 64bit pref]"));
    EXPECT_TRUE(log_.has("reg 0x24: invalid BAR"));
}

TEST_F(Enumeration, UnknownHeaderTypeIsIgnored) {
    auto& root = root_port();
    auto& device = tree_.add(&root, 0);
    make_endpoint(device.space, 0x1111);
    device.space.define8(0x0E, 0x05);
    core_.enumerate();
    EXPECT_EQ(core_.find(Bdf(1, 0, 0)), nullptr);
    EXPECT_TRUE(log_.has("unknown header type 05, ignoring device"));
}

/// Every bus looks the same: 32 bridges. The bus numbers run out, nothing else does.
class EndlessBridges : public ConfigAccess {
public:
    EndlessBridges() { make_bridge(space_, {.type = PortType::upstream_port}); }
    std::uint32_t read(Bdf target, std::uint16_t offset, unsigned bytes) override {
        ++reads;
        if (target.function() != 0) {
            return ~0U;
        }
        const std::uint32_t value = space_.read(offset & 0xFFC) >> 8U * (offset % 4U);
        return bytes == 4 ? value : value & ((1U << (8 * bytes)) - 1);
    }
    void write(Bdf, std::uint16_t, unsigned, std::uint32_t) override {}
    std::uint64_t reads = 0;

private:
    pcie::ConfigSpace space_;
};

TEST(HostileEnumeration, BusNumbersRunOutWithoutAHang) {
    EndlessBridges endless;
    RecordingLog log;
    FakeSleeper sleeper;
    PciCore core(endless, log, sleeper, HostApertures{});
    core.enumerate();
    EXPECT_TRUE(log.has("No bus number available for hot-added bridge"));
    unsigned functions = 0;
    std::uint8_t highest = 0;
    core.for_each([&](PciDevice& device) {
        ++functions;
        highest = std::max(highest, device.bdf.bus());
    });
    EXPECT_EQ(functions, 256U * 32U);
    EXPECT_EQ(highest, 255);
}

/// Answers "retry" for a while, then with a vendor.
class RetryingFunction : public ConfigAccess {
public:
    explicit RetryingFunction(unsigned retries) : retries_(retries) { make_endpoint(space_, 0x1111); }
    std::uint32_t read(Bdf target, std::uint16_t offset, unsigned bytes) override {
        if (target.routing_id() != 0) {
            return ~0U;
        }
        if (offset == 0 && retries_ > 0) {
            --retries_;
            return 0xFFFF'0001;
        }
        const std::uint32_t value = space_.read(offset & 0xFFC) >> 8U * (offset % 4U);
        return bytes == 4 ? value : value & ((1U << (8 * bytes)) - 1);
    }
    void write(Bdf, std::uint16_t, unsigned, std::uint32_t) override {}

private:
    unsigned retries_;
    pcie::ConfigSpace space_;
};

TEST(RequestRetry, FunctionIsAskedAgainUntilItIsReady) {
    RetryingFunction function(5);
    RecordingLog log;
    FakeSleeper sleeper;
    PciCore core(function, log, sleeper, HostApertures{});
    core.enumerate();
    EXPECT_NE(core.find(Bdf{}), nullptr);
    EXPECT_EQ(sleeper.now(), SimTime(31ms)) << "1 + 2 + 4 + 8 + 16";
}

TEST(RequestRetry, FunctionThatNeverGetsReadyIsGivenUp) {
    RetryingFunction function(~0U);
    RecordingLog log;
    FakeSleeper sleeper;
    PciCore core(function, log, sleeper, HostApertures{});
    core.enumerate();
    EXPECT_EQ(core.find(Bdf{}), nullptr);
    EXPECT_TRUE(log.has("giving up"));
}

TEST_F(Enumeration, WithoutA64BitApertureEverythingGoesBelow4GB) {
    auto& root = root_port();
    make_endpoint(tree_.add(&root, 0).space, 0x1111)
        .bar({.index = 0, .bytes = 1U << 20U, .bits_64 = true, .prefetchable = true});
    PciCore core(tree_, log_, sleeper_, {.mem64_base = 1, .mem64_limit = 0});
    core.enumerate();
    const PciDevice* device = core.find(Bdf(1, 0, 0));
    ASSERT_NE(device, nullptr);
    ASSERT_TRUE(device->bars[0].assigned);
    EXPECT_LT(device->bars[0].last(), 1ULL << 32U);
}

TEST(AddressAllocator, AlignsAndStopsAtTheLimit) {
    AddressAllocator allocator(0x1100, 0x3FFF);
    std::uint64_t address = 0;
    EXPECT_TRUE(allocator.take(0x1000, 0x1000, address));
    EXPECT_EQ(address, 0x2000U);
    EXPECT_FALSE(allocator.take(0x2000, 0x1000, address));
    EXPECT_TRUE(allocator.take(0x1000, 0x1000, address));
    EXPECT_EQ(address, 0x3000U);
    EXPECT_FALSE(allocator.take(1, 1, address));
}

TEST(AddressAllocator, WorksUpToTheEndOfTheAddressSpace) {
    AddressAllocator allocator(~0ULL - 0xFFF, ~0ULL);
    std::uint64_t address = 0;
    EXPECT_FALSE(allocator.take(1ULL << 63U, 1ULL << 63U, address));
    EXPECT_TRUE(allocator.take(0x1000, 0x1000, address));
    EXPECT_FALSE(allocator.take(1, 1, address));
}

} // namespace
} // namespace rootpool::host::test
