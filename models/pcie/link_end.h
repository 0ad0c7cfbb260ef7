#pragma once

#include <cstdint>

#include "models/core/scheduler.h"
#include "models/pcie/ack_scheduler.h"
#include "models/pcie/credit_advertiser.h"
#include "models/pcie/flow_control_init.h"
#include "models/pcie/link_event.h"
#include "models/pcie/link_listener.h"
#include "models/pcie/link_timing.h"
#include "models/pcie/refresh_schedule.h"
#include "models/pcie/replay_control.h"
#include "models/pcie/stall_meter.h"
#include "models/pcie/tlp_socket.h"
#include "models/pcie/transmit_queue.h"
#include "rootpool/pcie/link_observer.h"

namespace rootpool::models {

class LinkEnd;

/// Told by the ends of a link.
class LinkEndOwner {
public:
    virtual ~LinkEndOwner() = default;
    /// TLPs or credits came in; when `end` has to act may have changed.
    virtual void on_input(LinkEnd& end) = 0;
    /// Both ends start nothing from tick `from` until tick `until`.
    virtual void on_retrain(pcie::LinkTick from, pcie::LinkTick until) = 0;
};

/// What happened at one end of a link.
struct LinkEndCounters {
    std::uint64_t tlps = 0;  ///< accepted by the other end
    std::uint64_t bytes = 0; ///< of these, on the wire
    std::uint64_t dllps = 0;
    std::uint64_t skips = 0;
    std::uint64_t replayed_tlps = 0;
    std::uint64_t naks_received = 0;
    std::uint64_t replay_timeouts = 0;
    std::uint64_t retrains = 0;
    std::uint64_t lost_packets = 0;   ///< not intact at the other end
    std::uint64_t nullified_tlps = 0; ///< ended so because they came in bad while they were sent
    std::uint64_t dropped_tlps = 0;   ///< turned out bad before they could be sent
    StallTimes credit_stalls{};
};

/// Data link layer and physical layer of one end of a link: what docs/timing.md says of a transmitter and a receiver.
/// Plain sequence of decisions, receptions and timers; Link runs both ends in step.
class LinkEnd : public sc_core::sc_module, private TlpForwardInterface, private TlpBackwardInterface {
public:
    TlpTargetSocket from_port{"from_port"};
    TlpInitiatorSocket to_port{"to_port"};

    LinkEnd(const sc_core::sc_module_name& name, const LinkTiming& timing, pcie::OrderingPolicy policy,
            LinkEndOwner& owner);

    /// Before the simulation.
    void connect(LinkEnd& peer, const pcie::Credits& advertised, LinkListener& listener);
    void observe(pcie::TlpObserver& observer, pcie::PlaceId place) noexcept;
    void observe(pcie::LinkObserver& observer, pcie::PlaceId place) noexcept;
    void set_faults(pcie::FaultSource* faults) noexcept { faults_ = faults; }

