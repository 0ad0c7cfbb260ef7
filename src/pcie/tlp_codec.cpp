#include "rootpool/pcie/tlp_codec.h"

#include "pcie/tlp_format.h"
#include "rootpool/core/error.h"

namespace rootpool::pcie {

namespace {

using core::load_be;
using core::store_be;

constexpr std::size_t digest_bytes = 4;

constexpr unsigned bit(bool value, unsigned position) noexcept { return (value ? 1U : 0U) << position; }
constexpr bool bit_of(unsigned value, unsigned position) noexcept { return (value >> position & 1U) != 0; }

// ------------------------------------------------------------------------------------------------ encode

void put_common(HeaderBytes& out, const TlpHeader& h) {
    out[0] = static_cast<std::uint8_t>(fmt_of(h) << 5U | type_of(h));
    out[1] = static_cast<std::uint8_t>(bit(bit_of(h.tag.value(), 9), 7) | (h.traffic_class & 7U) << 4U |
                                       bit(bit_of(h.tag.value(), 8), 3) | bit(h.attributes.id_based_ordering, 2) |
                                       bit(h.lightweight_notification, 1) | bit(h.processing_hint, 0));
    out[2] = static_cast<std::uint8_t>(bit(h.digest, 7) | bit(h.poisoned, 6) | bit(h.attributes.relaxed_ordering, 5) |
                                       bit(h.attributes.no_snoop, 4) | (h.address_type & 3U) << 2U |
                                       (h.length_dw >> 8U & 3U));
    out[3] = static_cast<std::uint8_t>(h.length_dw);
}

void put_completion(HeaderBytes& out, const TlpHeader& h) {
    store_be(&out[4], h.completer.routing_id());
    store_be(&out[6], static_cast<std::uint16_t>((static_cast<unsigned>(h.status) & 7U) << 13U |
                                                 bit(h.byte_count_modified, 12) | (h.byte_count & 0xFFFU)));
    store_be(&out[8], h.requester.routing_id());
    out[10] = static_cast<std::uint8_t>(h.tag.value());
    out[11] = h.lower_address & 0x7FU;
}

void put_request(HeaderBytes& out, const TlpHeader& h) {
    store_be(&out[4], h.requester.routing_id());
    out[6] = static_cast<std::uint8_t>(h.tag.value());
    if (is_message(h.kind)) {
        out[7] = h.message_code;
        store_be(&out[8], h.message_payload);
        return;
    }
    out[7] = static_cast<std::uint8_t>((h.last_be & 0xFU) << 4U | (h.first_be & 0xFU));
    if (is_configuration(h.kind)) {
        store_be(&out[8], h.target.routing_id());
        store_be(&out[10], static_cast<std::uint16_t>(h.config_register & 0xFFCU));
    } else if (h.four_dw) {
        store_be(&out[8], h.address & ~std::uint64_t{3});
    } else {
        store_be(&out[8], static_cast<std::uint32_t>(h.address) & ~3U);
    }
}

// ------------------------------------------------------------------------------------------------ decode

std::optional<TlpKind> kind_of(unsigned fmt, unsigned type) {
    const bool data = bit_of(fmt, 1);
    const bool four_dw = bit_of(fmt, 0);
    for (int i = 0; i < tlp_kind_count; ++i) {
        const auto kind = static_cast<TlpKind>(i);
        const TlpFormat& format = format_of(kind);
        const unsigned wanted = is_message(kind) ? type & ~7U : type;
        const bool size_fits = format.size == HeaderSize::by_address || (format.size == HeaderSize::four_dw) == four_dw;
        if (format.type == wanted && has_data(kind) == data && size_fits) {
            return kind;
        }
    }
    return std::nullopt;
}

void take_common(const std::uint8_t* in, TlpHeader& h) {
    h.message_routing = is_message(h.kind) ? in[0] & 7U : 0U;
    h.traffic_class = in[1] >> 4U & 7U;
    h.attributes = {bit_of(in[2], 4), bit_of(in[2], 5), bit_of(in[1], 2)};
    h.lightweight_notification = bit_of(in[1], 1);
    h.processing_hint = bit_of(in[1], 0);
    h.digest = bit_of(in[2], 7);
    h.poisoned = bit_of(in[2], 6);
    h.address_type = in[2] >> 2U & 3U;
    h.length_dw = static_cast<std::uint16_t>((in[2] & 3U) << 8U | in[3]);
    const bool has_length = has_data(h.kind) || !(is_completion(h.kind) || is_message(h.kind));
    if (has_length && h.length_dw == 0) {
        h.length_dw = 1024; // PCIe base table 2-4
    }
}

Tag take_tag(const std::uint8_t* in, std::uint8_t low) {
    return Tag(static_cast<std::uint16_t>((in[1] >> 7U & 1U) << 9U | (in[1] >> 3U & 1U) << 8U | low));
}

std::optional<TlpError> take_completion(const std::uint8_t* in, TlpHeader& h) {
    const auto counts = load_be<std::uint16_t>(in + 6);
    h.completer = Bdf(load_be<std::uint16_t>(in + 4));
    h.status = static_cast<CompletionStatus>(counts >> 13U);
    h.byte_count_modified = bit_of(counts, 12);
    h.byte_count = (counts & 0xFFFU) == 0 ? std::uint16_t{4096} : std::uint16_t(counts & 0xFFFU);
    h.requester = Bdf(load_be<std::uint16_t>(in + 8));
    h.tag = take_tag(in, in[10]);
    h.lower_address = in[11] & 0x7FU;
    if (bit_of(in[11], 7)) {
        return TlpError{"PCIe base: bit 7 of byte 11 of a completion is reserved (2.2.9.1)", 11};
    }
    return std::nullopt;
}

std::optional<TlpError> take_configuration(const std::uint8_t* in, TlpHeader& h) {
    const auto number = load_be<std::uint16_t>(in + 10);
    h.target = Bdf(load_be<std::uint16_t>(in + 8));
    h.config_register = number & 0xFFCU;
    if (number != h.config_register) {
        return TlpError{"PCIe base: bits around the register number of a configuration request are reserved (2.2.7.1)",
                        10};
    }
    return std::nullopt;
}

std::optional<TlpError> take_request(const std::uint8_t* in, TlpHeader& h) {
    h.requester = Bdf(load_be<std::uint16_t>(in + 4));
    h.tag = take_tag(in, in[6]);
    if (is_message(h.kind)) {
        h.message_code = in[7];
        h.message_payload = load_be<std::uint64_t>(in + 8);
        constexpr std::uint8_t routed_by_id = 2;
        h.target = h.message_routing == routed_by_id ? Bdf(load_be<std::uint16_t>(in + 8)) : Bdf();
        return std::nullopt;
    }
    h.first_be = in[7] & 0xFU;
    h.last_be = in[7] >> 4U;
    if (is_configuration(h.kind)) {
        return take_configuration(in, h);
    }
    h.address = h.four_dw ? load_be<std::uint64_t>(in + 8) : load_be<std::uint32_t>(in + 8);
    return std::nullopt;
}

/// The header in front of `bytes`, whose fields may still contradict each other.
std::variant<TlpHeader, TlpError> take_header(core::ByteView bytes) {
    constexpr std::size_t shortest_header = 12;
    if (bytes.empty()) {
        return TlpError{"PCIe base: a TLP begins with a header of 12 or 16 bytes (2.2.1); there is nothing", 0};
    }
    const unsigned fmt = bytes[0] >> 5U;
    if (fmt >= 4) {
        return TlpError{fmt == 4 ? "PCIe base: TLP prefixes are not supported by this receiver (2.2.10)"
                                 : "PCIe base: Fmt 101b, 110b and 111b are reserved (2.2.1, table 2-2)",
                        0};
    }
    const std::optional<TlpKind> kind = kind_of(fmt, bytes[0] & 0x1FU);
    if (!kind) {
        return TlpError{"PCIe base: Fmt and Type must be a defined combination (2.2.1, table 2-3)", 0};
    }
    TlpHeader header;
    header.kind = *kind;
    header.four_dw = bit_of(fmt, 0);
    if (bytes.size() < shortest_header || bytes.size() < header_bytes(header)) {
        return TlpError{"PCIe base: the header has 12 or 16 bytes, as Fmt says (2.2.1); it is cut short", bytes.size()};
    }
    take_common(bytes.data(), header);
    const std::optional<TlpError> error =
        is_completion(header.kind) ? take_completion(bytes.data(), header) : take_request(bytes.data(), header);
    if (error) {
        return *error;
    }
    return header;
}

/// Length rules of the TLP as a whole (PCIe base 2.2.2, 2.2.3).
std::optional<TlpError> check_size(const TlpHeader& h, std::size_t size) {
    const std::size_t with_data = header_bytes(h) + payload_bytes(h);
    const std::size_t whole = with_data + (h.digest ? digest_bytes : 0U);
    if (size < with_data) {
        return TlpError{"PCIe base: the data must be as long as the Length field says (2.2.2); it is cut short", size};
    }
    if (size < whole) {
        return TlpError{"PCIe base: TD says that a digest of 4 bytes follows the data (2.2.3)", size};
    }
    if (size > whole) {
        return TlpError{"PCIe base: the TLP must end where Length and TD say (2.2.2, 2.2.3); bytes follow", whole};
    }
    return std::nullopt;
}

} // namespace

HeaderBytes encode_header(const TlpHeader& header) noexcept {
    HeaderBytes bytes{};
    put_common(bytes, header);
    if (is_completion(header.kind)) {
        put_completion(bytes, header);
    } else {
        put_request(bytes, header);
    }
    return bytes;
}

void encode(const TlpHeader& header, core::ByteView payload, std::vector<std::uint8_t>& out,
            std::optional<std::uint32_t> ecrc) {
    if (payload.size() != payload_bytes(header)) {
        throw core::ModelViolation("TLP encoded with a payload that is not as long as its header says");
    }
    const HeaderBytes bytes = encode_header(header);
    const std::size_t start = out.size();
    out.insert(out.end(), bytes.begin(), bytes.begin() + header_bytes(header));
    out.insert(out.end(), payload.begin(), payload.end());
    if (header.digest) {
        const std::uint32_t value = ecrc ? *ecrc : compute_ecrc(core::ByteView(out).subspan(start));
        out.resize(out.size() + digest_bytes);
        store_be(&out[out.size() - digest_bytes], value);
    }
}

std::variant<DecodedTlp, TlpError> decode_tlp(core::ByteView bytes) {
    const std::variant<TlpHeader, TlpError> taken = take_header(bytes);
    if (const auto* error = std::get_if<TlpError>(&taken)) {
        return *error;
    }
    DecodedTlp tlp;
    tlp.header = std::get<TlpHeader>(taken);
    std::optional<TlpError> error = validate(tlp.header);
    if (!error) {
        error = check_size(tlp.header, bytes.size());
    }
    if (error) {
        return *error;
    }
    const auto data = bytes.subspan(header_bytes(tlp.header), payload_bytes(tlp.header));
    tlp.data.assign(data.begin(), data.end());
    if (tlp.header.digest) {
        tlp.ecrc = load_be<std::uint32_t>(bytes.data() + bytes.size() - digest_bytes);
    }
    return tlp;
}

} // namespace rootpool::pcie
