#include "rootpool/host/socket_receive_queue.h"

#include <algorithm>

namespace rootpool::host {

void SocketReceiveQueue::add(std::uint64_t offset, ReceivedPiece piece) {
    if (offset <= end_) {
        append(offset, piece);
        take_early();
        return;
    }
    const auto place = std::upper_bound(early_.begin(), early_.end(), offset,
                                        [](std::uint64_t value, const Early& early) { return value < early.offset; });
    early_.insert(place, Early{offset, piece});
}

void SocketReceiveQueue::append(std::uint64_t offset, ReceivedPiece piece) {
    const std::uint64_t old = end_ - offset;
    if (old >= piece.length) {
        buffers_.give_back(piece.buffer);
        return;
    }
    piece.data += old;
    piece.length -= static_cast<std::uint32_t>(old);
    end_ += piece.length;
    ordered_.push(piece);
}

void SocketReceiveQueue::take_early() {
    auto at = early_.begin();
    for (; at != early_.end() && at->offset <= end_; ++at) {
        append(at->offset, at->piece);
    }
    early_.erase(early_.begin(), at);
}

std::uint32_t SocketReceiveQueue::read(std::uint32_t maximum, core::Delegate<void(core::ByteView)> sink) {
    const std::uint32_t total = std::min(maximum, readable());
    for (std::uint32_t left = total; left != 0;) {
        ReceivedPiece& piece = ordered_.front();
        const std::uint32_t part = std::min(left, piece.length);
        sink(core::ByteView(piece.data, part));
        left -= part;
        piece.data += part;
        piece.length -= part;
        if (piece.length == 0) {
            buffers_.give_back(piece.buffer);
            ordered_.pop_front();
        }
    }
    read_ += total;
    return total;
}

std::uint32_t SocketReceiveQueue::discard() {
    const std::uint32_t bytes = readable();
    for (; !ordered_.empty(); ordered_.pop_front()) {
        buffers_.give_back(ordered_.front().buffer);
    }
    read_ = end_;
    return bytes;
}

void SocketReceiveQueue::clear() {
    discard();
    for (const Early& early : early_) {
        buffers_.give_back(early.piece.buffer);
    }
    early_.clear();
}

} // namespace rootpool::host
