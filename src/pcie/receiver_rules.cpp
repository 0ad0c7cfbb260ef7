#include "rootpool/pcie/receiver_rules.h"

#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::pcie {

namespace {

/// Byte enables and boundary of a plain read or write (PCIe base 2.2.5, 2.2.7.1). Bytes that are not contiguous are
/// left to the completer, who applies them one by one.
bool is_malformed_memory_request(const TlpHeader& header) noexcept {
    const bool one_dword = header.length_dw == 1;
    const unsigned last = effective_last_be(header);
    const bool enables_wrong = !(header.processing_hint && !has_data(header.kind)) &&
                               (one_dword ? last != 0 : last == 0 || effective_first_be(header) == 0);
    return header.length_dw == 0 || enables_wrong ||
           header.address % request_boundary + std::uint64_t{header.length_dw} * 4U > request_boundary;
}

/// More data than Byte Count announces (PCIe base 2.3.1.1).
bool is_malformed_completion(const TlpHeader& header) noexcept {
    return has_data(header.kind) && header.length_dw > (header.lower_address % 4U + header.byte_count + 3U) / 4U;
}

} // namespace

bool is_malformed(const TlpHeader& header, unsigned max_payload) {
    if (payload_bytes(header) > max_payload) {
        return true;
    }
    switch (header.kind) {
    case TlpKind::memory_read:
    case TlpKind::memory_write:
        return is_malformed_memory_request(header);
    case TlpKind::completion:
    case TlpKind::completion_with_data:
        return is_malformed_completion(header);
    default:
        return validate(header).has_value();
    }
}

} // namespace rootpool::pcie
