#include "rootpool/net/tcp_receive_side.h"

#include <algorithm>

namespace rootpool::net {

namespace {

constexpr unsigned initial_quick_acks = 16; ///< Linux TCP_MAX_QUICKACKS
constexpr std::uint32_t largest_unscaled = 65'535;

} // namespace

TcpReceiveSide::TcpReceiveSide(const TcpParameters& parameters) noexcept
    : full_space_(parameters.receive_buffer - (parameters.receive_buffer >> parameters.adv_win_scale)),
      mss_(parameters.mss), quick_acks_(initial_quick_acks) {
    if (parameters.window_scaling) {
        while (scale_ < TcpOptions::max_window_scale && full_space_ >> scale_ > largest_unscaled) {
            ++scale_;
        }
    }
}

void TcpReceiveSide::open(bool scaling) noexcept {
    if (!scaling) {
        scale_ = 0;
    }
    next_ = 1;
    window_edge_ = std::max(window_edge_, next_);
}

bool TcpReceiveSide::acceptable(TcpPosition first, std::uint32_t length) const noexcept {
    return first + length >= next_ && first <= std::max(window_edge_, next_);
}

TcpAcceptedData TcpReceiveSide::accept(TcpPosition first, std::uint32_t length, bool fin) {
    if (fin && !fin_) {
        fin_ = first + length;
    }
    const TcpPosition from = std::max(first, next_);
    const TcpPosition end = std::min({first + length, window_edge_, fin_.value_or(first + length)});
    TcpAcceptedData accepted;
    if (end > from) {
        const bool in_order = from == next_;
        if (in_order) {
            next_ = early_.advance(end);
        }
        if (in_order || early_.add(from, end)) {
            accepted = {static_cast<std::uint64_t>(from - 1), static_cast<std::uint32_t>(from - first),
                        static_cast<std::uint32_t>(end - from)};
        }
    }
    if (fin_ == next_ && !finished_) {
        finished_ = true;
        ++next_;
    }
    return accepted;
}

AckUrgency TcpReceiveSide::acknowledge(std::uint32_t segment_size) noexcept {
    segment_size_ = std::max(segment_size_, std::min(segment_size, mss_));
    if (quick_acks_ != 0 || gap() || next_ - acknowledged_ > segment_size_) {
        return AckUrgency::now;
    }
    return unacknowledged() ? AckUrgency::delayed : AckUrgency::none;
}

bool TcpReceiveSide::on_read(std::uint32_t bytes) noexcept {
    read_ += bytes;
    if (finished_) {
        return false; // nothing more will come
    }
    if (next_ - acknowledged_ > segment_size_) {
        return true;
    }
    const auto offered = static_cast<std::uint32_t>(std::max(window_edge_ - next_, TcpPosition{0}));
    const std::uint32_t window = usable_window();
    return window != 0 && window >= 2 * offered;
}

std::uint32_t TcpReceiveSide::free_space() const noexcept {
    const TcpPosition held = std::max(next_ - read_, TcpPosition{0});
    return static_cast<std::uint32_t>(std::max(TcpPosition{full_space_} - held, TcpPosition{0}));
}

std::uint32_t TcpReceiveSide::usable_window() const noexcept {
    const std::uint32_t space = free_space();
    return space < std::min(mss_, full_space_ / 2) ? 0 : space; // silly window avoidance
}

std::uint16_t TcpReceiveSide::offer_window(bool in_syn) noexcept {
    const std::uint8_t shift = in_syn ? 0 : scale_; // RFC 7323 2.2: never scaled in a SYN
    const std::uint32_t largest = largest_unscaled << shift;
    const auto offered = static_cast<std::uint32_t>(std::max(window_edge_ - next_, TcpPosition{0}));
    std::uint32_t field = std::min(usable_window(), largest) >> shift;
    if (field << shift < offered) {
        field = std::min((offered + (1U << shift) - 1) >> shift, largest_unscaled);
    }
    window_edge_ = std::max(window_edge_, next_ + (TcpPosition{field} << shift));
    if (acknowledged_ != next_ && quick_acks_ != 0) {
        --quick_acks_;
    }
    acknowledged_ = next_;
    return static_cast<std::uint16_t>(field);
}

} // namespace rootpool::net
