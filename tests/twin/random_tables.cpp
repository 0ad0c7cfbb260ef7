#include "tests/twin/random_tables.h"

namespace rootpool::twin {
namespace {

using reference::AddressRange;
using reference::BridgeTable;
using reference::DeviceTables;
using reference::LentFunction;
using reference::RootTables;

constexpr std::array<std::size_t, 2> bars_in_use = {0, 3};
constexpr std::uint64_t bar_distance = 0x4'0000; ///< more than any BAR of all VFs of a slot

[[nodiscard]] AddressRange range(std::uint64_t base, std::uint64_t bytes) { return {base, base + bytes - 1}; }

[[nodiscard]] RootTables bridges(unsigned devices, Random& random) {
    RootTables made;
    const auto bus = static_cast<std::uint8_t>(random.one_in(3) ? 2 + random.below(3) : 1);
    const std::uint64_t memory = random.one_in(3) ? 0xD000'0000 : 0xE000'0000;
    const std::uint64_t prefetchable = random.one_in(3) ? 0x20'0000'0000 : 0x10'0000'0000;
    made.management = pcie::Bdf(bus, 0, 0);
    made.upstream.id = pcie::Bdf(bus, 0, 1);
    made.upstream.secondary = static_cast<std::uint8_t>(bus + 1);
    made.upstream.subordinate = static_cast<std::uint8_t>(bus + 1 + 2 * devices);
    made.upstream.memory = range(memory, devices * memory_window_bytes);
    made.upstream.prefetchable = range(prefetchable, devices * prefetchable_window_bytes);
    for (unsigned device = 0; device < devices; ++device) {
        BridgeTable bridge;
        bridge.id = pcie::Bdf(made.upstream.secondary, static_cast<std::uint8_t>(device), 0);
        bridge.secondary = static_cast<std::uint8_t>(made.upstream.secondary + 1 + 2 * device);
        bridge.subordinate = static_cast<std::uint8_t>(bridge.secondary + 1); // VFs may be on the next bus
        bridge.memory = range(memory + device * memory_window_bytes, memory_window_bytes);
        bridge.prefetchable = range(prefetchable + device * prefetchable_window_bytes, prefetchable_window_bytes);
        bridge.ari_forwarding = random.one_in(2);
        bridge.present = false;
        made.downstream.push_back(bridge);
    }
    return made;
}

/// Where the VFs' BARs are in the window of a root.
[[nodiscard]] std::uint64_t bar_area(const BridgeTable& bridge, bool is_64_bit) {
    return (is_64_bit ? bridge.prefetchable.base : bridge.memory.base) + 0x10'0000;
}

class DeviceMaker {
public:
    DeviceMaker(SwitchCase& of, std::size_t number, Random& random) : of_(of), number_(number), random_(random) {}

    void make() {
        auto& roots = of_.settings.roots;
        DeviceTables made;
        made.master = root_id(random_.below(static_cast<unsigned>(roots.size())));
        setup_.bars_are_64_bit = random_.one_in(2);
        BridgeTable& bridge = roots[made.master.index()].downstream[number_];
        bridge.present = true;
        made.engine = bridge.id;
        made.physical_function = pcie::Bdf(bridge.secondary, 0, 0);
        constexpr std::array<std::uint16_t, 4> offsets = {0x80, 384, 8, 1};
        made.first_vf_offset = offsets[random_.below(4)];
        made.vf_stride = static_cast<std::uint16_t>(1 + random_.below(3));
        made.max_payload = 128U << random_.below(3);
        made.vf_identity = 0x10ED'8086;
        place_bars(made, bridge);
        lend(made);
        for (const RootTables& root : roots) {
            made.refuser_of_root.push_back(pcie::Bdf(root.downstream[number_].secondary, 0, 0));
        }
        setup_.total_vfs = static_cast<unsigned>(made.vfs.size()) + random_.below(8);
        of_.setups.push_back(setup_);
        of_.settings.devices.push_back(std::move(made));
    }

private:
    [[nodiscard]] static pcie::RootId root_id(unsigned number) {
        return pcie::RootId(static_cast<std::uint8_t>(number));
    }
    void place_bars(DeviceTables& made, const BridgeTable& bridge) {
        for (const std::size_t bar : bars_in_use) {
            made.bar_bytes[bar] = 0x1000ULL << random_.below(5);
            made.bar_bases[bar] = bar_area(bridge, setup_.bars_are_64_bit) + bar * 8 * bar_distance;
        }
    }
    void lend(DeviceTables& made) {
        auto& roots = of_.settings.roots;
        const auto count = static_cast<unsigned>(roots.size());
        std::vector<std::uint8_t> functions(count);
        made.vfs.resize(1 + random_.below(4) + 2 * count);
        for (auto& vf : made.vfs) {
            const unsigned root = random_.below(count);
            if (root == made.master.index() || functions[root] == 8) {
                continue;
            }
            BridgeTable& bridge = roots[root].downstream[number_];
            bridge.present = true;
            const std::uint8_t function = functions[root]++;
            LentFunction lent{root_id(root), pcie::Bdf(bridge.secondary, 0, function), {}};
            for (const std::size_t bar : bars_in_use) {
                lent.bases[bar] =
                    bar_area(bridge, setup_.bars_are_64_bit) + bar * 8 * bar_distance + function * bar_distance;
            }
            vf = lent;
        }
    }

    SwitchCase& of_;
    std::size_t number_;
    Random& random_;
    DeviceSetup setup_;
};

} // namespace

void choose_tables(SwitchCase& of, unsigned roots, unsigned devices, Random& random) {
    for (unsigned root = 0; root < roots; ++root) {
        of.settings.roots.push_back(bridges(devices, random));
    }
    for (unsigned device = 0; device < devices; ++device) {
        DeviceMaker(of, device, random).make();
    }
}

} // namespace rootpool::twin
