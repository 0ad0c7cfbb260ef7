#pragma once

#include <vector>

#include "rootpool/net/tcp_sequence.h"

namespace rootpool::net {

/// Data that arrived ahead of a gap, as sorted, disjoint ranges of positions.
class OutOfOrderRanges {
public:
    /// Adds [first, end); false when all of it was there already.
    bool add(TcpPosition first, TcpPosition end);
    /// Everything up to `position` has arrived: drops ranges that begin at or below it and returns how far they reach.
    [[nodiscard]] TcpPosition advance(TcpPosition position);
    [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }

private:
    struct Range {
        TcpPosition first;
        TcpPosition end;
    };
    std::vector<Range> ranges_;
};

} // namespace rootpool::net
