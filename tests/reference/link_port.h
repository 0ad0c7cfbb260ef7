#pragma once

#include <deque>
#include <utility>

#include "tests/reference/fabric_clock.h"
#include "tests/reference/link_end.h"

namespace rootpool::reference {

/// Places of the transmit buffer of a port (docs/timing.md 3.3): taken at the grant, free at edges after the start.
class TransmitPlaces {
public:
    explicit TransmitPlaces(Mutation mutation) noexcept;

    void take(pcie::FlowClass flow_class) noexcept { ++taken_[index_of(flow_class)]; }
    /// A TLP left the transmit queue at `at`.
    void leave(pcie::FlowClass flow_class, SimTime at) { left_.push_back({flow_class, at}); }
    /// Takes note of what left before an edge.
    void update(SimTime edge) noexcept {
        while (!left_.empty() && (left_.front().at < edge || (left_.front().at == edge && sees_same_instant_))) {
            note_first();
        }
    }
    [[nodiscard]] bool has_free(pcie::FlowClass flow_class) const noexcept {
        return taken_[index_of(flow_class)] < count_;
    }
    [[nodiscard]] bool has_taken(pcie::FlowClass flow_class) const noexcept {
        return taken_[index_of(flow_class)] != 0;
    }
    /// When a TLP of this class left the last time, as far as it was noted; before time 0: never.
    [[nodiscard]] SimTime last_left(pcie::FlowClass flow_class) const noexcept {
        return last_left_[index_of(flow_class)];
    }

private:
    struct Left {
        pcie::FlowClass flow_class;
        SimTime at;
    };
    void note_first() noexcept;

    unsigned count_ = 16;
    bool sees_same_instant_ = false;
    PerClass<unsigned> taken_{};
    PerClass<SimTime> last_left_{SimTime{-1}, SimTime{-1}, SimTime{-1}};
    std::deque<Left> left_;
};

/// A received TLP that occupies the receive buffer of a port.
struct Buffered {
    pcie::TlpPtr tlp;
    std::uint64_t connection = 0; ///< how often the link had gone down
};

/// Where a TLP is while it stands in a queue.
class ReceiveMemory {
public:
    virtual ~ReceiveMemory() = default;
    /// It leaves at `at`.
    virtual void release(const Buffered& received, SimTime at) = 0;
};

/// A TLP of which the header has come.
struct Beginning {
    pcie::TlpPtr tlp;
    SimTime last_beat; ///< when it will be whole
    bool is_good;      ///< not to be used before
    std::uint64_t connection = 0;
};

/// Whether a TLP is cut through if it goes from port to port (docs/timing.md 3.9).
[[nodiscard]] bool may_be_cut_through(const pcie::TlpHeader& header, Mutation mutation) noexcept;
/// The link came up or went down.
struct LinkChange {
    bool is_up = true;
    SimTime at{};
};

/// The switch's end of a link, between the clocks of both.
class LinkPort : public TransactionLayer, public ReceiveMemory {
public:
    LinkPort(LinkEnd& end, Mutation mutation) : end_(end), places_(mutation), mutation_(mutation) {
        end.connect(*this);
    }
    LinkPort(const LinkPort&) = delete;
    LinkPort& operator=(const LinkPort&) = delete;

    void receive(const pcie::TlpPtr& tlp, SimTime /*first_beat*/, Moment now) override {
        arrivals_.push_back({{tlp, connection()}, now.time});
    }
    void receive_header(const pcie::TlpPtr& tlp, SimTime last_beat, bool is_good, Moment now) override {
        beginnings_.push_back({{tlp, last_beat, is_good, connection()}, now.time});
    }
    void sent(const pcie::TlpPtr& tlp, Moment now) override {
        places_.leave(pcie::flow_class(tlp->header.kind), now.time);
    }
    void returned(const pcie::TlpPtr& tlp, Moment now) override { sent(tlp, now); }
    void connected(bool is_up, Moment now) override;

    // At an edge, in this order.
    void update(SimTime edge) noexcept {
        places_.update(edge);
        while (!came_up_.empty() && came_up_.front() < edge) {
            last_up_ = came_up_.front();
            came_up_.pop_front();
        }
    }
    /// When the link came up the last time before the edge, after having been down; before time 0 if never.
    [[nodiscard]] SimTime last_up() const noexcept { return last_up_; }
    /// A TLP was received before the edge and was not taken yet.
    [[nodiscard]] bool has_arrival(SimTime edge) const noexcept {
        return !arrivals_.empty() && (arrivals_.front().at < edge ||
                                      (arrivals_.front().at == edge && mutation_ == Mutation::arrival_of_edge_seen));
    }
    [[nodiscard]] Buffered take_arrival();
    /// The next that was received before the edge and was not taken yet is a header.
    [[nodiscard]] bool has_beginning(SimTime edge) const noexcept {
        return !beginnings_.empty() && beginnings_.front().at < edge &&
               (arrivals_.empty() || beginnings_.front().at < arrivals_.front().at);
    }
    [[nodiscard]] Beginning take_beginning();
    /// One of both.
    [[nodiscard]] bool has_news(SimTime edge) const noexcept { return has_beginning(edge) || has_arrival(edge); }
    /// The TLP goes on before it is whole: its arrival is no news.
    void cut_through(const pcie::TlpPtr& tlp) { cut_.push_back(tlp); }
    /// Whether this arrival is that of the next TLP that was cut through.
    [[nodiscard]] bool was_cut_through(const pcie::TlpPtr& tlp);
    /// The link came up or went down before the edge, which was not taken yet.
    [[nodiscard]] bool has_change(SimTime edge) const noexcept {
        return !changes_.empty() && (changes_.front().at < edge || (changes_.front().at == edge &&
                                                                    mutation_ == Mutation::reset_of_same_instant_seen));
    }
    [[nodiscard]] LinkChange take_change();
    [[nodiscard]] bool has_place(pcie::FlowClass flow_class) const noexcept { return places_.has_free(flow_class); }
    [[nodiscard]] const TransmitPlaces& places() const noexcept { return places_; }
    /// Hands over a TLP, and takes a place for it.
    void send(Handed handed);
    /// A TLP leaves the receive buffer at `at`.
    void release(const Buffered& received, SimTime at) override;

private:
    struct Begun {
        Beginning beginning;
        SimTime at;
    };
    struct Arrival {
        Buffered received;
        SimTime at;
    };
    [[nodiscard]] std::uint64_t connection() const noexcept { return end_.coverage().link_downs; }

    LinkEnd& end_;
    TransmitPlaces places_;
    Mutation mutation_;
    std::deque<Begun> beginnings_;
    std::deque<pcie::TlpPtr> cut_; ///< not whole yet
    std::deque<Arrival> arrivals_;
    std::deque<LinkChange> changes_;
    std::deque<SimTime> came_up_;
    SimTime last_up_{-1};
};

} // namespace rootpool::reference
