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
    void submit(pcie::TlpPtr tlp, SimTime ready) { queue_.submit(std::move(tlp), ready); }
    /// Says that received TLPs left their buffers at `at`. Is ignored while the link is down.
    void release(pcie::FlowClass flow_class, unsigned headers, unsigned data, SimTime at);

    /// May send TLPs (DL_Active).
    [[nodiscard]] bool is_active() const noexcept { return handshake_.is_active(); }
    [[nodiscard]] const Coverage& coverage() const noexcept { return coverage_; }

    // For the link.
    void go_down(Moment now);
    void come_up(Moment now);
    void take_inputs(Moment now);
    void decide(Moment now);
    void receive(Moment now, LinkEnd& peer) {
        if (peer.wire_.has_arrival(now.tick)) {
            receive(now, peer.wire_.take_arrival());
        }
    }
    /// `held`: the link is being retrained, and not for the last tick.
    void run_timer(Tick now, bool held) { follow(retry_.run_timer(now, held), coverage_.replays_by_timer); }
    /// A retraining was asked for at this tick.
    [[nodiscard]] bool take_retrain_request() noexcept { return std::exchange(wants_retrain_, false); }

private:
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

    void start(Moment now, const Packet& packet);
    void start_skip(Moment now);
    void start_sequenced(Moment now, PacketKind kind, std::uint16_t sequence);
    void start_credits(Moment now, PacketKind kind, pcie::FlowClass flow_class, CreditFields credits);

    void receive(Moment now, const Wire::InFlight& arrival);
    [[nodiscard]] Verdict receive_tlp(Moment now, const Wire::InFlight& arrival);
    [[nodiscard]] Verdict receive_dllp(Moment now, const Wire::InFlight& arrival);
    void count(Verdict verdict) noexcept;
    void follow(RetryUnit::Outcome outcome, std::uint64_t& cause_count) noexcept;
    void return_queue(Moment now);

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

    SimTime next_refresh_ = refresh_interval;
    bool is_up_ = true;
    bool wants_retrain_ = false;
};

} // namespace rootpool::reference
