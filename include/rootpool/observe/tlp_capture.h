#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rootpool/observe/capture_limit.h"
#include "rootpool/observe/name_list.h"
#include "rootpool/observe/pcapng_writer.h"
#include "rootpool/pcie/tlp_observer.h"

namespace rootpool::observe {

/// What precedes the TLP's bytes in tlp.pcapng, all big endian as the TLP is: version 1, direction 1, place 2, root 1,
/// reserved 3, first beat 8, last beat 8 (femtoseconds), transaction 8. tools/wireshark/rootpool_tlp.lua reads it.
inline constexpr std::size_t tlp_capture_header_bytes = 32;
inline constexpr std::uint8_t tlp_capture_version = 1;

/// Way of a TLP as the last part of the place's name tells it: ".down" away from the root, ".up" toward it.
enum class TlpDirection : std::uint8_t { internal = 0, down = 1, up = 2 };
[[nodiscard]] TlpDirection direction_of_place(std::string_view place_name) noexcept;

/// Writes every TLP at every place into one pcapng file; each place is an interface with its name.
class TlpCapture final : public pcie::TlpObserver {
public:
    /// Without a window the capture stops after CaptureLimit::default_tlps. Throws OutputError.
    TlpCapture(const std::filesystem::path& path, std::optional<CaptureWindow> window);

    pcie::PlaceId add_place(const std::string& name) override;
    /// Throws OutputError.
    void on_tlp(const pcie::TlpSighting& sighting) override;
    /// Ends the file and puts it under its name. Throws OutputError.
    void finish() { file_.finish(); }
    [[nodiscard]] std::optional<StoppedSink> stopped() const { return limit_.stopped("tlp-pcap", "TLPs"); }
    [[nodiscard]] std::uint64_t tlps() const noexcept { return limit_.admitted(); }

private:
    CaptureLimit limit_;
    NameList<pcie::PlaceId> places_;
    std::vector<TlpDirection> directions_;
    PcapngWriter file_;
    std::vector<std::uint8_t> packet_;
};

} // namespace rootpool::observe
