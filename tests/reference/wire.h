#pragma once

#include <deque>

#include "tests/reference/hooks.h"
#include "tests/reference/limits.h"

namespace rootpool::reference {

/// One direction of a link: occupied by one packet at a time, with packets in flight behind it (docs/timing.md 2.2).
class Wire {
public:
    /// A packet on its way to the other end.
    struct InFlight {
        Packet packet;
        Fate fate;
        Tick first_symbol; ///< into the other end
        Tick received;
        Tick header; ///< of a TLP: received
    };

    Wire(const LinkTicks& ticks, const LinkLimits& limits, Mutation mutation) noexcept
        : ticks_(ticks), limits_(limits), mutation_(mutation), next_skip_(limits.skip_interval) {}

    void set_faults(FaultSource& faults) noexcept { faults_ = &faults; }

    /// A packet before `now` still occupies the wire.
    [[nodiscard]] Tick free_at() const noexcept { return free_; }
    [[nodiscard]] bool is_busy(Tick now) const noexcept { return now < free_; }
    [[nodiscard]] bool is_skip_due(Tick now) const noexcept { return next_skip_ <= now; }
    /// A free wire takes a SKP ordered set at the first tick of a symbol time, any other packet also directly behind
    /// its predecessor (PCIe base 4.2.1.2, 4.2.2.3.1).
    [[nodiscard]] bool may_start_skip(Tick now) const noexcept { return ticks_.starts_symbol(now); }
    [[nodiscard]] bool may_start(Tick now) const noexcept {
        return now == free_ || ticks_.starts_symbol(now) || mutation_ == Mutation::start_within_symbol;
    }
    /// At 2.5 and 5 GT/s there is at most one SDP in a symbol time (PCIe base 4.2.1.2).
    [[nodiscard]] bool may_start_dllp(Tick now) const noexcept {
        return dllp_symbol_ != ticks_.symbol_of(now) || !ticks_.is_8b10b() ||
               mutation_ == Mutation::two_dllps_in_symbol;
    }

    /// Ticks that a packet occupies the wire.
    [[nodiscard]] Tick length_of(const Packet& packet, bool nullified = false) const noexcept;
    /// Occupies the wire with a packet and says what becomes of it. `nullified`: the sender ends it so.
    Fate start(const Packet& packet, Tick now, bool nullified = false);

    /// A packet is received at `now`.
    [[nodiscard]] bool has_arrival(Tick now) const noexcept { return next_arrival_ == now; }
    [[nodiscard]] InFlight take_arrival();

    /// The header of a TLP is received at `now`.
    [[nodiscard]] bool has_header(Tick now) const noexcept { return next_header_ == now; }
    [[nodiscard]] InFlight take_header();

    /// The link is down: nothing arrives any more.
    void lose_packets();
    /// The link comes up: SKP ordered sets that fell due while it was down are not owed.
    void forget_skips_before(Tick now) noexcept;

private:
    [[nodiscard]] unsigned bytes_of(const pcie::TlpHeader& header, bool nullified) const noexcept;
    [[nodiscard]] Fate ask_fate(const Packet& packet, bool nullified);
    void watch_first() noexcept {
        next_header_ = headers_.empty() ? no_tick : headers_.front().header;
        next_arrival_ = in_flight_.empty() ? no_tick : in_flight_.front().received;
    }

    const LinkTicks& ticks_;
    const LinkLimits& limits_;
    Mutation mutation_;
    FaultSource* faults_ = nullptr; ///< none: all is intact
    Tick free_ = 0;
    Tick next_skip_;
    Tick dllp_symbol_ = no_tick; ///< symbol time in which the last DLLP started
    unsigned tlps_ = 0;
    unsigned dllps_ = 0;
    std::deque<InFlight> in_flight_;
    std::deque<InFlight> headers_; ///< those of which the header is still on its way
    Tick next_header_ = no_tick;   ///< of the first of these
    Tick next_arrival_ = no_tick;  ///< of the first in flight
};

} // namespace rootpool::reference
