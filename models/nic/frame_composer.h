#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/nic/transmit_job.h"

namespace rootpool::models {

/// Makes the data that was read into the frame that leaves: headers of segments, checksums, anti-spoofing, VLAN tag.
class FrameComposer {
public:
    explicit FrameComposer(const NicContext& context) noexcept : context_(context) {}

    /// Jobs of a queue come in the order in which they were made. False: there is no frame; the drop was counted.
    [[nodiscard]] bool compose(TransmitJob& job);

private:
    /// Of the large send whose segments leave the device now.
    struct Header {
        std::vector<std::uint8_t> bytes;
        bool valid = false;
    };

    void keep_header(const TransmitJob& job);
    [[nodiscard]] bool offload(TransmitJob& job);
    [[nodiscard]] bool spoofed(const TransmitJob& job);
    void add_vlan_tag(TransmitJob& job);

    NicContext context_;
    std::array<Header, nic::queue_count> headers_{};
};

} // namespace rootpool::models
