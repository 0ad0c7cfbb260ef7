#pragma once

#include <cstdint>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/core/delegate.h"
#include "rootpool/core/ring_queue.h"
#include "rootpool/host/net_device.h"

namespace rootpool::host {

/// Data of one received packet where it lies in its receive buffer.
struct ReceivedPiece {
    std::uint64_t buffer = 0; ///< to give back
    const std::uint8_t* data = nullptr;
    std::uint32_t length = 0;
};

/// Received data of one stream in the buffers that the device wrote: what is in order for the application, what came
/// early.
class SocketReceiveQueue {
public:
    explicit SocketReceiveQueue(ReceiveBuffers& buffers) noexcept : buffers_(buffers) {}
    SocketReceiveQueue(const SocketReceiveQueue&) = delete;
    SocketReceiveQueue& operator=(const SocketReceiveQueue&) = delete;
    ~SocketReceiveQueue() { clear(); }

    /// Takes a piece whose first byte has this place in the stream; gives back what is there already.
    void add(std::uint64_t offset, ReceivedPiece piece);
    /// Bytes in order that nobody has read.
    [[nodiscard]] std::uint32_t readable() const noexcept { return static_cast<std::uint32_t>(end_ - read_); }
    /// Receive buffers that are held.
    [[nodiscard]] std::size_t held() const noexcept { return ordered_.size() + early_.size(); }
    /// Shows at most `maximum` bytes and gives back the buffers that were read to their end; returns how many bytes.
    std::uint32_t read(std::uint32_t maximum, core::Delegate<void(core::ByteView)> sink);
    /// Drops what is readable; returns how many bytes.
    std::uint32_t discard();
    void clear();

private:
    struct Early {
        std::uint64_t offset = 0;
        ReceivedPiece piece;
    };
    void append(std::uint64_t offset, ReceivedPiece piece);
    void take_early();

    ReceiveBuffers& buffers_;
    core::RingQueue<ReceivedPiece> ordered_;
    std::vector<Early> early_; ///< by offset
    std::uint64_t read_ = 0;   ///< stream offset of the first unread byte
    std::uint64_t end_ = 0;    ///< of the first byte that has not arrived in order
};

} // namespace rootpool::host
