#include "rootpool/net/tcp_header.h"

#include <algorithm>
#include <array>

#include "rootpool/net/checksum.h"
#include "rootpool/net/ipv4.h"

namespace rootpool::net {

namespace {

enum class OptionKind : std::uint8_t {
    end = 0,
    no_operation = 1,
    mss = 2,
    window_scale = 3,
    sack_permitted = 4,
    timestamps = 8,
};

struct FlagBit {
    bool TcpFlags::*flag;
    std::uint8_t bit;
};
constexpr std::array flag_bits{FlagBit{&TcpFlags::fin, 0x01}, FlagBit{&TcpFlags::syn, 0x02},
                               FlagBit{&TcpFlags::rst, 0x04}, FlagBit{&TcpFlags::psh, 0x08},
                               FlagBit{&TcpFlags::ack, 0x10}, FlagBit{&TcpFlags::urg, 0x20}};

/// An option whose length is that of its kind; false when it is not.
[[nodiscard]] bool take_option(TcpOptions& options, core::ByteView option) noexcept {
    switch (static_cast<OptionKind>(option[0])) {
    case OptionKind::mss:
        if (option.size() != 4) {
            return false;
        }
        options.mss = core::load_be<std::uint16_t>(&option[2]);
        return true;
    case OptionKind::window_scale:
        if (option.size() != 3) {
            return false;
        }
        options.window_scale = std::min(option[2], TcpOptions::max_window_scale);
        return true;
    case OptionKind::sack_permitted:
        options.sack_permitted = true;
        return option.size() == 2;
    case OptionKind::timestamps:
        if (option.size() != 10) {
            return false;
        }
        options.timestamps =
            TcpTimestamps{core::load_be<std::uint32_t>(&option[2]), core::load_be<std::uint32_t>(&option[6])};
        return true;
    default:
        return true; // RFC 1122 4.2.2.5: unknown options are skipped by their length
    }
}

[[nodiscard]] bool parse_options(TcpOptions& options, core::ByteView area) noexcept {
    while (!area.empty()) {
        const auto kind = static_cast<OptionKind>(area[0]);
        if (kind == OptionKind::end) {
            return true;
        }
        if (kind == OptionKind::no_operation) {
            area = area.subspan(1);
            continue;
        }
        if (area.size() < 2 || area[1] < 2 || area[1] > area.size() || !take_option(options, area.first(area[1]))) {
            return false;
        }
        area = area.subspan(area[1]);
    }
    return true;
}

} // namespace

TcpFlags TcpFlags::from_byte(std::uint8_t byte) noexcept {
    TcpFlags flags;
    for (const auto& [flag, bit] : flag_bits) {
        flags.*flag = (byte & bit) != 0;
    }
    return flags;
}

std::uint8_t TcpFlags::to_byte() const noexcept {
    unsigned byte = 0;
    for (const auto& [flag, bit] : flag_bits) {
        byte |= this->*flag ? bit : 0U;
    }
    return static_cast<std::uint8_t>(byte);
}

std::size_t TcpOptions::size() const noexcept {
    const unsigned middle = timestamps ? 12U : (sack_permitted ? 4U : 0U);
    return (mss ? 4U : 0U) + middle + (window_scale ? 4U : 0U);
}

std::optional<TcpHeader> TcpHeader::parse(core::ByteView bytes) noexcept {
    if (bytes.size() < size) {
        return std::nullopt;
    }
    TcpHeader header;
    header.header_length = static_cast<std::uint8_t>((bytes[12] >> 4U) * 4U);
    if (header.header_length < size || header.header_length > bytes.size()) {
        return std::nullopt;
    }
    header.source_port = core::load_be<std::uint16_t>(bytes.data());
    header.destination_port = core::load_be<std::uint16_t>(&bytes[2]);
    header.sequence = core::load_be<std::uint32_t>(&bytes[4]);
    header.acknowledgment = core::load_be<std::uint32_t>(&bytes[8]);
    header.flags = TcpFlags::from_byte(bytes[13]);
    header.window = core::load_be<std::uint16_t>(&bytes[14]);
    header.checksum = core::load_be<std::uint16_t>(&bytes[checksum_offset]);
    if (!parse_options(header.options, bytes.subspan(size, header.header_length - size))) {
        return std::nullopt;
    }
    return header;
}

std::size_t TcpHeader::write(core::MutableByteView to) const noexcept {
    const std::size_t length = size + options.size();
    core::store_be(to.data(), source_port);
    core::store_be(&to[2], destination_port);
    core::store_be(&to[4], sequence);
    core::store_be(&to[8], acknowledgment);
    to[12] = static_cast<std::uint8_t>(length / 4 << 4U);
    to[13] = flags.to_byte();
    core::store_be(&to[14], window);
    core::store_be(&to[checksum_offset], checksum);
    core::store_be(&to[18], std::uint16_t{0}); // urgent pointer
    // Every option is padded in front to 4 bytes by no-operations, as Linux lays them out (tcp_options_write); "SACK
    // permitted" takes their place in front of timestamps.
    std::uint8_t* at = to.data() + size;
    const auto put = [&at](std::uint32_t word) {
        core::store_be(at, word);
        at += 4;
    };
    if (options.mss) {
        put(0x0204'0000U | *options.mss);
    }
    if (options.timestamps) {
        put(options.sack_permitted ? 0x0402'080AU : 0x0101'080AU);
        put(options.timestamps->value);
        put(options.timestamps->echo_reply);
    } else if (options.sack_permitted) {
        put(0x0101'0402U);
    }
    if (options.window_scale) {
        put(0x0103'0300U | *options.window_scale);
    }
    return length;
}

bool tcp_checksum_ok(Ipv4Address source, Ipv4Address destination, core::ByteView segment) noexcept {
    return Checksum()
               .add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::tcp),
                                  static_cast<std::uint32_t>(segment.size()))
               .add(segment)
               .sum() == 0xFFFF;
}

} // namespace rootpool::net
