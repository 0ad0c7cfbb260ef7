#include "models/nic/transmit_write_back.h"

#include <algorithm>

namespace rootpool::models {

namespace reg = nic::reg;

void TransmitWriteBack::add(unsigned queue, std::vector<std::uint32_t>& descriptors) {
    due_[queue].insert(due_[queue].end(), descriptors.begin(), descriptors.end());
    descriptors.clear();
}

bool TransmitWriteBack::has_batch(unsigned queue) const noexcept {
    const std::uint32_t txdctl = context_.device.registers()[reg::TX_QUEUE(queue) + nic::queue::TXDCTL];
    const std::uint32_t batch = txdctl >> nic::TXDCTL_WTHRESH_SHIFT & nic::TXDCTL_THRESHOLD_MASK;
    return due_[queue].size() >= std::max(batch, 1U);
}

void TransmitWriteBack::write(unsigned queue) {
    if (due_[queue].empty()) {
        return;
    }
    const std::uint32_t head_low = context_.device.registers()[reg::TX_QUEUE(queue) + nic::queue::TDWBAL];
    const std::uint32_t head_high = context_.device.registers()[reg::TX_QUEUE(queue) + nic::queue::TDWBAH];
    if ((head_low & nic::TDWBAL_HEAD_WB_ENABLE) != 0) {
        write_head(queue, (head_low & ~3U) | static_cast<std::uint64_t>(head_high) << 32U);
    } else {
        write_descriptors(queue);
    }
    due_[queue].clear();
}

void TransmitWriteBack::write_head(unsigned queue, std::uint64_t address) {
    WriteRequest request;
    request.function = context_.device.owner_of(queue);
    request.address = address;
    request.bytes = 4;
    core::store_le(request.inline_data.data(), context_.device.tx_ring(queue).head);
    request.client = this;
    request.cookie = &due_[queue];
    dma_.write(request);
}

/// The cause follows the last write.
void TransmitWriteBack::write_descriptors(unsigned queue) {
    WriteRequest request;
    request.function = context_.device.owner_of(queue);
    request.bytes = nic::descriptor_bytes;
    nic::encode_tx_write_back(request.inline_data.data());
    const std::vector<std::uint32_t>& due = due_[queue];
    for (std::size_t i = 0; i < due.size(); ++i) {
        request.address = context_.device.tx_ring(queue).address(due[i]);
        if (i + 1 == due.size()) {
            request.client = this;
            request.cookie = &due_[queue];
        }
        dma_.write(request);
    }
}

void TransmitWriteBack::on_write_sent(void* cookie, bool sent) {
    if (sent) {
        const auto* queue = static_cast<std::vector<std::uint32_t>*>(cookie);
        context_.device.raise_tx(static_cast<unsigned>(queue - due_.data()));
    }
}

} // namespace rootpool::models
