#include "tests/reference/completions.h"

namespace rootpool::reference {

using pcie::TlpKind;

unsigned bytes_asked(const pcie::TlpHeader& request) noexcept {
    constexpr unsigned bytes_of_dword = 4;
    if (request.kind != TlpKind::memory_read && request.kind != TlpKind::memory_read_locked) {
        return bytes_of_dword; // configuration, I/O
    }
    if (request.first_be == 0) {
        return 1; // a flush (2.2.5)
    }
    const unsigned last_be = request.length_dw == 1 ? request.first_be : request.last_be;
    unsigned before = 0;
    while ((request.first_be >> before & 1U) == 0) {
        ++before;
    }
    unsigned behind = 0;
    while (behind < bytes_of_dword && (last_be >> (bytes_of_dword - 1 - behind) & 1U) == 0) {
        ++behind;
    }
    return bytes_of_dword * request.length_dw - before - behind;
}

pcie::TlpHeader completion_of(const pcie::TlpHeader& request, pcie::Bdf completer,
                              pcie::CompletionStatus status) noexcept {
    pcie::TlpHeader header;
    header.kind = request.kind == TlpKind::memory_read_locked ? TlpKind::completion_locked : TlpKind::completion;
    header.traffic_class = request.traffic_class;
    header.attributes = request.attributes;
    header.requester = request.requester;
    header.tag = request.tag;
    header.completer = completer;
    header.status = status;
    header.byte_count = static_cast<std::uint16_t>(bytes_asked(request));
    return header;
}

} // namespace rootpool::reference