    // --- run by Link
    /// Whether anything may depend on Acks: packets may be lost, TLPs sent again by either end, retry buffers full.
    /// Once it may, it always may: only speed depends on it.
    [[nodiscard]] bool watches_acks() const noexcept { return watches_acks_; }
    void start_watching_acks() noexcept {
        watches_acks_ = true;
        plan();
    }
    [[nodiscard]] const LinkEventTime& next_event() const noexcept {
        if (event_is_stale_) {
            find_next_event();
        }
        return next_event_;
    }
    [[nodiscard]] pcie::LinkTick next_decision() const noexcept {
        if (decision_is_stale_) {
            find_next_decision();
        }
        return decision_;
    }
    void process(const LinkEventTime& event);
    /// Whether the decision at `tick`, which lies ahead, is certain: nothing that comes in before can change it.
    [[nodiscard]] bool is_certain(pcie::LinkTick tick) const noexcept;
    /// Takes that decision: the oldest TLP starts.
    void start_oldest(pcie::LinkTick tick) {
        apply_credits(tick);
        apply_acks(tick);
        send_new_tlp(tick);
    }
    /// Whether something outside the link waits for what this end does.
    [[nodiscard]] bool is_awaited() const noexcept { return !queue_.empty() || replay_.buffer().not_accepted() != 0; }
    /// Whether no replay and no handshake is under way: TLPs wait for the wire and for credits only.
    [[nodiscard]] bool is_clean() const noexcept {
        return init_.active() && replay_.buffer().not_accepted() == 0 && !awaits_ack();
    }
    /// Takes over the limits that were received up to tick `current`: what is decided from now on sees them.
    void see_credits(pcie::LinkTick current) noexcept {
        if (!incoming_credits_.empty() && incoming_credits_.front().at <= current) {
            take_credits(current + 1);
            seen_ = std::max(seen_, current + 1);
            plan();
        }
    }
    /// Counts stalls up to tick `current`; everything up to it has been processed.
    void settle(pcie::LinkTick current) noexcept {
        see_credits(current);
        note_stall(current + 1);
    }
    /// Whether the oldest TLP waits for the wire only: its start is what the link wakes for, whatever else comes in.
    [[nodiscard]] bool oldest_may_go() const noexcept { return queue_.candidate() == 0 && is_clean(); }
    /// Whether the oldest TLP waits for an UpdateFC that has not started yet, as far as is known.
    [[nodiscard]] bool needs_update() const noexcept { return queue_.candidate() != 0; }
    /// Whether a TLP starts, or may start, with what is on its way.
    [[nodiscard]] bool has_next_start() const noexcept {
        return queue_.candidate() != TransmitQueue::none || !incoming_credits_.empty();
    }
    /// The first tick at which a TLP that waits is known to be bad; no_tick: there is none.
    [[nodiscard]] pcie::LinkTick next_drop() const noexcept { return queue_.bad_from(); }
    /// At tick `current`: the first tick at which a packet may start for which there is a reason from tick `from` on,
    /// if no TLP goes before it, but maybe DLLPs and SKP ordered sets.
    [[nodiscard]] pcie::LinkTick no_start_before(pcie::LinkTick from, pcie::LinkTick current) const noexcept {
        const pcie::LinkTick start = free_from(from);
        const bool is_pause = wire_free_ <= current && next_decision() > wire_free_;
        return is_pause || timing_.step_start(wire_free_) == wire_free_ ? timing_.step_start(start) : start;
    }
    /// The first tick at which the other end may see the next UpdateFC, if no TLP is handed over; no_tick: none is due.
    [[nodiscard]] pcie::LinkTick next_update_seen(pcie::LinkTick current) const noexcept {
        if (advertiser_.earliest() == pcie::no_tick) {
            return pcie::no_tick;
        }
        const pcie::LinkTick due = std::max(std::min(advertiser_.earliest(), refreshes_.next()), dllp_hold_);
        const pcie::LinkTick update = queue_.empty() ? no_start_before(due, current) : free_from(due);
        const bool ack_goes_first = acks_.due_from() <= update;
        const pcie::LinkTick start =
            ack_goes_first ? std::max(update, free_from(acks_.due_from()) + timing_.dllp) : update;
        return start + timing_.dllp + timing_.flight + 1;
    }
    /// When the next packet but a SKP ordered set starts or is received, or the timer runs out: what a fault does is
    /// seen then.
    [[nodiscard]] pcie::LinkTick next_packet() const noexcept;
    /// No packet that starts later is received before this, though one may be received at it.
    [[nodiscard]] pcie::LinkTick next_reception_bound(pcie::LinkTick current) const noexcept {
        return std::max(current + 1, wire_free_) + timing_.dllp + timing_.flight;
    }
    /// New input is to be looked at.
    void replan() noexcept { plan(); }
    void hold(pcie::LinkTick from, pcie::LinkTick until) noexcept;
    void come_up(pcie::LinkTick tick);
    /// Packets received at or after `tick` are lost.
    void set_down_at(pcie::LinkTick tick) noexcept { down_at_ = tick; }
    /// Everything forgets at `tick`; TLPs that would start before the link is up again are handed back to the port.
    void go_down(pcie::LinkTick tick, pcie::LinkTick up_at);
    /// While the link is down: from `tick` on, when it comes up is another time.
    void set_up_at(pcie::LinkTick tick, pcie::LinkTick up_at);
    void tell_up() { listener_->on_link_up(); }
    void tell_down() { listener_->on_link_down(); }
    /// Passes the time in which nothing but SKP and UpdateFC is sent.
    void pass_idle_time(pcie::LinkTick until) noexcept;
    [[nodiscard]] bool is_idle(pcie::LinkTick from, pcie::LinkTick until);

