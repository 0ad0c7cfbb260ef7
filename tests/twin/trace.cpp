#include "tests/twin/trace.h"

#include <fmt/format.h>

#include "rootpool/core/bytes.h"
#include "rootpool/core/hash.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::twin {
namespace {

[[nodiscard]] std::string content(const Start& start) {
    if (reference::is_tlp(start.kind)) {
        return fmt::format("{} {}", start.sequence, text(start.tlp));
    }
    if (start.kind == reference::PacketKind::ack || start.kind == reference::PacketKind::nak) {
        return fmt::format("{}", start.sequence);
    }
    return fmt::format("{} headers {} data {}", name(start.flow), start.credits.headers, start.credits.data);
}

} // namespace

TlpIdentity identity(const pcie::Tlp& tlp) {
    std::vector<std::uint8_t> bytes;
    pcie::encode(tlp.header, tlp.payload.bytes(), bytes);
    core::RunningHash hash;
    for (std::size_t at = 0; at < bytes.size(); at += 4) { // a TLP is whole dwords
        hash.add(core::load_le<std::uint32_t>(&bytes[at]));
    }
    return {tlp.header.kind, tlp.root.value(), tlp.header.tag.value(), static_cast<std::uint16_t>(bytes.size()),
            hash.value()};
}

std::string_view name(reference::PacketKind kind) noexcept {
    static constexpr std::array<std::string_view, 8> names = {"SKP", "InitFC1",  "InitFC2", "Nak",
                                                              "Ack", "UpdateFC", "replay",  "TLP"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view name(reference::Verdict verdict) noexcept {
    static constexpr std::array<std::string_view, 6> names = {"accepted",        "duplicate", "bad",
                                                              "out_of_sequence", "nullified", "accepted"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string_view name(pcie::FlowClass flow) noexcept {
    static constexpr std::array<std::string_view, pcie::flow_class_count> names = {"P", "NP", "Cpl"};
    return names[static_cast<std::size_t>(flow)];
}

std::string text(const TlpIdentity& tlp) {
    return fmt::format("kind {} root {} tag {} bytes {} digest {:016x}", static_cast<int>(tlp.kind), tlp.root, tlp.tag,
                       tlp.bytes, tlp.digest);
}

std::string text(const Start& start) {
    static constexpr std::array<std::string_view, 4> fates = {"", ", corrupted", ", dropped", ", nullified"};
    const bool is_tlp = reference::is_tlp(start.kind);
    return fmt::format("starts {}{} {}{}", is_tlp ? "" : "DLLP ", name(start.kind), content(start),
                       fates[static_cast<std::size_t>(start.fate)]);
}

std::string text(const Reception& reception) { return fmt::format("is received: {}", name(reception.verdict)); }

std::string text(const Delivery& delivery) {
    return fmt::format("delivers TLP, first beat {} fs, {}", delivery.first_beat.count(), text(delivery.tlp));
}

std::string text(const Return& returned) { return fmt::format("returns TLP {}", text(returned.tlp)); }

} // namespace rootpool::twin
