#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "rootpool/host/hardware_access.h"
#include "rootpool/nic/functions.h"
#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/config_registers.h"
#include "rootpool/pcie/config_space.h"

namespace rootpool::host::test {

/// Functions in a tree of bridges, reached as real configuration requests reach them: by the bus numbers that software
/// wrote.
class ConfigTree : public ConfigAccess {
public:
    struct Function {
        pcie::ConfigSpace space;
        std::map<std::uint8_t, std::unique_ptr<Function>> below; ///< by device and function number
        nic::Functions* nic = nullptr;                           ///< an 82599 on the secondary bus
    };

    Function& add(Function* bridge, std::uint8_t devfn) {
        auto& place = bridge == nullptr ? root_[devfn] : bridge->below[devfn];
        place = std::make_unique<Function>();
        return *place;
    }

    std::uint32_t read(pcie::Bdf target, std::uint16_t offset, unsigned bytes) override {
        ++reads;
        std::uint32_t value = ~0U;
        if (const Hit hit = locate(target); hit.function != nullptr) {
            value = hit.function->space.read(offset);
        } else if (hit.nic != nullptr) {
            value = hit.nic->read(hit.number, offset & 0xFFC);
        }
        value >>= 8U * (offset % 4U);
        return bytes == 4 ? value : value & ((1U << (8 * bytes)) - 1);
    }
    void write(pcie::Bdf target, std::uint16_t offset, unsigned bytes, std::uint32_t value) override {
        const auto enables = static_cast<std::uint8_t>(((1U << bytes) - 1) << (offset % 4U));
        value <<= 8U * (offset % 4U);
        const auto dword = static_cast<std::uint16_t>(offset & 0xFFC);
        if (const Hit hit = locate(target); hit.function != nullptr) {
            hit.function->space.write(dword, value, enables);
        } else if (hit.nic != nullptr) {
            hit.nic->write(hit.number, target, dword, value, enables);
        }
    }
    unsigned reads = 0;

private:
    struct Hit {
        Function* function = nullptr;
        nic::Functions* nic = nullptr;
        nic::FunctionNumber number{};
    };

    [[nodiscard]] Hit locate(pcie::Bdf target) { return locate(root_, 0, nullptr, target); }

    Hit locate(std::map<std::uint8_t, std::unique_ptr<Function>>& bus, std::uint8_t number, Function* above,
               pcie::Bdf target) {
        if (target.bus() == number) {
            if (above != nullptr && above->nic != nullptr) {
                return on_device(*above->nic, target);
            }
            const auto found = bus.find(target.devfn());
            return found == bus.end() ? Hit{} : Hit{.function = found->second.get()};
        }
        for (auto& [devfn, function] : bus) {
            namespace r = pcie::registers;
            const std::uint8_t secondary = function->space.get8(r::secondary_bus);
            if ((function->space.get8(r::header_type) & 0x7F) == 1 && secondary != 0 && secondary <= target.bus() &&
                target.bus() <= function->space.get8(r::subordinate_bus)) {
                if (function->nic != nullptr && target.bus() != secondary) {
                    const Hit hit = on_device(*function->nic, target);
                    return nic::is_virtual(hit.number) ? hit : Hit{};
                }
                return locate(function->below, secondary, function.get(), target);
            }
        }
        return {};
    }
    static Hit on_device(nic::Functions& functions, pcie::Bdf target) {
        const auto number = functions.at(target);
        return number ? Hit{.nic = &functions, .number = *number} : Hit{};
    }

    std::map<std::uint8_t, std::unique_ptr<Function>> root_;
};

// --- what tests put into the tree

struct PortOptions {
    pcie::PortType type = pcie::PortType::downstream_port;
    bool hotplug = false;
    bool ari = false;
    unsigned payload_code = 1; ///< 128 << code bytes
    bool multi_function = false;
};

inline void make_bridge(pcie::ConfigSpace& space, const PortOptions& options) {
    pcie::Express express;
    express.type = options.type;
    express.slot_implemented = options.hotplug;
    express.device_capabilities = 0x8000 | options.payload_code;
    express.slot_capabilities = options.hotplug ? 1U << 6U | 1U << 19U : 0U;
    express.device_capabilities_2 = options.ari ? 1U << 5U : 0U;
    pcie::ConfigSpaceBuilder(space)
        .type_1_header(
            {.vendor = 0x8086, .device = 0x0151, .class_code = 0x060400, .multi_function = options.multi_function})
        .express(0x40, express);
}

inline pcie::ConfigSpaceBuilder make_endpoint(pcie::ConfigSpace& space, std::uint16_t device,
                                              bool multi_function = false, unsigned payload_code = 2) {
    pcie::Express express;
    express.device_capabilities = 0x8000 | payload_code;
    pcie::ConfigSpaceBuilder builder(space);
    builder
        .type_0_header({.vendor = 0x8086, .device = device, .class_code = 0x020000, .multi_function = multi_function})
        .express(0xA0, express);
    return builder;
}

} // namespace rootpool::host::test