    [[nodiscard]] bool active() const noexcept { return init_.active(); }
    [[nodiscard]] const LinkEndCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] const TransmitQueue& queue() const noexcept { return queue_; }
    [[nodiscard]] const CreditGates& gates() const noexcept { return gates_; }

private:
    /// An UpdateFC on its way.
    struct CreditUpdate {
        pcie::LinkTick at = 0;
        pcie::FlowClass flow = pcie::FlowClass::posted;
        pcie::CreditCount limit;
    };
    /// An Ack on its way.
    struct IncomingAck {
        pcie::LinkTick at = 0;
        std::uint16_t sequence = 0;
    };
    enum class Content : std::uint8_t { tlp, dllp, bad_dllp, nothing };
    struct Incoming {
        pcie::LinkTick at = 0;
        Content content = Content::dllp; ///< nothing: a packet without an intact frame
        AckScheduler::Verdict verdict;
        pcie::Dllp dllp;

        /// Whether it may cause a packet at once.
        [[nodiscard]] bool disturbs() const noexcept {
            return content == Content::tlp    ? verdict.reception != pcie::Reception::accepted
                   : content == Content::dllp ? dllp.kind != pcie::DllpKind::update_fc
                                              : false;
        }
    };

    tlm::tlm_sync_enum nb_transport_fw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) override;
    tlm::tlm_sync_enum nb_transport_bw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) override;

    void take(const Incoming& packet);
    void expect_credits(const CreditUpdate& update) {
        incoming_credits_.push(update);
        if (queue_.candidate() != 0 && !queue_.empty()) {
            plan();
        }
    }
    void expect_ack(const IncomingAck& ack) {
        incoming_acks_.push(ack);
        event_is_stale_ = event_is_stale_ || asks_for_acks_;
    }
    /// Takes over the limits that were received before a tick.
    void apply_credits(pcie::LinkTick before) noexcept {
        if (!incoming_credits_.empty() && incoming_credits_.front().at < before) {
            take_credits(before);
        }
    }
    /// Drops of the retry buffer what was acknowledged before a tick.
    void apply_acks(pcie::LinkTick before) {
        if (!incoming_acks_.empty() && incoming_acks_.front().at < before) {
            take_acks(before);
        }
    }
    void take_credits(pcie::LinkTick before) noexcept;
    void take_acks(pcie::LinkTick before);
    /// Whether what this end does next may depend on an Ack.
    [[nodiscard]] bool awaits_ack() const noexcept {
        return watches_acks_ && (replay_.replaying() || replay_.buffer().full());
    }
    /// The first tick at or after `from` at which the wire is free, with the packets that have started.
    [[nodiscard]] pcie::LinkTick free_from(pcie::LinkTick from) const noexcept {
        return std::max(std::max(from, wire_free_), std::max(hold_until_, seen_));
    }
    void find_next_event() const noexcept;
    void find_next_decision() const noexcept;
    [[nodiscard]] bool is_disturbed_before(pcie::LinkTick tick) const noexcept;
    [[nodiscard]] bool may_retrain_before(pcie::LinkTick tick) const noexcept;
    /// The first tick at which a TLP may start, if the wire were free.
    [[nodiscard]] pcie::LinkTick tlp_from() const noexcept {
        if (awaits_ack()) {
            return replay_.from(); // no_tick if none is under way
        }
        const std::size_t index = queue_.candidate();
        const pcie::LinkTick from = index == TransmitQueue::none ? pcie::no_tick : queue_[index].from;
        const bool older_may_follow = index != 0 && !queue_.empty() && !incoming_credits_.empty();
        return older_may_follow ? std::min(from, incoming_credits_.front().at + 1) : from;
    }
    /// What the next decision depends on has changed.
    void plan() noexcept {
        decision_is_stale_ = true;
        event_is_stale_ = true;
    }
    void decide(pcie::LinkTick tick);
    [[nodiscard]] bool send_before_tlps(pcie::LinkTick tick);
    void send_regular(pcie::LinkTick tick) noexcept;
    void set_next_skip(pcie::LinkTick tick) noexcept {
        next_skip_ = tick;
        next_regular_ = std::min(next_skip_, next_accounted_);
    }
    /// When what is due once for each `interval` from tick 0 on is due next, at or after `tick`.
    [[nodiscard]] static pcie::LinkTick first_due(pcie::LinkTick interval, pcie::LinkTick tick) noexcept {
        return (std::max(tick, pcie::LinkTick{1}) + interval - 1) / interval * interval;
    }
    void pass_refreshes(pcie::LinkTick tick) noexcept;
    /// When the next DLLP may start, if the wire were free.
    [[nodiscard]] pcie::LinkTick dllp_from() const noexcept {
        if (!init_.active()) {
            return handshake_from();
        }
        return std::max(std::min(std::min(acks_.due_from(), advertiser_.earliest()), refreshes_.next()), dllp_hold_);
    }
    [[nodiscard]] pcie::LinkTick handshake_from() const noexcept;
    [[nodiscard]] bool send_due_dllp(pcie::LinkTick tick);
    void send_dllp(const pcie::Dllp& dllp, pcie::LinkTick tick);
    void send_new_tlp(pcie::LinkTick tick);
    void send_tlp(RetryBuffer::Entry& entry, bool replay, pcie::LinkTick tick);
    void send_nullified(const pcie::TlpPtr& tlp, pcie::LinkTick tick);
    void drop_bad(pcie::LinkTick tick);
    /// Whether a TLP that waits may start sooner since an UpdateFC is due: a DLLP that ends within a symbol time is
    /// followed at once.
    [[nodiscard]] bool may_start_sooner() const noexcept {
        return timing_.step != timing_.clock.per_symbol() && !queue_.empty() &&
               advertiser_.earliest() <= next_decision();
    }
    /// A TLP on the wire.
    struct Flight {
        pcie::LinkTick start = 0;
        pcie::LinkTick received = 0;
        std::uint16_t sequence = 0;
        unsigned bytes = 0;
        pcie::PacketFate fate = pcie::PacketFate::intact;
        pcie::Reception reception = pcie::Reception::lost;
    };
    [[nodiscard]] Flight fly(const pcie::Tlp& tlp, std::uint16_t sequence, pcie::LinkTick tick);
    void land(pcie::Tlp& tlp, const Flight& flight, bool replay);
    void deliver(pcie::Tlp& tlp, pcie::LinkTick first, pcie::LinkTick last, TlpPhase phase);
    [[nodiscard]] bool shows_header(const pcie::Tlp& tlp, const Flight& flight) const noexcept;
    void report(const pcie::PacketSighting& packet) const;
    void receive(const Incoming& packet);
    void receive_tlp(const Incoming& packet);
    void receive_dllp(const Incoming& packet);
    void start_replay(pcie::LinkTick at);
    /// At tick `until` credits or the oldest TLP change, or somebody asks: what it lacked up to then.
    void note_stall(pcie::LinkTick until) noexcept;
    void tell_port(pcie::Tlp& tlp, TlpPhase phase, SimTime at);

    const LinkTiming& timing_;
    LinkEndOwner& owner_;
    LinkListener* listener_ = nullptr;
    LinkEnd* peer_ = nullptr;
    pcie::Credits advertised_;
    TransmitQueue queue_;
    CreditGates gates_;
    CreditAdvertiser advertiser_;
    FlowControlInit init_;
    AckScheduler acks_;
    ReplayControl replay_;
    core::RingQueue<Incoming> incoming_;
    core::RingQueue<CreditUpdate> incoming_credits_; ///< nobody has to look at them when they come
    core::RingQueue<IncomingAck> incoming_acks_;     ///< nor at these, unless awaits_ack()
    pcie::FaultSource* faults_ = nullptr;
    bool watches_acks_ = false;
    pcie::TlpObserver* tlp_observer_ = nullptr;
    pcie::LinkObserver* link_observer_ = nullptr;
    pcie::PlaceId tlp_place_;
    pcie::PlaceId link_place_;
    // Worked out when they are asked for.
    mutable bool decision_is_stale_ = true;
    mutable bool event_is_stale_ = true;
    mutable pcie::LinkTick decision_ = pcie::no_tick;
    mutable LinkEventTime next_event_;
    mutable bool asks_for_acks_ = false; ///< the next event depends on Acks
    pcie::LinkTick wire_free_ = 0;
    pcie::LinkTick seen_ = 0; ///< the first tick that sees the last reception or timer
    RefreshSchedule refreshes_;
    pcie::LinkTick next_skip_;
    pcie::LinkTick next_accounted_;
    pcie::LinkTick next_regular_ = 0; ///< the first of these two
    pcie::LinkTick dllp_hold_ = 0;    ///< the first tick at which another DLLP may start
    pcie::LinkTick hold_until_ = 0;
    pcie::LinkTick down_at_ = pcie::no_tick;
    bool up_ = false;
    std::uint32_t ups_ = 0;    ///< how often the link came up
    pcie::LinkTick up_at_ = 0; ///< while the link is down: when it comes up again
    LinkEndCounters counters_;
    StallMeter stalls_{counters_.credit_stalls};
};

} // namespace rootpool::models
