#include "tests/twin/switch_tlps.h"

#include <algorithm>

#include "rootpool/pcie/tlp_builder.h"
#include "tests/twin/random_tables.h"

namespace rootpool::twin {
namespace {

using pcie::TlpHeader;
using pcie::TlpKind;

/// Register that the VF itself has, and that nobody watches.
constexpr std::uint16_t plain_register = 0x98;

[[nodiscard]] TlpHeader of_kind(TlpHeader header, TlpKind kind) {
    header.kind = kind;
    return header;
}

/// More than one dword from there on crosses a multiple of 4 KB.
[[nodiscard]] std::uint64_t at_end_of_page(std::uint64_t address) { return (address & ~0xFFFULL) + 0xFFC; }

} // namespace

SwitchTlps::SwitchTlps(const SwitchCase& of, unsigned rarity, Random& random, pcie::TlpFactory& factory)
    : of_(of), rarity_(rarity), random_(random), factory_(factory), bytes_(factory.payload()) {
    std::generate_n(bytes_->data(), pcie::PayloadBuffer::capacity, [this] { return random_.byte(); });
    find_functions();
}

void SwitchTlps::find_functions() {
    functions_.resize(of_.settings.roots.size());
    for (std::size_t device = 0; device < of_.settings.devices.size(); ++device) {
        const reference::DeviceTables& tables = of_.settings.devices[device];
        functions_[tables.master.index()].push_back({device, tables.physical_function, {}, {}});
        for (unsigned vf = 0; vf < tables.vfs.size(); ++vf) {
            if (const auto& lent = tables.vfs[vf]) {
                functions_[lent->root.index()].push_back({device, lent->function, lent->bases, tables.bar_bytes});
                continue;
            }
            const auto id = static_cast<std::uint16_t>(tables.physical_function.routing_id() + tables.first_vf_offset +
                                                       vf * tables.vf_stride);
            Function own{device, pcie::Bdf(id), tables.bar_bases, tables.bar_bytes};
            for (std::size_t bar = 0; bar < own.bases.size(); ++bar) {
                own.bases[bar] += vf * own.bytes[bar];
            }
            functions_[tables.master.index()].push_back(own);
        }
    }
}

pcie::TlpPtr SwitchTlps::of_root(std::size_t root) {
    if (functions_[root].empty()) {
        return make(own_function(root));
    }
    return make(random_.one_in(rarity_) ? refused_of_root(root) : allowed_of_root(root));
}

pcie::TlpPtr SwitchTlps::of_device(std::size_t device) {
    return make(random_.one_in(rarity_) ? refused_of_device(device) : allowed_of_device(device));
}

pcie::TlpPtr SwitchTlps::read_of_root(std::size_t root) {
    return make(functions_[root].empty() ? own_function(root) : memory(root, true));
}

pcie::TlpPtr SwitchTlps::write_of_root(std::size_t root) {
    if (functions_[root].empty() || random_.one_in(2)) {
        return make(functions_[root].empty() ? own_function(root) : memory(root, false));
    }
    const auto& functions = functions_[root];
    const pcie::Bdf target = functions[random_.below(static_cast<unsigned>(functions.size()))].id;
    pcie::TlpPtr tlp = make(pcie::config_write(pcie::ConfigType::type_1, pcie::Bdf(0), tag(), target, plain_register));
    tlp->header.attributes.relaxed_ordering = !random_.one_in(4);
    return tlp;
}

pcie::TlpHeader SwitchTlps::allowed_of_root(std::size_t root) {
    switch (random_.below(10)) {
    case 0:
        return configuration(root);
    case 1:
        return own_function(root);
    case 2:
    case 3:
    case 4:
        return memory(root, true);
    default:
        return memory(root, false);
    }
}

pcie::TlpHeader SwitchTlps::own_function(std::size_t root) {
    const reference::RootTables& tables = of_.settings.roots[root];
    const unsigned bridge = random_.below(static_cast<unsigned>(tables.downstream.size()) + 2);
    const pcie::Bdf target = bridge == 0   ? tables.management
                             : bridge == 1 ? tables.upstream.id
                                           : tables.downstream[bridge - 2].id;
    const auto type = bridge < 2 ? pcie::ConfigType::type_0 : pcie::ConfigType::type_1;
    return pcie::config_read(type, pcie::Bdf(0), tag(), target, 0);
}

unsigned SwitchTlps::bytes_to_device(std::size_t device, bool reads) {
    const unsigned most = reads ? longest_data : of_.settings.devices[device].max_payload;
    return random_.one_in(3) ? most : 4 + 4 * random_.below(most / 4);
}

pcie::TlpHeader SwitchTlps::memory(std::size_t root, bool reads) {
    const auto& functions = functions_[root];
    const Function& function = functions[random_.below(static_cast<unsigned>(functions.size()))];
    const std::size_t bar = random_.one_in(2) ? 0 : 3;
    std::uint64_t address = function.bases[bar];
    if (address == 0) { // a physical function's BARs are somewhere else in the window
        address = of_.settings.roots[root].downstream[function.device].memory.base + 0x8000;
    } else {
        address += (function.bytes[bar] / 4096 - 1) * 4096 * random_.below(2);
    }
    address += 4ULL * random_.below((4096 - longest_data) / 4);
    const unsigned bytes = bytes_to_device(function.device, reads);
    return reads ? pcie::memory_read(pcie::Bdf(0), tag(), address, bytes)
                 : pcie::memory_write(pcie::Bdf(0), pcie::Tag(0), address, bytes);
}

pcie::TlpHeader SwitchTlps::configuration(std::size_t root) {
    const auto& functions = functions_[root];
    const pcie::Bdf target = functions[random_.below(static_cast<unsigned>(functions.size()))].id;
    const auto type = pcie::ConfigType::type_1;
    if (target.devfn() != 0 && random_.one_in(3)) { // what a physical function answers there is watched
        return pcie::config_read(type, pcie::Bdf(0), tag(), target, 0);
    }
    return random_.one_in(2) ? pcie::config_read(type, pcie::Bdf(0), tag(), target, plain_register)
                             : pcie::config_write(type, pcie::Bdf(0), tag(), target, plain_register);
}

pcie::TlpHeader SwitchTlps::refused_of_root(std::size_t root) {
    const TlpHeader request = memory(root, random_.one_in(2));
    const reference::RootTables& tables = of_.settings.roots[root];
    const auto& bridge = tables.downstream[random_.below(static_cast<unsigned>(tables.downstream.size()))];
    const unsigned fault = random_.below(faulty_requests + forbidden_kinds);
    return fault < faulty_requests ? faulty(request, bridge, fault)
                                   : forbidden(request.address, bridge, fault - faulty_requests);
}

pcie::TlpHeader SwitchTlps::faulty(TlpHeader request, const reference::BridgeTable& bridge, unsigned fault) {
    switch (fault) {
    case 0:
        request.address = 0x4000'0000; // no window
        request.four_dw = false;
        break;
    case 1:
        request.address = bridge.memory.base + 4ULL * random_.below(0x3000); // maybe no BAR
        request.four_dw = false;
        break;
    case 2:
        request.address = at_end_of_page(request.address);
        break;
    case 3:
        request.poisoned = true;
        break;
    case 4:
        request.traffic_class = 1;
        break;
    case 5:
        request.address_type = 1;
        break;
    default:
        request.tag = pcie::Tag(0x155);
    }
    return request;
}

pcie::TlpHeader SwitchTlps::forbidden(std::uint64_t address, const reference::BridgeTable& bridge, unsigned kind) {
    const auto type_1 = pcie::ConfigType::type_1;
    switch (kind) {
    case 0:
        return of_kind(pcie::memory_read(pcie::Bdf(0), tag(), address, 4), TlpKind::memory_read_locked);
    case 1:
        return of_kind(pcie::memory_read(pcie::Bdf(0), tag(), 0x1000, 4), TlpKind::io_read);
    case 2:
        return pcie::message(pcie::Bdf(0), 0x19, 3); // PME_Turn_Off ends in the switch
    case 3:
        return pcie::config_read(type_1, pcie::Bdf(0), tag(), pcie::Bdf(bridge.secondary, 0, 7), 0);
    case 4:
        return pcie::config_write(type_1, pcie::Bdf(0), tag(),
                                  pcie::Bdf(static_cast<std::uint8_t>(random_.below(8)), 0, 1), plain_register);
    case 5: // an answer that nobody waits for
        return pcie::completion(pcie::memory_read(pcie::Bdf(bridge.secondary, 30, 7), tag(), 0x1000, 4), pcie::Bdf(0));
    default: // larger than most devices take
        return pcie::memory_write(pcie::Bdf(0), pcie::Tag(0), address & ~0xFFFULL, longest_data);
    }
}

std::uint64_t SwitchTlps::host_address() {
    return (random_.one_in(2) ? 0x10'0000 : 0x2'0000'0000) + 4ULL * random_.below(64);
}

pcie::Bdf SwitchTlps::function_of_device(std::size_t device) {
    const reference::DeviceTables& tables = of_.settings.devices[device];
    if (random_.one_in(8)) {
        return tables.physical_function;
    }
    const unsigned vf = random_.below(static_cast<unsigned>(tables.vfs.size()));
    return pcie::Bdf(static_cast<std::uint16_t>(tables.physical_function.routing_id() + tables.first_vf_offset +
                                                vf * tables.vf_stride));
}

pcie::TlpHeader SwitchTlps::allowed_of_device(std::size_t device) {
    const pcie::Bdf requester = function_of_device(device);
    const bool reads = random_.one_in(3);
    const unsigned bytes = bytes_to_device(device, reads);
    return reads ? pcie::memory_read(requester, tag(), host_address(), bytes)
                 : pcie::memory_write(requester, pcie::Tag(0), host_address(), bytes);
}

pcie::TlpHeader SwitchTlps::refused_of_device(std::size_t device) {
    TlpHeader header = allowed_of_device(device);
    const reference::DeviceTables& tables = of_.settings.devices[device];
    const auto type = pcie::ConfigType::type_1;
    switch (random_.below(10)) {
    case 0:
    case 1: // down again, below the same root or another
        header.address = of_.settings.roots[random_.below(static_cast<unsigned>(of_.settings.roots.size()))]
                             .downstream[device]
                             .memory.base;
        header.four_dw = false;
        break;
    case 2:
        header.requester = pcie::Bdf(0xFE, 3, 1); // nobody
        break;
    case 3:
        header.address = at_end_of_page(header.address);
        break;
    case 4:
        header.address_type = 1;
        break;
    case 5:
        header = pcie::config_read(type, header.requester, tag(), pcie::Bdf(1, 0, 0), 0);
        break;
    case 6:
        header = of_kind(pcie::memory_read(header.requester, tag(), host_address(), 4), TlpKind::memory_read_locked);
        break;
    case 7:
        header = pcie::message(header.requester, 0x18, 0); // PM_PME
        break;
    case 8:
        header = pcie::completion(pcie::memory_read(pcie::Bdf(0xFE, 3, 1), tag(), 0x1000, 4), tables.physical_function);
        break;
    default:
        header = of_kind(pcie::memory_read(header.requester, tag(), 0x1000, 4), TlpKind::io_read);
    }
    return header;
}

pcie::TlpPtr SwitchTlps::make(TlpHeader header) {
    header.attributes.relaxed_ordering = random_.one_in(6);
    header.attributes.id_based_ordering = random_.one_in(6);
    header.digest = random_.one_in(8);
    const auto offset =
        static_cast<std::uint16_t>(4 * random_.below((pcie::PayloadBuffer::capacity - longest_data) / 4));
    return factory_.make(header, {bytes_, offset, static_cast<std::uint16_t>(pcie::payload_bytes(header))},
                         pcie::RootId(static_cast<std::uint8_t>(random_.one_in(2) ? 5 : 0)));
}

} // namespace rootpool::twin
