#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::pcie::test {

/// Makes random TLPs that obey every rule of PCIe base 2.2. The same seed gives the same sequence.
class RandomTlp {
public:
    explicit RandomTlp(std::uint32_t seed) : engine_(seed) {}

    /// A number from 0 to `max`. Not std::uniform_int_distribution: its values differ between libraries.
    std::uint64_t upto(std::uint64_t max) {
        const std::uint64_t value = static_cast<std::uint64_t>(engine_()) << 32U | engine_();
        return max == UINT64_MAX ? value : value % (max + 1);
    }
    template <typename T>
    T any(std::uint64_t max) {
        return static_cast<T>(upto(max));
    }
    bool flip() { return upto(1) != 0; }

    TlpHeader header() {
        const auto kind = static_cast<TlpKind>(upto(tlp_kind_count - 1));
        TlpHeader h = is_completion(kind)      ? completion_of(kind)
                      : is_message(kind)       ? message_of(kind)
                      : is_configuration(kind) ? configuration_of(kind)
                      : is_atomic(kind)        ? atomic_of(kind)
                                               : memory_or_io_of(kind);
        h.requester = Bdf(any<std::uint16_t>(0xFFFF));
        h.tag = Tag(any<std::uint16_t>(0x3FF));
        h.digest = flip();
        h.poisoned = has_data(kind) && flip();
        return h;
    }

    DecodedTlp tlp() {
        DecodedTlp tlp{header(), {}, std::nullopt};
        tlp.data.resize(payload_bytes(tlp.header));
        std::generate(tlp.data.begin(), tlp.data.end(), [this] { return any<std::uint8_t>(0xFF); });
        if (tlp.header.digest) {
            tlp.ecrc = any<std::uint32_t>(UINT32_MAX);
        }
        return tlp;
    }

private:
    Attributes attributes() { return {flip(), flip(), flip()}; }
    /// Below 4 GB and above it, each half of the time.
    std::uint64_t address() { return upto(flip() ? 0xFFFF'FFFFU : UINT64_MAX); }

    TlpHeader memory_or_io_of(TlpKind kind) {
        const bool io = kind == TlpKind::io_read || kind == TlpKind::io_write;
        const std::uint64_t first = io ? upto(0xFFFF'FFFFU) & ~3ULL : address();
        const auto room = static_cast<std::uint32_t>(request_boundary - first % request_boundary);
        const std::uint32_t bytes = io ? 4 : any<std::uint32_t>(flip() ? room : std::min(room, 16U));
        TlpHeader h = memory_read({}, {}, first, bytes);
        h.kind = kind;
        if (h.length_dw == 1) {
            h.first_be = any<std::uint8_t>(0xF); // holes are permitted
        }
        if (!io) {
            h.traffic_class = any<std::uint8_t>(7);
            h.attributes = attributes();
            h.address_type = has_data(kind) ? any<std::uint8_t>(1) * 2U : any<std::uint8_t>(2);
            h.processing_hint = flip();
            h.lightweight_notification = flip();
        }
        return h;
    }

    TlpHeader atomic_of(TlpKind kind) {
        TlpHeader h;
        h.kind = kind;
        const unsigned operand = 4U << upto(kind == TlpKind::compare_and_swap ? 2 : 1);
        h.length_dw = static_cast<std::uint16_t>(operand / 4 * (kind == TlpKind::compare_and_swap ? 2 : 1));
        h.address = address() & ~std::uint64_t{operand - 1};
        h.four_dw = h.address >= first_64_bit_address;
        h.traffic_class = any<std::uint8_t>(7);
        h.attributes = attributes();
        return h;
    }

    TlpHeader configuration_of(TlpKind kind) {
        TlpHeader h;
        h.kind = kind;
        h.length_dw = 1;
        h.first_be = any<std::uint8_t>(0xF);
        h.target = Bdf(any<std::uint16_t>(0xFFFF));
        h.config_register = any<std::uint16_t>(0x3FF) * 4U;
        return h;
    }

    TlpHeader message_of(TlpKind kind) {
        static constexpr std::uint8_t vendor_routings[] = {0, 2, 3, 4};
        TlpHeader h = message({}, any<std::uint8_t>(1) + 0x7EU, vendor_routings[upto(3)]);
        h.kind = kind;
        h.length_dw = has_data(kind) ? static_cast<std::uint16_t>(1 + upto(1023)) : std::uint16_t{0};
        h.traffic_class = any<std::uint8_t>(7);
        h.attributes = attributes();
        h.message_payload = upto(UINT64_MAX);
        h.target = h.message_routing == 2 ? Bdf(static_cast<std::uint16_t>(h.message_payload >> 48U)) : Bdf();
        return h;
    }

    TlpHeader completion_of(TlpKind kind) {
        TlpHeader h;
        h.kind = kind;
        h.completer = Bdf(any<std::uint16_t>(0xFFFF));
        h.traffic_class = any<std::uint8_t>(7);
        h.attributes = attributes();
        h.byte_count = static_cast<std::uint16_t>(1 + upto(4095));
        h.lower_address = any<std::uint8_t>(0x7F);
        if (!has_data(kind)) {
            h.status = static_cast<CompletionStatus>(upto(7));
            return h;
        }
        const unsigned before = h.lower_address % 4U;
        h.length_dw = static_cast<std::uint16_t>(std::min((before + h.byte_count + 3U) / 4U, 1024U));
        if (before + h.byte_count > 4096U) {
            h.byte_count = static_cast<std::uint16_t>(4096U - before);
        }
        const unsigned to_boundary = (64U - h.lower_address % 64U + before) / 4U;
        if (flip() && to_boundary < h.length_dw) {
            h.length_dw = static_cast<std::uint16_t>(to_boundary); // not the last completion
        }
        return h;
    }

    std::mt19937 engine_;
};

} // namespace rootpool::pcie::test
