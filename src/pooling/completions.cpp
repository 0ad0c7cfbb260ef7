#include "rootpool/pooling/completions.h"

#include <array>

#include "rootpool/core/bytes.h"
#include "rootpool/pcie/tlp_builder.h"

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
    header.byte_count = pcie::completion_byte_count(asked);
    return header;
}

pcie::TlpPtr finish(pcie::TlpPtr completion, const pcie::Tlp& request) {
    completion->transaction = request.transaction;
    completion->injected_at = request.injected_at;
    return completion;
}

} // namespace

pcie::TlpPtr complete_without_data(pcie::TlpFactory& factory, const pcie::Tlp& request, pcie::Bdf completer,
                                   pcie::CompletionStatus status) {
    return finish(factory.make(completion_header(request, completer, status), request.root), request);
}

pcie::TlpPtr complete_with_dword(pcie::TlpFactory& factory, const pcie::Tlp& request, pcie::Bdf completer,
                                 std::uint32_t value) {
    pcie::TlpHeader header = completion_header(request, completer, pcie::CompletionStatus::successful);
    header.kind = pcie::TlpKind::completion_with_data;
    header.length_dw = 1;
    header.lower_address = pcie::completion_lower_address(request.header);
    std::array<std::uint8_t, 4> bytes{};
    core::store_le(bytes.data(), value);
    return finish(factory.make(header, core::ByteView(bytes), request.root), request);
}

std::uint32_t first_dword(const pcie::Tlp& tlp) noexcept {
    const core::ByteView bytes = tlp.payload.bytes();
    return bytes.size() < 4 ? 0 : core::load_le<std::uint32_t>(bytes.data());
}

} // namespace rootpool::pooling
