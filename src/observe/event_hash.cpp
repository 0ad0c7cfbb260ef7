#include "rootpool/observe/event_hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace rootpool::observe {

namespace {

// Words of one sighting are independent, so each gets an odd multiplier of its own and the processor multiplies them
// side by side; only the sum goes through the running hash, whose chain of dependent steps is what costs time.
// (Multilinear hashing; odd numbers from the hexadecimal digits of pi.)
constexpr std::array<std::uint64_t, 8> multipliers = {
    0x243F'6A88'85A3'08D3ULL, 0x1319'8A2E'0370'7345ULL, 0xA409'3822'299F'31D1ULL, 0x082E'FA98'EC4E'6C89ULL,
    0x4528'21E6'38D0'1377ULL, 0xBE54'66CF'34E9'0C6DULL, 0xC0AC'29B7'C97C'50DDULL, 0x3F84'D5B5'B547'0917ULL,
};

/// Multiplication carries upward only; the rotation lets the high half of a word meet the low half of the others.
template <std::size_t Index>
[[nodiscard]] constexpr std::uint64_t scatter(std::uint64_t word) noexcept {
    return std::rotl(word * multipliers[Index], static_cast<int>(Index * 8));
}

[[nodiscard]] constexpr std::uint64_t time_word(SimTime time) noexcept {
    return static_cast<std::uint64_t>(time.count());
}

/// Kind, length and flags: every field of the first header dword.
[[nodiscard]] std::uint64_t first_dword(const pcie::TlpHeader& header) noexcept {
    return static_cast<std::uint64_t>(header.kind) | static_cast<std::uint64_t>(header.four_dw) << 8U |
           static_cast<std::uint64_t>(header.traffic_class) << 9U |
           static_cast<std::uint64_t>(header.attributes.no_snoop) << 17U |
           static_cast<std::uint64_t>(header.attributes.relaxed_ordering) << 18U |
           static_cast<std::uint64_t>(header.attributes.id_based_ordering) << 19U |
           static_cast<std::uint64_t>(header.digest) << 20U | static_cast<std::uint64_t>(header.poisoned) << 21U |
           static_cast<std::uint64_t>(header.address_type) << 22U |
           static_cast<std::uint64_t>(header.processing_hint) << 30U |
           static_cast<std::uint64_t>(header.lightweight_notification) << 31U |
           static_cast<std::uint64_t>(header.length_dw) << 32U | static_cast<std::uint64_t>(header.byte_count) << 48U;
}

[[nodiscard]] std::uint64_t identity(const pcie::TlpHeader& header) noexcept {
    return header.requester.routing_id() | static_cast<std::uint64_t>(header.tag.value()) << 16U |
           static_cast<std::uint64_t>(header.target.routing_id()) << 32U |
           static_cast<std::uint64_t>(header.completer.routing_id()) << 48U;
}

[[nodiscard]] std::uint64_t small_fields(const pcie::TlpHeader& header) noexcept {
    return header.first_be | static_cast<std::uint64_t>(header.last_be) << 8U |
           static_cast<std::uint64_t>(header.config_register) << 16U |
           static_cast<std::uint64_t>(header.status) << 32U |
           static_cast<std::uint64_t>(header.byte_count_modified) << 40U |
           static_cast<std::uint64_t>(header.lower_address) << 41U |
           static_cast<std::uint64_t>(header.message_code) << 49U |
           static_cast<std::uint64_t>(header.message_routing) << 57U;
}

/// Ethernet, IP and TCP headers lie in the first 56 bytes; a shorter frame counts as padded with zeros.
constexpr std::size_t frame_words = 7;

[[nodiscard]] std::array<std::uint64_t, frame_words> first_words(const net::Frame& frame) noexcept {
    std::array<std::uint64_t, frame_words> words{};
    if (!frame.bytes.empty()) { // memcpy takes no null pointer, not even for 0 bytes
        std::memcpy(words.data(), frame.bytes.data(), std::min(frame.bytes.size(), sizeof words));
    }
    return words;
}

[[nodiscard]] core::RunningHash& hash_of(std::vector<core::RunningHash>& hashes, std::size_t index) {
    if (index >= hashes.size()) {
        hashes.resize(index + 1);
    }
    return hashes[index];
}

} // namespace

std::uint64_t EventHash::value() const noexcept {
    core::RunningHash all = names_;
    for (const auto* hashes : {&of_places_, &of_ports_}) {
        for (const core::RunningHash& hash : *hashes) {
            all.add(hash.value());
        }
    }
    return all.value();
}

pcie::PlaceId EventHash::add_place(const std::string& name) {
    add_text(name);
    return places_.add(name);
}

void EventHash::on_tlp(const pcie::TlpSighting& sighting) {
    const pcie::TlpHeader& header = sighting.tlp.header;
    const std::uint64_t place = sighting.place.value() | static_cast<std::uint64_t>(sighting.tlp.root.value()) << 16U;
    hash_of(of_places_, sighting.place.index())
        .add(scatter<0>(time_word(sighting.first_beat)) + scatter<1>(time_word(sighting.last_beat)) +
             scatter<2>(place) + scatter<3>(first_dword(header)) + scatter<4>(identity(header)) +
             scatter<5>(header.address) + scatter<6>(small_fields(header)) + scatter<7>(header.message_payload));
    ++tlps_;
}

net::EthernetPortId EventHash::add_port(const std::string& name) {
    add_text(name);
    return ports_.add(name);
}

void EventHash::on_frame(net::EthernetPortId port, net::FrameDirection direction, SimTime at, const net::Frame& frame) {
    const std::uint64_t where = port.value() | static_cast<std::uint64_t>(direction) << 16U |
                                static_cast<std::uint64_t>(frame.bytes.size()) << 32U;
    const auto words = first_words(frame);
    core::RunningHash& hash = hash_of(of_ports_, port.index() * 2 + static_cast<std::size_t>(direction));
    hash.add(time_word(at) ^ scatter<7>(where));
    hash.add(scatter<0>(words[0]) + scatter<1>(words[1]) + scatter<2>(words[2]) + scatter<3>(words[3]) +
             scatter<4>(words[4]) + scatter<5>(words[5]) + scatter<6>(words[6]));
    ++frames_;
}

void EventHash::add_text(const std::string& text) {
    names_.add(text.size());
    for (const char c : text) {
        names_.add(static_cast<std::uint8_t>(c));
    }
}

} // namespace rootpool::observe
