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
    void update(SimTime edge) noexcept;
    [[nodiscard]] bool has_free(pcie::FlowClass flow_class) const noexcept {
        return taken_[index_of(flow_class)] < count_;
    }

private:
    struct Left {
        pcie::FlowClass flow_class;
        SimTime at;
    };
    unsigned count_ = 16;
    bool sees_same_instant_ = false;
    PerClass<unsigned> taken_{};
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
    void sent(const pcie::TlpPtr& tlp, Moment now) override {
        places_.leave(pcie::flow_class(tlp->header.kind), now.time);
    }
    void returned(const pcie::TlpPtr& tlp, Moment now) override { sent(tlp, now); }

    void came_up(Moment now) override { came_up_.push_back(now.time); }

    // At an edge, in this order.
    void update(SimTime edge) noexcept;
    /// When the link came up the last time before the edge, after having been down; before time 0 if never.
    [[nodiscard]] SimTime last_up() const noexcept { return last_up_; }
    /// A TLP was received before the edge and was not taken yet.
    [[nodiscard]] bool has_arrival(SimTime edge) const noexcept {
        return !arrivals_.empty() && (arrivals_.front().at < edge ||
                                      (arrivals_.front().at == edge && mutation_ == Mutation::arrival_of_edge_seen));
    }
    [[nodiscard]] Buffered take_arrival();
    [[nodiscard]] bool has_place(pcie::FlowClass flow_class) const noexcept { return places_.has_free(flow_class); }
    /// Hands over a TLP whose first beat is ready at `ready`.
    void send(pcie::TlpPtr tlp, SimTime ready);
    /// A TLP leaves the receive buffer at `at`.
    void release(const Buffered& received, SimTime at) override;

private:
    struct Arrival {
        Buffered received;
        SimTime at;
    };
    [[nodiscard]] std::uint64_t connection() const noexcept { return end_.coverage().link_downs; }

    LinkEnd& end_;
    TransmitPlaces places_;
    Mutation mutation_;
    std::deque<Arrival> arrivals_;
    std::deque<SimTime> came_up_;
    SimTime last_up_{-1};
};

} // namespace rootpool::reference
