#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rootpool/net/frame.h"
#include "rootpool/observe/capture_limit.h"
#include "rootpool/observe/name_list.h"
#include "rootpool/observe/pcapng_writer.h"

namespace rootpool::observe {

/// Writes every frame at every MAC into <folder>/<device>-<port>.pcapng.
class FrameCapture final : public net::FrameObserver {
public:
    /// Without a window the capture stops after CaptureLimit::default_frames frames of all ports together.
    FrameCapture(std::filesystem::path folder, std::optional<CaptureWindow> window);

    /// Opens the port's file. Throws OutputError.
    net::EthernetPortId add_port(const std::string& name) override;
    /// Throws OutputError.
    void on_frame(net::EthernetPortId port, net::FrameDirection direction, SimTime at,
                  const net::Frame& frame) override;
    /// Ends all files and puts them under their names. Throws OutputError.
    void finish();
    [[nodiscard]] std::optional<StoppedSink> stopped() const { return limit_.stopped("pcap", "frames"); }
    [[nodiscard]] std::uint64_t frames() const noexcept { return limit_.admitted(); }

private:
    std::filesystem::path folder_;
    CaptureLimit limit_;
    NameList<net::EthernetPortId> ports_;
    std::vector<std::unique_ptr<PcapngWriter>> files_;
};

} // namespace rootpool::observe
