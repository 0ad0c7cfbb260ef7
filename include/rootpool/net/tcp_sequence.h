#pragma once

#include <cstdint>

namespace rootpool::net {

/// A place in one direction of a connection: 0 is the SYN, the n-th data byte is n (from 1), the FIN follows the last
/// one. Never wraps, so that it compares as numbers do.
using TcpPosition = std::int64_t;

/// Places of one direction as 32-bit sequence numbers on the wire (RFC 793 3.3).
class SequenceSpace {
public:
    SequenceSpace() noexcept = default;
    explicit SequenceSpace(std::uint32_t initial) noexcept : initial_(initial) {}

    [[nodiscard]] std::uint32_t wire(TcpPosition position) const noexcept {
        return initial_ + static_cast<std::uint32_t>(position);
    }
    /// The place that `sequence` means, if it is less than 2^31 away from `near`.
    [[nodiscard]] TcpPosition position(std::uint32_t sequence, TcpPosition near) const noexcept {
        return near + static_cast<std::int32_t>(sequence - wire(near));
    }

private:
    std::uint32_t initial_ = 0;
};

} // namespace rootpool::net
