#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "models/core/scheduler.h"
#include "models/pcie/port.h"
#include "models/pooling/switch_timing.h"
#include "rootpool/pcie/tlp.h"
#include "rootpool/pooling/arbiter.h"
#include "rootpool/pooling/virtual_switch.h"

namespace rootpool::models {

/// A TLP in a queue of the crossbar.
struct CrossbarEntry {
    pcie::TlpPtr tlp;      ///< as it goes on
    pcie::TlpPtr received; ///< as it came, if it still occupies the receive buffer of `from`
    Port* from = nullptr;
    SimTime ready{}; ///< the edge from which it may be granted
    std::uint64_t order = 0;
    pooling::Route route{}; ///< of a TLP from a root
};

/// What stands behind one output of the crossbar.
class CrossbarSink {
public:
    virtual ~CrossbarSink() = default;
    /// The earliest time, not before `now`, at which this TLP could be taken; core::never if that is unknown: the sink
    /// calls CrossbarOutput::wake() then.
    [[nodiscard]] virtual SimTime accepts_at(std::size_t input, const CrossbarEntry& head, SimTime now) = 0;
    /// The TLP was granted at `edge`.
    virtual void deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) = 0;
};

/// When a port has a place in its transmit buffer for a TLP of this class. core::never: its on_room() follows.
[[nodiscard]] SimTime port_accepts_at(const Port& port, const CrossbarEntry& head, SimTime now);

/// One output of the crossbar: a queue per input and flow class, an arbiter, one timer. A grant is the only event that
/// a TLP costs here. Posted requests and completions never wait behind a blocked non-posted request (PCIe base table
/// 2-42).
class CrossbarOutput {
public:
    CrossbarOutput(Scheduler& scheduler, CrossbarSink& sink, std::size_t inputs,
                   std::unique_ptr<pooling::Arbiter> arbiter, const SwitchTiming& timing, unsigned extra_bytes);

    /// `entry.ready` is at or after the next edge.
    void push(std::size_t input, CrossbarEntry entry);
    /// Room or credits came back behind the sink.
    void wake();

    [[nodiscard]] std::uint64_t granted() const noexcept { return granted_; }
    /// Events that this output cost; hardly more than grants.
    [[nodiscard]] std::uint64_t arbitrations() const noexcept { return arbitrations_; }
    /// Sum of the times from ready to grant.
    [[nodiscard]] SimTime waited() const noexcept { return waited_; }
    [[nodiscard]] std::size_t queued() const noexcept { return queued_; }
    [[nodiscard]] std::size_t inputs() const noexcept { return inputs_.size(); }

private:
    using Queue = std::deque<CrossbarEntry>;
    struct Input {
        std::array<Queue, pcie::flow_class_count> queues;
    };

    void arbitrate();
    void arm(SimTime at);
    void arm_for_next_grant();
    [[nodiscard]] Queue* candidate(std::size_t input, SimTime at, SimTime& next);
    [[nodiscard]] SimTime transfer_time(const pcie::TlpHeader& header) const noexcept;

    CrossbarSink& sink_;
    SwitchTiming timing_;
    unsigned extra_bytes_;
    std::vector<Input> inputs_;
    std::unique_ptr<pooling::Arbiter> arbiter_;
    std::vector<std::uint8_t> requesting_;
    std::vector<Queue*> candidates_;
    Timer timer_;
    SimTime busy_until_{};
    std::uint64_t last_order_ = 0;
    std::uint64_t granted_ = 0;
    std::uint64_t arbitrations_ = 0;
    std::size_t queued_ = 0;
    bool delivering_ = false;
    SimTime waited_{};
};

} // namespace rootpool::models
