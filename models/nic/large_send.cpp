#include "models/nic/large_send.h"

namespace rootpool::models {

bool LargeSend::begin(const nic::TxDataDescriptor& first, const nic::TxContextDescriptor& context,
                      std::uint32_t bytes) noexcept {
    context_ = context;
    insert_vlan_tag_ = (first.command & nic::tx_command::VLE) != 0;
    next_segment_ = 0;
    segmentation_ = nic::segmentation_of(context, first.payload_length, bytes);
    if (segmentation_.header_bytes + segmentation_.mss > largest_transmit_frame) {
        stop();
    }
    return under_way();
}

void LargeSend::describe_next(TransmitJob& job) noexcept {
    job.large_send = true;
    job.segment = next_segment_++;
    job.segmentation = segmentation_;
    job.context = context_;
    job.insert_vlan_tag = insert_vlan_tag_;
    if (next_segment_ == segmentation_.segments()) {
        stop();
    }
}

} // namespace rootpool::models
