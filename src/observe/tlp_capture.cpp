#include "rootpool/observe/tlp_capture.h"

#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::observe {

namespace {

// Offsets within the capture header; see tlp_capture_header_bytes.
constexpr std::size_t version_at = 0;
constexpr std::size_t direction_at = 1;
constexpr std::size_t place_at = 2;
constexpr std::size_t root_at = 4;
constexpr std::size_t first_beat_at = 8;
constexpr std::size_t last_beat_at = 16;
constexpr std::size_t transaction_at = 24;

void store_header(const pcie::TlpSighting& sighting, TlpDirection direction, std::uint8_t* to) {
    to[version_at] = tlp_capture_version;
    to[direction_at] = static_cast<std::uint8_t>(direction);
    core::store_be(to + place_at, sighting.place.value());
    to[root_at] = sighting.tlp.root.value();
    core::store_be(to + first_beat_at, static_cast<std::uint64_t>(sighting.first_beat.count()));
    core::store_be(to + last_beat_at, static_cast<std::uint64_t>(sighting.last_beat.count()));
    core::store_be(to + transaction_at, sighting.tlp.transaction);
}

} // namespace

TlpDirection direction_of_place(std::string_view place_name) noexcept {
    if (place_name.ends_with(".down")) {
        return TlpDirection::down;
    }
    return place_name.ends_with(".up") ? TlpDirection::up : TlpDirection::internal;
}

TlpCapture::TlpCapture(const std::filesystem::path& path, std::optional<CaptureWindow> window)
    : limit_(window, CaptureLimit::default_tlps), file_(path, ExactTime::in_packet) {}

pcie::PlaceId TlpCapture::add_place(const std::string& name) {
    file_.add_interface(name, LinkType::user0);
    directions_.push_back(direction_of_place(name));
    return places_.add(name);
}

void TlpCapture::on_tlp(const pcie::TlpSighting& sighting) {
    if (!limit_.admit(sighting.first_beat)) {
        return;
    }
    packet_.assign(tlp_capture_header_bytes, 0);
    store_header(sighting, directions_.at(sighting.place.index()), packet_.data());
    pcie::encode(sighting.tlp.header, sighting.tlp.payload.bytes(), packet_);
    // An interface is a place and has one direction; which end of the link would be "inbound" is the reader's choice.
    file_.write_packet(sighting.place.value(), sighting.first_beat, PacketDirection::unknown, packet_);
}

} // namespace rootpool::observe
