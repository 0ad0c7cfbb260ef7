#pragma once

#include "rootpool/pcie/tlp.h"
#include "rootpool/pcie/tlp_builder.h"

/// Headers that the pooling tests send.
namespace rootpool::pooling::test {

inline pcie::TlpHeader configuration(pcie::TlpKind kind, pcie::Bdf target, std::uint16_t offset,
                                     pcie::Tag tag = pcie::Tag(1)) {
    pcie::TlpHeader header;
    header.kind = kind;
    header.length_dw = 1;
    header.requester = pcie::Bdf(0, 0, 0);
    header.tag = tag;
    header.first_be = 0xF;
    header.target = target;
    header.config_register = offset;
    return header;
}

inline pcie::TlpHeader memory(pcie::TlpKind kind, std::uint64_t address, std::uint16_t length_dw = 1,
                              pcie::Tag tag = pcie::Tag(1)) {
    pcie::TlpHeader header;
    header.kind = kind;
    header.length_dw = length_dw;
    header.requester = pcie::Bdf(0, 0, 0);
    header.tag = tag;
    header.first_be = 0xF;
    header.last_be = length_dw > 1 ? 0xF : 0;
    pcie::set_address(header, address);
    return header;
}

inline pcie::TlpHeader completion_of(const pcie::TlpHeader& request, pcie::Bdf completer, bool with_data) {
    pcie::TlpHeader header;
    header.kind = with_data ? pcie::TlpKind::completion_with_data : pcie::TlpKind::completion;
    header.length_dw = with_data ? request.length_dw : 0;
    header.requester = request.requester;
    header.tag = request.tag;
    header.completer = completer;
    header.byte_count = with_data ? static_cast<std::uint16_t>(request.length_dw * 4U) : 4;
    header.lower_address = static_cast<std::uint8_t>(request.address & 0x7CU);
    return header;
}

inline pcie::TlpHeader message(std::uint8_t code, pcie::Bdf requester) {
    pcie::TlpHeader header;
    header.kind = pcie::TlpKind::message;
    header.four_dw = true;
    header.requester = requester;
    header.message_code = code;
    return header;
}

/// A TLP with one dword of data if the kind has data; longer payloads repeat it.
inline pcie::TlpPtr tlp_of(pcie::TlpFactory& factory, const pcie::TlpHeader& header, pcie::RootId root = {},
                           std::uint32_t value = 0) {
    pcie::PayloadSlice payload;
    if (const unsigned bytes = pcie::payload_bytes(header); bytes != 0) {
        payload = {factory.payload(), 0, static_cast<std::uint16_t>(bytes)};
        for (unsigned at = 0; at < bytes; at += 4) {
            core::store_le(payload.buffer->data() + at, value);
        }
    }
    return factory.make(header, payload, root);
}

} // namespace rootpool::pooling::test
