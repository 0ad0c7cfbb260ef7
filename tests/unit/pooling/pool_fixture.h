#pragma once

#include <memory>

#include "requests.h"
#include "rootpool/pooling/pool_manager.h"
#include "rootpool/pooling/root_fences.h"
#include "rootpool/pooling/sharing_engine.h"
#include "rootpool/pooling/virtual_switch.h"

namespace rootpool::pooling::test {

inline constexpr pcie::RootId master(0);
inline constexpr pcie::RootId slave1(1);
inline constexpr pcie::RootId slave2(2);
inline constexpr DeviceIndex nic(0);
inline constexpr pcie::Bdf pf(3, 0, 0);
inline constexpr std::uint64_t master_bar0 = 0xD000'0000;
inline constexpr std::uint64_t master_bar3 = 0xD010'0000;

constexpr VfRange vfs(std::uint16_t first, std::uint16_t last) { return {pcie::VfIndex(first), pcie::VfIndex(last)}; }

/// Remembers which roots are fenced.
struct Fences : RootFences {
    [[nodiscard]] bool fenced(pcie::RootId root) const override { return roots.at(root.index()); }
    void unfence(pcie::RootId root) override { roots.at(root.index()) = false; }
    std::vector<bool> roots = {false, true, true};
};

/// One 82599 behind one engine, three roots; nothing has time here.
class Pool : private BridgeListener {
public:
    explicit Pool(std::string_view return_route = "scoreboard", bool ari = false,
                  std::string_view interrupts = "direct") {
        for (const pcie::RootId root : {master, slave1, slave2}) {
            switches[root.index()] =
                std::make_unique<VirtualSwitch>(root, ports, static_cast<BridgeListener&>(*this), factory);
        }
        SharingEngineConfig config;
        config.master = master;
        config.roots = 3;
        config.ari = ari;
        config.return_route = return_route;
        config.interrupts = interrupts;
        config.route.roots = 3;
        engine = std::make_unique<SharingEngine>(config, factory);
        manager = std::make_unique<PoolManager>(
            ports, std::vector<SharingEngine*>{engine.get()},
            std::vector<VirtualSwitch*>{switches[0].get(), switches[1].get(), switches[2].get()});
        engine->set_engine_id(pcie::Bdf(2, 0, 0));
    }

    EngineOutput down(pcie::RootId root, const pcie::TlpHeader& header, std::uint32_t value = 0) {
        return engine->from_root(*tlp_of(factory, header, root, value), SimTime{0});
    }
    EngineOutput up(const pcie::TlpHeader& header, std::uint32_t value = 0) {
        return engine->from_device(*tlp_of(factory, header, {}, value), SimTime{0});
    }
    /// The device answers what the engine sent it.
    EngineOutput answer(const EngineOutput& request, std::uint32_t value, pcie::Bdf completer) {
        return up(completion_of(request.tlp->header, completer, !pcie::has_data(request.tlp->header.kind)), value);
    }

    void master_writes(std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables = 0xF) {
        pcie::TlpHeader header = configuration(pcie::TlpKind::config_write_0, pf, offset);
        header.first_be = byte_enables;
        static_cast<void>(answer(down(master, header, value), 0, pf));
    }
    void master_reads(std::uint16_t offset, std::uint32_t value) {
        static_cast<void>(answer(down(master, configuration(pcie::TlpKind::config_read_0, pf, offset)), value, pf));
    }
    /// What the master's PF driver does: VF BARs at master_bar0 and master_bar3, `count` VFs on.
    void master_enables_vfs(std::uint16_t count) {
        for (const std::uint16_t bar : {std::uint16_t{0x184}, std::uint16_t{0x190}}) {
            master_writes(bar, 0xFFFF'FFFF);
            master_reads(bar, 0xFFFF'C00C);
        }
        master_writes(0x184, master_bar0);
        master_writes(0x190, master_bar3);
        master_writes(0x188, 0);
        master_writes(0x194, 0);
        master_writes(0x170, count, 0x3);
        master_reads(0x174, 0x0002'0080);
        master_writes(0x168, 0x9, 0x3);
    }
    /// What a slave's OS does with function `function` of its slot: BARs at `base` and `base` + 16 KB, memory on.
    void slave_maps(pcie::RootId root, std::uint8_t function, std::uint32_t base) {
        const auto write = [&](std::uint16_t offset, std::uint32_t value) {
            const pcie::Bdf target(slave_bus, 0, function);
            const EngineOutput sent = down(root, configuration(pcie::TlpKind::config_write_0, target, offset), value);
            if (sent.action == EngineOutput::Action::forward) {
                static_cast<void>(answer(sent, 0, sent.tlp->header.target));
            }
        };
        write(0x10, base);
        write(0x14, 0);
        write(0x1C, base + 0x4000);
        write(0x20, 0);
        write(0x04, 0x6);
    }

    static constexpr std::uint8_t slave_bus = 3; ///< of both slaves, and of the master's device
    pcie::TlpFactory factory;
    PortSwitchingTable ports = PortSwitchingTable::full(3, 1);
    std::array<std::unique_ptr<VirtualSwitch>, 3> switches;
    std::unique_ptr<SharingEngine> engine;
    std::unique_ptr<PoolManager> manager;

private:
    void on_secondary_reset(pcie::RootId /*root*/, DeviceIndex /*device*/, bool /*held*/) override {}
    void on_secondary_bus(pcie::RootId root, DeviceIndex /*device*/, pcie::Bdf /*bridge*/, std::uint8_t bus) override {
        engine->set_slave_bus(root, bus);
    }
};

} // namespace rootpool::pooling::test
