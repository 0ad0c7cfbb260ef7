#include "tests/twin/switch_setup.h"

#include <stdexcept>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::twin {
namespace {

using reference::BridgeTable;
using reference::DeviceTables;
using Registers = pooling::BridgeRegisters;

constexpr std::uint16_t sriov = 0x160;
constexpr std::uint16_t device_control = 0xA8;
constexpr std::uint16_t prefetchable_window = 0x24;

[[nodiscard]] pcie::RootId root_id(std::size_t root) { return pcie::RootId(static_cast<std::uint8_t>(root)); }
[[nodiscard]] pooling::DeviceIndex device_index(std::size_t device) {
    return pooling::DeviceIndex(static_cast<std::uint8_t>(device));
}

class Software {
public:
    Software(models::MultiRootSwitch& model, const SwitchCase& of, pcie::TlpFactory& factory)
        : model_(model), of_(of), factory_(factory), tags_(of.devices.size()) {}

    std::vector<unsigned> run() {
        for (std::size_t root = 0; root < of_.roots.size(); ++root) {
            set_up_bridges(root);
        }
        for (std::size_t device = 0; device < of_.devices.size(); ++device) {
            enable_vfs(device);
            lend(device);
        }
        return tags_;
    }

private:
    void set_up_bridges(std::size_t root) {
        const reference::RootTables& tables = of_.settings.roots[root];
        write(root, tables.management, Registers::command, 6);
        set_up_bridge(root, tables.upstream, tables.management.bus());
        for (const BridgeTable& bridge : tables.downstream) {
            set_up_bridge(root, bridge, tables.upstream.secondary);
            write(root, bridge.id, Registers::device_control_2, bridge.ari_forwarding ? 0x20 : 0);
        }
    }
    void set_up_bridge(std::size_t root, const BridgeTable& bridge, std::uint8_t primary) {
        const auto window = [](const reference::AddressRange& range) {
            return static_cast<std::uint32_t>((range.base >> 16U & 0xFFF0U) | (range.limit & 0xFFF0'0000U));
        };
        write(root, bridge.id, Registers::bus_numbers,
              primary | static_cast<std::uint32_t>(bridge.secondary) << 8U |
                  static_cast<std::uint32_t>(bridge.subordinate) << 16U);
        write(root, bridge.id, 0x20, window(bridge.memory));
        write(root, bridge.id, prefetchable_window, window(bridge.prefetchable));
        write(root, bridge.id, prefetchable_window + 4, static_cast<std::uint32_t>(bridge.prefetchable.base >> 32U));
        write(root, bridge.id, prefetchable_window + 8, static_cast<std::uint32_t>(bridge.prefetchable.limit >> 32U));
        write(root, bridge.id, Registers::command, 6);
    }

    void enable_vfs(std::size_t device) {
        const DeviceTables& tables = of_.settings.devices[device];
        const std::size_t master = tables.master.index();
        const pcie::Bdf pf = tables.physical_function;
        for (std::uint16_t bar = 0; bar < reference::bars_of_function; ++bar) {
            if (tables.bar_bytes[bar] == 0) {
                continue;
            }
            const auto at = static_cast<std::uint16_t>(sriov + 0x24 + 4 * bar);
            write(master, pf, at, 0xFFFF'FFFF);
            read(master, pf, at,
                 static_cast<std::uint32_t>(~(tables.bar_bytes[bar] - 1)) |
                     (of_.setups[device].bars_are_64_bit ? 0xCU : 0U));
            write_base(master, pf, at, tables.bar_bases[bar], device);
        }
        write(master, pf, device_control, 0x2810U | static_cast<std::uint32_t>(tables.max_payload / 256) << 5U);
        write(master, pf, sriov + 0x10, static_cast<std::uint32_t>(tables.vfs.size()));
        read(master, pf, sriov + 0x14, tables.first_vf_offset | static_cast<std::uint32_t>(tables.vf_stride) << 16U);
        write(master, pf, sriov + 0x08, 0x9);
    }
    void write_base(std::size_t root, pcie::Bdf function, std::uint16_t at, std::uint64_t base, std::size_t device) {
        write(root, function, at, static_cast<std::uint32_t>(base));
        if (of_.setups[device].bars_are_64_bit) {
            write(root, function, static_cast<std::uint16_t>(at + 4), static_cast<std::uint32_t>(base >> 32U));
        }
    }

    void lend(std::size_t device) {
        const DeviceTables& tables = of_.settings.devices[device];
        for (std::size_t vf = 0; vf < tables.vfs.size(); ++vf) {
            const auto& lent = tables.vfs[vf];
            if (!lent) {
                continue;
            }
            const pcie::VfIndex index(static_cast<std::uint16_t>(vf));
            if (model_.pool_manager().assign(device_index(device), {index, index}, lent->root) !=
                pooling::AssignResult::ok) {
                throw std::logic_error("a case lends what cannot be lent");
            }
            for (std::uint16_t bar = 0; bar < reference::bars_of_function; ++bar) {
                if (tables.bar_bytes[bar] != 0) {
                    const auto at = static_cast<std::uint16_t>(0x10 + 4 * bar);
                    write_base(lent->root.index(), lent->function, at, lent->bases[bar], device);
                }
            }
            write(lent->root.index(), lent->function, 0x04, 6);
        }
    }

    void write(std::size_t root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value) {
        const pcie::TlpHeader header = pcie::config_write(type(root, target), {}, {}, target, offset);
        std::array<std::uint8_t, 4> bytes{};
        core::store_le(bytes.data(), value);
        request(root, factory_.make(header, core::ByteView(bytes), root_id(root)), 0);
    }
    /// The device answers with `value`.
    void read(std::size_t root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value) {
        request(root, factory_.make(pcie::config_read(type(root, target), {}, {}, target, offset), root_id(root)),
                value);
    }
    [[nodiscard]] pcie::ConfigType type(std::size_t root, pcie::Bdf target) const {
        return target.bus() == of_.settings.roots[root].management.bus() ? pcie::ConfigType::type_0
                                                                         : pcie::ConfigType::type_1;
    }

    void request(std::size_t root, const pcie::TlpPtr& tlp, std::uint32_t value) {
        pooling::VirtualSwitch& bridges = model_.virtual_switch(root_id(root));
        const pooling::Route route = bridges.route(tlp->header);
        if (route.kind == pooling::Route::Kind::local) {
            static_cast<void>(bridges.execute(*tlp, route));
            return;
        }
        if (route.kind != pooling::Route::Kind::device) {
            throw std::logic_error("a case sets up what is not there");
        }
        pcie::TlpHeader header = tlp->header;
        if (route.convert_to_type_0) {
            header.kind = pcie::has_data(header.kind) ? pcie::TlpKind::config_write_0 : pcie::TlpKind::config_read_0;
        }
        pooling::SharingEngine& engine = model_.engine(route.device);
        const pooling::EngineOutput output = engine.from_root(*factory_.view(*tlp, header, root_id(root)), SimTime{0});
        if (output.action == pooling::EngineOutput::Action::forward) {
            ++tags_[route.device.index()];
            complete(engine, output.tlp->header, value);
        }
    }
    void complete(pooling::SharingEngine& engine, const pcie::TlpHeader& request, std::uint32_t value) {
        std::array<std::uint8_t, 4> bytes{};
        core::store_le(bytes.data(), value);
        const pcie::TlpPtr completion =
            pcie::has_data(request.kind)
                ? factory_.make(pcie::completion(request, request.target))
                : factory_.make(pcie::completion_with_data(request, request.target), core::ByteView(bytes));
        static_cast<void>(engine.from_device(*completion, SimTime{0}));
    }

    models::MultiRootSwitch& model_;
    const SwitchCase& of_;
    pcie::TlpFactory& factory_;
    std::vector<unsigned> tags_;
};

} // namespace

std::vector<unsigned> set_up(models::MultiRootSwitch& model, const SwitchCase& of, pcie::TlpFactory& factory) {
    return Software(model, of, factory).run();
}

} // namespace rootpool::twin
