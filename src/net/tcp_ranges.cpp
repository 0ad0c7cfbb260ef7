#include "rootpool/net/tcp_ranges.h"

#include <algorithm>

namespace rootpool::net {

bool OutOfOrderRanges::add(TcpPosition first, TcpPosition end) {
    // the ranges that touch the new one
    const auto from = std::find_if(ranges_.begin(), ranges_.end(), [first](const Range& r) { return r.end >= first; });
    const auto to = std::find_if(from, ranges_.end(), [end](const Range& r) { return r.first > end; });
    if (from == to) {
        ranges_.insert(from, Range{first, end});
        return true;
    }
    if (from->first <= first && from->end >= end) {
        return false;
    }
    from->first = std::min(from->first, first);
    from->end = std::max(std::prev(to)->end, end);
    ranges_.erase(std::next(from), to);
    return true;
}

TcpPosition OutOfOrderRanges::advance(TcpPosition position) {
    auto at = ranges_.begin();
    while (at != ranges_.end() && at->first <= position) {
        position = std::max(position, at->end);
        ++at;
    }
    ranges_.erase(ranges_.begin(), at);
    return position;
}

} // namespace rootpool::net
