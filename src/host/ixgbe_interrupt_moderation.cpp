#include "rootpool/host/ixgbe_interrupt_moderation.h"

#include <algorithm>
#include <array>

#include "rootpool/nic/registers.h"

namespace rootpool::host {
namespace {

/// Microseconds to EITR units. Bits 11:3 count 2 us, so a microsecond is 4 (Linux ixgbe.h, "in usecs * 4").
constexpr std::uint32_t from_us(std::uint32_t us) noexcept { return us * 4U; }

/// The algorithm of ixgbevf (5.13, ixgbevf_update_itr and ixgbevf_set_itr): each ring keeps a class that moves by the
/// bytes per microsecond of the last interval; the higher class decides; the interval follows it smoothed.
class ClassModeration final : public IxgbeInterruptModeration {
public:
    ClassModeration() noexcept : IxgbeInterruptModeration(intervals[low]) {}

private:
    enum Class : std::uint8_t { lowest, low, bulk };
    static constexpr std::array<std::uint32_t, 3> intervals{from_us(10), from_us(50), from_us(84)};

    struct Thresholds {
        Class up;
        unsigned up_above;
        Class down;
        int down_up_to;
    };
    /// By class: bytes per microsecond above which it rises and up to which it falls.
    static constexpr std::array<Thresholds, 3> moves{
        {{low, 10, lowest, -1}, {bulk, 20, lowest, 10}, {bulk, ~0U, low, 20}}};

    void move(IxgbeRingWork& work, Class& current) const noexcept {
        const unsigned last_interval_us = interval_us();
        if (work.packets == 0 || last_interval_us == 0) {
            return;
        }
        const unsigned rate = work.bytes / last_interval_us;
        const Thresholds& from = moves[current];
        if (rate > from.up_above) {
            current = from.up;
        } else if (static_cast<std::int64_t>(rate) <= from.down_up_to) {
            current = from.down;
        }
        work = {};
    }

    std::uint32_t next_interval(SimTime /*now*/) override {
        move(transmitted(), transmit_class_);
        move(received(), receive_class_);
        const std::uint32_t target = intervals[std::max(receive_class_, transmit_class_)];
        if (target == interval()) {
            return target;
        }
        return (10 * target * interval()) / (9 * target + interval()); // smoothing of ixgbevf_set_itr
    }

    Class receive_class_ = lowest;
    Class transmit_class_ = lowest;
};

/// The algorithm of ixgbe since Linux 4.15 (ixgbe_update_itr, ixgbe_set_itr in 5.13): each ring proposes a delay
/// of 10..126 us from packets and mean size; the smaller one wins.
class AdaptiveModeration final : public IxgbeInterruptModeration {
public:
    AdaptiveModeration() noexcept : IxgbeInterruptModeration(from_us(50)) {}

private:
    static constexpr unsigned min_increment_us = 2;
    static constexpr unsigned min_us = 10;
    static constexpr unsigned max_us = 126;
    static constexpr unsigned latency_flag = 0x80; ///< the ring is driven by latency, not by throughput
    static constexpr SimTime jiffy = 1ms;          ///< HZ=1000

    struct Ring {
        unsigned proposal = min_us | latency_flag;
        SimTime next_update{};
    };

    /// Line segments of (170 * (size + 24)) / (size + 640) microseconds, times 256 (comment in ixgbe_update_itr).
    [[nodiscard]] static unsigned scaled_delay(unsigned mean_size) noexcept {
        struct Segment {
            unsigned up_to;
            unsigned factor;
            unsigned offset;
        };
        static constexpr std::array<Segment, 4> segments{
            {{60, 0, 5120}, {316, 40, 2720}, {1084, 15, 11452}, {1967, 5, 22420}}};
        for (const Segment& segment : segments) {
            if (mean_size <= segment.up_to) {
                return mean_size * segment.factor + segment.offset;
            }
        }
        return 32256;
    }
    [[nodiscard]] static unsigned by_size(const IxgbeRingWork& work, unsigned flag) noexcept {
        unsigned scaled = scaled_delay(work.bytes / work.packets);
        if (flag == latency_flag) {
            scaled /= 2;
        }
        constexpr unsigned unit = min_increment_us * 256;
        return flag + (scaled + unit - 1) / unit * min_increment_us;
    }
    [[nodiscard]] unsigned longer() const noexcept { return std::min(interval_us() + min_increment_us, max_us); }

