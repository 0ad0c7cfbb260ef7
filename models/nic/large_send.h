#pragma once

#include <cstdint>

#include "models/nic/transmit_job.h"

namespace rootpool::models {

/// The large send of a transmit queue, cut into segments one by one (datasheet section 7.2.4).
class LargeSend {
public:
    [[nodiscard]] bool under_way() const noexcept { return segmentation_.mss != 0; }
    /// `bytes`: what the data descriptors hold. False: they and the context make no large send.
    [[nodiscard]] bool begin(const nic::TxDataDescriptor& first, const nic::TxContextDescriptor& context,
                             std::uint32_t bytes) noexcept;
    void stop() noexcept { segmentation_ = {}; }

    /// Length of the next segment's frame.
    [[nodiscard]] std::uint32_t next_bytes() const noexcept {
        return segmentation_.header_bytes + segmentation_.payload_of(next_segment_);
    }
    /// The job makes the next segment. After the last one nothing is under way.
    void describe_next(TransmitJob& job) noexcept;

private:
    nic::Segmentation segmentation_; ///< mss 0: none
    nic::TxContextDescriptor context_;
    bool insert_vlan_tag_ = false;
    std::uint32_t next_segment_ = 0;
};

} // namespace rootpool::models
