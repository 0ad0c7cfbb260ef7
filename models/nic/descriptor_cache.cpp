#include "models/nic/descriptor_cache.h"

#include <algorithm>
#include <utility>

namespace rootpool::models {

namespace {
[[nodiscard]] bool ends_packet(const std::uint8_t* descriptor) noexcept {
    return nic::tx_descriptor_type(descriptor) != nic::TxDescriptorType::context &&
           (core::load_le<std::uint32_t>(descriptor + 8) & nic::tx_command::EOP) != 0;
}
} // namespace

void DescriptorCache::pop() noexcept {
    const std::uint32_t ring_length = device_.tx_ring(queue_).length;
    packets_ -= ends_packet(front()) ? 1U : 0U;
    first_ = (first_ + 1) % capacity;
    --cached_;
    front_index_ = ring_length == 0 ? 0 : (front_index_ + 1) % ring_length;
}

/// Datasheet section 7.2.3.4: when nothing is cached, fetch at once; else prefetch below PTHRESH if the host has
/// HTHRESH ready. A packet that is not complete needs more in any case.
void DescriptorCache::fetch(ReadClient& client, DmaEngine& dma) {
    const nic::FunctionNumber owner = device_.owner_of(queue_);
    const nic::QueueRing& ring = device_.tx_ring(queue_);
    const std::uint32_t available = ring.available_from(fetch_next_);
    if (fetching() || !running_ || available == 0 || cached_ == capacity || !device_.queue_transmits(queue_) ||
        !device_.dma_allowed(owner)) {
        return;
    }
    const std::uint32_t txdctl = device_.registers()[nic::reg::TX_QUEUE(queue_) + nic::queue::TXDCTL];
    const std::uint32_t prefetch = txdctl & nic::TXDCTL_PTHRESH_MASK;
    const std::uint32_t host = txdctl >> nic::TXDCTL_HTHRESH_SHIFT & nic::TXDCTL_THRESHOLD_MASK;
    if (packets_ != 0 && (cached_ >= prefetch || available < host)) {
        return;
    }
    const unsigned place = (first_ + cached_) % capacity;
    const unsigned in_one_piece = std::min(capacity - cached_, capacity - place);
    fetch_count_ = std::min<std::uint32_t>(in_one_piece, ring.before_wrap(fetch_next_, available));
    ReadOperation::start(client);
    dma.read(ReadClass::transmit_descriptors, owner, *this, ring.address(fetch_next_),
             fetch_count_ * nic::descriptor_bytes, cache_[place].data());
}

void DescriptorCache::fetched() noexcept {
    const std::uint32_t ring_length = device_.tx_ring(queue_).length;
    const unsigned count = std::exchange(fetch_count_, 0U);
    if (std::exchange(discard_fetch_, false) || failed() || ring_length == 0) {
        return;
    }
    for (unsigned i = 0; i < count; ++i) {
        packets_ += ends_packet(at(cached_)) ? 1U : 0U;
        ++cached_;
    }
    fetch_next_ = (fetch_next_ + count) % ring_length;
}

void DescriptorCache::start() noexcept {
    if (!running_) {
        running_ = true;
        front_index_ = device_.tx_ring(queue_).head;
        fetch_next_ = front_index_;
    }
}

void DescriptorCache::stop() noexcept {
    running_ = false;
    discard_fetch_ = fetching();
    cached_ = 0;
    packets_ = 0;
}

} // namespace rootpool::models
