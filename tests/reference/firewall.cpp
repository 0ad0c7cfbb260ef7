#include "tests/reference/firewall.h"

namespace rootpool::reference {

namespace {

using pcie::TlpKind;

bool is_memory(const pcie::TlpHeader& header) noexcept {
    return header.kind == TlpKind::memory_read || header.kind == TlpKind::memory_write;
}
bool is_plain(const pcie::TlpHeader& header) noexcept {
    return is_memory(header) || pcie::is_configuration(header.kind) || pcie::is_message(header.kind) ||
           header.kind == TlpKind::completion || header.kind == TlpKind::completion_with_data;
}
/// PCIe base 2.2.7.
bool crosses_4k(const pcie::TlpHeader& header) noexcept {
    const std::uint64_t last = header.address + 4ULL * header.length_dw - 1;
    return is_memory(header) && header.address / 4096 != last / 4096;
}
Passage refused_unless(bool passes) noexcept { return passes ? Passage::passes : Passage::refused; }

} // namespace

Passage passage_of_slave(const pcie::TlpHeader& header, const SlaveFacts& facts) {
    if (!is_plain(header)) {
        return Passage::refused;
    }
    if (pcie::is_completion(header.kind)) {
        return facts.function_is_lent ? Passage::passes : Passage::dropped;
    }
    if (header.poisoned || header.traffic_class != 0) {
        return Passage::refused;
    }
    if (pcie::is_configuration(header.kind)) {
        const bool is_type_0 = header.kind == TlpKind::config_read_0 || header.kind == TlpKind::config_write_0;
        return refused_unless(is_type_0 && facts.function_is_lent);
    }
    const bool is_too_long = pcie::payload_bytes(header) > facts.max_payload;
    return refused_unless(header.address_type == 0 && !crosses_4k(header) && !is_too_long && facts.inside_lent_bar);
}

Passage passage_of_master(const pcie::TlpHeader& header, bool is_lent) {
    if (pcie::is_completion(header.kind) && is_plain(header)) {
        return is_lent ? Passage::dropped : Passage::passes;
    }
    if (pcie::is_configuration(header.kind)) {
        return refused_unless(!is_lent || !pcie::has_data(header.kind));
    }
    return refused_unless(is_plain(header) && !crosses_4k(header) && !is_lent);
}

Passage passage_of_device(const pcie::TlpHeader& header, bool is_lent) {
    if (!is_plain(header) || pcie::is_configuration(header.kind)) {
        return Passage::refused;
    }
    if (pcie::is_message(header.kind)) {
        return is_lent ? Passage::dropped : Passage::passes;
    }
    if (crosses_4k(header)) {
        return Passage::dropped;
    }
    return refused_unless(header.address_type == 0 || !is_lent);
}

} // namespace rootpool::reference