    [[nodiscard]] unsigned propose(const IxgbeRingWork& work, unsigned before) const noexcept {
        if (work.packets == 0) {
            return longer() + (before & latency_flag);
        }
        if (work.packets < 4 && work.bytes < 9000) {
            return by_size(work, latency_flag);
        }
        if (work.packets < 48) {
            return longer();
        }
        if (work.packets < 96) {
            return interval_us();
        }
        if (work.packets < 256) {
            return std::max(interval_us() / 2, min_us);
        }
        return by_size(work, 0);
    }
    void update_ring(IxgbeRingWork& work, Ring& ring, SimTime now) const noexcept {
        // Not called for more than a jiffy or two: so little traffic, or so much, that throttling does not matter now.
        ring.proposal = now > ring.next_update + jiffy ? (min_us | latency_flag) : propose(work, ring.proposal);
        ring.next_update = now + jiffy;
        work = {};
    }

    std::uint32_t next_interval(SimTime now) override {
        update_ring(transmitted(), transmit_, now);
        update_ring(received(), receive_, now);
        return from_us(std::min(receive_.proposal, transmit_.proposal) & ~latency_flag);
    }

    Ring receive_;
    Ring transmit_;
};

class FixedModeration final : public IxgbeInterruptModeration {
public:
    explicit FixedModeration(std::uint32_t us) noexcept
        : IxgbeInterruptModeration(from_us(std::clamp<std::uint32_t>(us, 2, 1022))) {}

private:
    std::uint32_t next_interval(SimTime /*now*/) override {
        received() = {};
        transmitted() = {};
        return interval();
    }
};

template <typename Moderation>
std::unique_ptr<IxgbeInterruptModeration> make(const IxgbeSettings&) {
    return std::make_unique<Moderation>();
}
template <>
std::unique_ptr<IxgbeInterruptModeration> make<FixedModeration>(const IxgbeSettings& settings) {
    return std::make_unique<FixedModeration>(settings.fixed_interval_us);
}

} // namespace

void IxgbeInterruptModeration::add_received(unsigned packets, unsigned bytes) noexcept {
    received_.packets += packets;
    received_.bytes += bytes;
}

void IxgbeInterruptModeration::add_transmitted(unsigned packets, unsigned bytes) noexcept {
    transmitted_.packets += packets;
    transmitted_.bytes += bytes;
}

std::uint32_t IxgbeInterruptModeration::register_value() const noexcept {
    // CNT_WDIS: the running interval is not restarted by the write (datasheet 8.2.3.5.14; all 82599 drivers set it)
    return (interval_ & nic::EITR_INTERVAL_MASK) | nic::EITR_CNT_WDIS;
}

std::optional<std::uint32_t> IxgbeInterruptModeration::update(SimTime now) {
    const std::uint32_t next = next_interval(now);
    if (next == interval_) {
        return std::nullopt;
    }
    interval_ = next;
    return register_value();
}

std::unique_ptr<IxgbeInterruptModeration> make_interrupt_moderation(const IxgbeSettings& settings) {
    using Factory = std::unique_ptr<IxgbeInterruptModeration> (*)(const IxgbeSettings&);
    static constexpr std::array<Factory, 3> factories{make<ClassModeration>, make<AdaptiveModeration>,
                                                      make<FixedModeration>}; // by IxgbeThrottle
    return factories[static_cast<std::size_t>(settings.throttle)](settings);
}

} // namespace rootpool::host
