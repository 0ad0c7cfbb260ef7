#pragma once

#include <utility>

#include "tests/reference/coverage.h"
#include "tests/reference/credits.h"
#include "tests/reference/handshake.h"
#include "tests/reference/hooks.h"
#include "tests/reference/receive_sequence.h"
#include "tests/reference/retry_unit.h"
#include "tests/reference/transmit_queue.h"
#include "tests/reference/wire.h"

namespace rootpool::reference {

/// One end of a Link. At each tick the link calls take_inputs(), decide(), receive() and run_timer() in this order,
/// each for both ends before the next: so decisions see only what was registered before the tick.
class LinkEnd {
public:
    LinkEnd(unsigned number, const LinkSettings& settings, const LinkTicks& ticks, const LinkLimits& limits);

    /// Who is above this end.
    void connect(TransactionLayer& layer) noexcept { layer_ = &layer; }
    /// What happens to the packets that this end sends.
    void set_faults(FaultSource& faults) noexcept { wire_.set_faults(faults); }
    void set_recorder(Recorder& recorder) noexcept { recorder_ = &recorder; }

    /// Hands over a TLP to be sent; it is in the transmit queue from the first tick after `ready`.
    void submit(pcie::TlpPtr tlp, SimTime ready) { queue_.submit({std::move(tlp), ready}); }
    /// The same for one that is not whole yet, or comes from another clock.
    void submit(Handed handed) { queue_.submit(std::move(handed)); }
    /// Says that received TLPs left their buffers at `at`. Is ignored while the link is down.
    void release(pcie::FlowClass flow_class, unsigned headers, unsigned data, SimTime at);

    /// May send TLPs (DL_Active).
    [[nodiscard]] bool is_active() const noexcept { return handshake_.is_active(); }
    [[nodiscard]] const Coverage& coverage() const noexcept { return coverage_; }

    // For the link.
    void go_down(Moment now);
    void come_up(Moment now);
    /// From when on the link will be down.
    void will_go_down(SimTime at) noexcept { down_ = at; }
    void take_inputs(Moment now) {
        if (queue_.has_ready(now.tick)) {
            queue_.admit(now.tick);
        }
        if (queue_.has_bad() && is_up_) {
            drop_bad(now);
        }
        if (allocator_.has_release(now.time)) {
            allocator_.take_releases(now);
        }
        handshake_.advance();
        if (next_refresh_ <= now.time) {
            refresh(now.tick);
        }
    }
    void decide(Moment now) {
        if (!wire_.is_busy(now.tick) && wants_to_send(now.tick)) {
            start_first_of_list(now);
        }
    }
    /// Instead of decide() while the link is down: the transmit queue goes back to its owner.
    void return_queue(Moment now);
    void receive(Moment now, LinkEnd& peer) {
        if (peer.wire_.has_header(now.tick)) {
            receive_header(now, peer.wire_);
        }
        if (peer.wire_.has_arrival(now.tick)) {
            receive_packet(now, peer.wire_);
        }
    }
    [[nodiscard]] bool has_timer_event(Tick now) const noexcept { return retry_.has_timer_event(now); }
    void run_timer(Tick now);
    /// A tick in which the link is retrained.
    void hold_timer() noexcept { retry_.hold_timer(); }
    /// Whether this tick has brought the replay that rolls REPLAY_NUM over.
    [[nodiscard]] bool asks_for_retraining() const noexcept { return asks_for_retraining_; }
    void retraining_begins() noexcept { asks_for_retraining_ = false; }

private:
    /// Anything of the list of docs/timing.md 2.2 is there, whether or not it may start at this tick.
    [[nodiscard]] bool wants_to_send(Tick now) const noexcept {
        return wire_.is_skip_due(now) || !handshake_.is_active() || sequence_.nak_is_due() ||
               sequence_.ack_is_due(now) || allocator_.is_any_due(now) || retry_.is_replaying() || !queue_.empty();
    }
    void start_first_of_list(Moment now);
    void send_init(Moment now);
    // Each sends what it is named after if that is there and may start, and says so.
    bool send_nak(Moment now);
    bool send_ack(Moment now);
    bool send_updates(Moment now);
    bool send_update(Moment now, pcie::FlowClass flow_class);
    bool send_replayed(Moment now);
    bool send_new(Moment now);
    bool send_dllps(Moment now);
    bool send_tlp(Moment now);

    void send_nullified(Moment now, const Handed& handed);
    void drop_bad(Moment now);
    void start(Moment now, const Packet& packet, bool nullified = false);
    void start_skip(Moment now);
    void start_sequenced(Moment now, PacketKind kind, std::uint16_t sequence);
    void start_credits(Moment now, PacketKind kind, pcie::FlowClass flow_class, CreditFields credits);

    void receive_header(Moment now, Wire& wire);
    void receive_packet(Moment now, Wire& wire);
    [[nodiscard]] Verdict receive_tlp(Moment now, const Wire::InFlight& arrival);
    [[nodiscard]] Verdict receive_dllp(Moment now, const Wire::InFlight& arrival);
    void count(Verdict verdict) noexcept;
    void count_cause(RetryUnit::Outcome outcome, std::uint64_t& causes) noexcept;
    void refresh(Tick now) noexcept;
    void tell_connection(Moment now);

    unsigned number_;
    Mutation mutation_;
    const LinkTicks& ticks_;

    TransactionLayer* layer_ = nullptr;
    Recorder* recorder_ = nullptr;
    Coverage coverage_;

    Wire wire_;
    Handshake handshake_;
    CreditGate gate_;
    CreditAllocator allocator_;
    ReceiveSequence sequence_;
    RetryUnit retry_;
    TransmitQueue queue_;

    SimTime down_ = core::never;
    SimTime next_refresh_ = refresh_interval;
    bool is_up_ = true;
    bool asks_for_retraining_ = false;
};

} // namespace rootpool::reference
