#include "rootpool/pooling/completions.h"

#include <array>
#include <bit>

#include "rootpool/core/bytes.h"

namespace rootpool::pooling {
namespace {

pcie::TlpHeader completion_header(const pcie::Tlp& request, pcie::Bdf completer, pcie::CompletionStatus status) {
    const pcie::TlpHeader& asked = request.header;
    pcie::TlpHeader header;
    header.kind =
        asked.kind == pcie::TlpKind::memory_read_locked ? pcie::TlpKind::completion_locked : pcie::TlpKind::completion;
    header.traffic_class = asked.traffic_class;
    header.attributes = asked.attributes;
    header.requester = asked.requester;
    header.tag = asked.tag;
    header.completer = completer;
    header.status = status;
    header.byte_count = requested_bytes(asked);
    return header;
}

pcie::TlpPtr finish(pcie::TlpPtr completion, const pcie::Tlp& request) {
    completion->transaction = request.transaction;
    completion->injected_at = request.injected_at;
    return completion;
}

} // namespace

std::uint16_t requested_bytes(const pcie::TlpHeader& request) noexcept {
    if (request.kind != pcie::TlpKind::memory_read && request.kind != pcie::TlpKind::memory_read_locked) {
        return 4;
    }
    if (request.first_be == 0) {
        return 1; // zero-length read
    }
    const auto leading = static_cast<unsigned>(std::countr_zero(static_cast<unsigned>(request.first_be)));
    const std::uint8_t last = request.length_dw > 1 && request.last_be != 0 ? request.last_be : request.first_be;
    const unsigned trailing = 4U - static_cast<unsigned>(std::bit_width(static_cast<unsigned>(last & 0xFU)));
    return static_cast<std::uint16_t>(request.length_dw * 4U - leading - trailing);
}

pcie::TlpPtr complete_without_data(pcie::TlpFactory& factory, const pcie::Tlp& request, pcie::Bdf completer,
                                   pcie::CompletionStatus status) {
    return finish(factory.make(completion_header(request, completer, status), request.root), request);
}

pcie::TlpPtr complete_with_dword(pcie::TlpFactory& factory, const pcie::Tlp& request, pcie::Bdf completer,
                                 std::uint32_t value) {
    pcie::TlpHeader header = completion_header(request, completer, pcie::CompletionStatus::successful);
    header.kind = pcie::TlpKind::completion_with_data;
    header.length_dw = 1;
    if (pcie::is_address_routed(request.header.kind) && request.header.first_be != 0) {
        const auto skipped = static_cast<unsigned>(std::countr_zero(static_cast<unsigned>(request.header.first_be)));
        header.lower_address = static_cast<std::uint8_t>((request.header.address & 0x7CU) + skipped);
    }
    std::array<std::uint8_t, 4> bytes{};
    core::store_le(bytes.data(), value);
    return finish(factory.make(header, core::ByteView(bytes), request.root), request);
}

std::uint32_t first_dword(const pcie::Tlp& tlp) noexcept {
    const core::ByteView bytes = tlp.payload.bytes();
    return bytes.size() < 4 ? 0 : core::load_le<std::uint32_t>(bytes.data());
}

} // namespace rootpool::pooling
