#include "rootpool/pcie/tlp_builder.h"

#include "rootpool/core/error.h"

namespace rootpool::pcie {

namespace {

TlpHeader memory_request(TlpKind kind, Bdf requester, Tag tag, std::uint64_t address, std::uint32_t bytes,
                         Attributes attributes) {
    if (bytes > request_boundary - address % request_boundary) {
        throw core::ModelViolation("memory request would cross a 4 KB boundary");
    }
    const unsigned before = address & 3U;
    const unsigned dwords = std::max((before + bytes + 3) / 4, 1U);
    const unsigned first = all_byte_enables << before & all_byte_enables;
    const unsigned last = all_byte_enables >> (dwords * 4 - before - bytes);
    TlpHeader header;
    header.kind = kind;
    header.attributes = attributes;
    header.requester = requester;
    header.tag = tag;
    set_address(header, address & ~3ULL);
    header.length_dw = static_cast<std::uint16_t>(dwords);
    if (dwords > 1) {
        header.first_be = static_cast<std::uint8_t>(first);
        header.last_be = static_cast<std::uint8_t>(last);
    } else if (bytes > 0) {
        header.first_be = static_cast<std::uint8_t>(first & last);
    }
    return header;
}

TlpHeader config_request(TlpKind kind, Bdf requester, Tag tag, Bdf target, std::uint16_t offset,
                         std::uint8_t byte_enables) noexcept {
    TlpHeader header;
    header.kind = kind;
    header.requester = requester;
    header.tag = tag;
    header.target = target;
    header.config_register = offset & 0xFFCU;
    header.length_dw = 1;
    header.first_be = byte_enables & all_byte_enables;
    return header;
}

} // namespace

TlpHeader memory_read(Bdf requester, Tag tag, std::uint64_t address, std::uint32_t bytes, Attributes attributes) {
    return memory_request(TlpKind::memory_read, requester, tag, address, bytes, attributes);
}

TlpHeader memory_write(Bdf requester, Tag tag, std::uint64_t address, std::uint32_t bytes, Attributes attributes) {
    return memory_request(TlpKind::memory_write, requester, tag, address, bytes, attributes);
}

TlpHeader config_read(ConfigType type, Bdf requester, Tag tag, Bdf target, std::uint16_t offset,
                      std::uint8_t byte_enables) noexcept {
    const TlpKind kind = type == ConfigType::type_0 ? TlpKind::config_read_0 : TlpKind::config_read_1;
    return config_request(kind, requester, tag, target, offset, byte_enables);
}

TlpHeader config_write(ConfigType type, Bdf requester, Tag tag, Bdf target, std::uint16_t offset,
                       std::uint8_t byte_enables) noexcept {
    const TlpKind kind = type == ConfigType::type_0 ? TlpKind::config_write_0 : TlpKind::config_write_1;
    return config_request(kind, requester, tag, target, offset, byte_enables);
}

TlpHeader message(Bdf requester, std::uint8_t code, std::uint8_t routing) noexcept {
    TlpHeader header;
    header.kind = TlpKind::message;
    header.four_dw = true;
    header.requester = requester;
    header.message_code = code;
    header.message_routing = routing & 7U;
    return header;
}

TlpHeader completion(const TlpHeader& request, Bdf completer, CompletionStatus status) noexcept {
    TlpHeader header;
    header.kind = request.kind == TlpKind::memory_read_locked ? TlpKind::completion_locked : TlpKind::completion;
    header.traffic_class = request.traffic_class;
    header.attributes = request.attributes;
    header.requester = request.requester;
    header.tag = request.tag;
    header.completer = completer;
    header.status = status;
    header.byte_count = completion_byte_count(request);
    header.lower_address = completion_lower_address(request);
    return header;
}

TlpHeader completion_with_data(const TlpHeader& request, Bdf completer) noexcept {
    TlpHeader header = completion(request, completer);
    header.kind = header.kind == TlpKind::completion_locked ? TlpKind::completion_locked_with_data
                                                            : TlpKind::completion_with_data;
    header.length_dw = is_atomic(request.kind) ? static_cast<std::uint16_t>(header.byte_count / 4U) : request.length_dw;
    return header;
}

} // namespace rootpool::pcie
