#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/host/host_memory.h"
#include "rootpool/host/net_device.h"

namespace rootpool::host {

/// Memory of one send buffer: a power of two of bytes, aligned to its size.
struct SendRing {
    std::uint64_t address = 0;
    std::uint32_t size = 0;
};

/// Send buffers of closed sockets, for the next ones: DMA memory is never given back.
class SendRings {
public:
    /// `size`: a power of two up to the chunk size of host memory; throws std::invalid_argument otherwise.
    SendRings(DmaAllocator& allocator, std::uint32_t size);
    [[nodiscard]] SendRing take();
    void give_back(SendRing ring);
    [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }

private:
    DmaAllocator& allocator_;
    std::uint32_t size_;
    std::vector<SendRing> free_;
    std::size_t in_use_ = 0;
};

/// The circular buffer between an application that writes and a device that reads: byte n of the stream lies at n
/// modulo size. A byte is free again when the peer has acknowledged it and no packet with it lies in a device or queue:
/// a retransmission may still be there when the acknowledgment of the original comes.
class SocketSendBuffer {
public:
    SocketSendBuffer(HostMemory& memory, SendRing ring) noexcept : memory_(memory), ring_(ring) {}

    [[nodiscard]] SendRing ring() const noexcept { return ring_; }
    /// Nothing will be written or sent again: the memory goes to somebody else.
    [[nodiscard]] SendRing give_up_ring() noexcept { return std::exchange(ring_, {}); }
    [[nodiscard]] std::uint32_t space() const noexcept {
        return ring_.size - static_cast<std::uint32_t>(written_ - freed_);
    }
    /// Free bytes up to the wrap of the ring.
    [[nodiscard]] core::MutableByteView view();
    void commit(std::uint32_t bytes) noexcept { written_ += bytes; }

    /// Adds where these bytes lie: one range or, around the wrap, two.
    void add_to(TxPacket& packet, std::uint64_t offset, std::uint32_t length) const;

    void on_given_to_device(std::uint64_t offset) { in_device_.push_back(offset); }
    void on_device_done(std::uint64_t offset) noexcept;
    [[nodiscard]] bool in_device() const noexcept { return !in_device_.empty(); }
    /// The peer has everything before `acknowledged`.
    void release(std::uint64_t acknowledged) noexcept;

private:
    [[nodiscard]] std::uint32_t place(std::uint64_t offset) const noexcept {
        return static_cast<std::uint32_t>(offset & (ring_.size - 1));
    }

    HostMemory& memory_;
    SendRing ring_;
    std::uint64_t written_ = 0;
    std::uint64_t freed_ = 0;
    std::vector<std::uint64_t> in_device_; ///< first stream offset of each packet; in order but for retransmissions
};

} // namespace rootpool::host
