#include "rootpool/observe/frame_capture.h"

namespace rootpool::observe {

FrameCapture::FrameCapture(std::filesystem::path folder, std::optional<CaptureWindow> window)
    : folder_(std::move(folder)), limit_(window, CaptureLimit::default_frames) {}

net::EthernetPortId FrameCapture::add_port(const std::string& name) {
    auto file = std::make_unique<PcapngWriter>(folder_ / (name + ".pcapng"), ExactTime::in_comment);
    file->add_interface(name, LinkType::ethernet);
    files_.push_back(std::move(file));
    return ports_.add(name);
}

void FrameCapture::on_frame(net::EthernetPortId port, net::FrameDirection direction, SimTime at,
                            const net::Frame& frame) {
    if (limit_.admit(at)) {
        const bool received = direction == net::FrameDirection::received;
        files_.at(port.index())
            ->write_packet(0, at, received ? PacketDirection::inbound : PacketDirection::outbound, frame.bytes);
    }
}

void FrameCapture::finish() {
    for (const auto& file : files_) {
        file->finish();
    }
}

} // namespace rootpool::observe
