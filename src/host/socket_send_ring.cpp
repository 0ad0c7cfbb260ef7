#include "rootpool/host/socket_send_ring.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace rootpool::host {

SendRings::SendRings(DmaAllocator& allocator, std::uint32_t size) : allocator_(allocator), size_(size) {
    if (!std::has_single_bit(size) || size > HostMemory::chunk_bytes) {
        throw std::invalid_argument("a TCP send buffer is a power of two of bytes, at most 2 MiB");
    }
}

void SendRings::give_back(SendRing ring) {
    free_.push_back(ring);
    --in_use_;
}

SendRing SendRings::take() {
    ++in_use_;
    if (free_.empty()) {
        return {allocator_.allocate(size_, size_), size_};
    }
    const SendRing ring = free_.back();
    free_.pop_back();
    return ring;
}

core::MutableByteView SocketSendBuffer::view() {
    const std::uint32_t at = place(written_);
    return memory_.view(ring_.address + at, std::min(space(), ring_.size - at));
}

void SocketSendBuffer::add_to(TxPacket& packet, std::uint64_t offset, std::uint32_t length) const {
    const std::uint32_t at = place(offset);
    const std::uint32_t first = std::min(length, ring_.size - at);
    packet.add({ring_.address + at, first});
    if (first != length) {
        packet.add({ring_.address, length - first});
    }
}

void SocketSendBuffer::on_device_done(std::uint64_t offset) noexcept {
    const auto found = std::find(in_device_.begin(), in_device_.end(), offset);
    if (found != in_device_.end()) {
        in_device_.erase(found);
    }
}

void SocketSendBuffer::release(std::uint64_t acknowledged) noexcept {
    if (acknowledged > freed_ && !in_device_.empty()) {
        acknowledged = std::min(acknowledged, *std::min_element(in_device_.begin(), in_device_.end()));
    }
    freed_ = std::max(freed_, acknowledged);
}

} // namespace rootpool::host
