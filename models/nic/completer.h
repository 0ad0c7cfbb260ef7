#pragma once

#include "models/nic/nic_context.h"
#include "rootpool/core/ring_queue.h"

namespace rootpool::models {

/// The target side: answers configuration requests and register accesses, one after the other, each with its latency.
/// What the device does not serve gets "unsupported request" or, if posted, is dropped and counted. Every error is
/// reported by the function that it belongs to.
class Completer {
public:
    explicit Completer(const NicContext& context);

    /// A request whose last beat comes at `arrival`.
    void take(pcie::TlpPtr request, SimTime arrival);
    /// The device is reset: requests that wait are forgotten.
    void reset();
    /// Bits of Device Status that only the DMA engine knows.
    void on_pending_query(core::Delegate<bool(nic::FunctionNumber)> query) noexcept { transactions_pending_ = query; }

private:
    struct Waiting {
        pcie::TlpPtr request;
        SimTime due{};
    };

    void serve_due();
    void serve(const pcie::Tlp& request);
    [[nodiscard]] bool discard(const pcie::Tlp& request);
    void serve_configuration(const pcie::Tlp& request);
    void serve_memory_read(const pcie::Tlp& request);
    void serve_memory_write(const pcie::Tlp& request);
    void refuse_poisoned(const pcie::Tlp& request);
    void refuse(const pcie::Tlp& request);
    void end_unsupported(const pcie::Tlp& request);
    [[nodiscard]] std::optional<nic::FunctionNumber> configured_function(const pcie::TlpHeader& header) const;
    [[nodiscard]] std::optional<nic::BarHit> hit(const pcie::TlpHeader& header) const;
    void complete(const pcie::Tlp& request, const pcie::TlpHeader& header, pcie::PayloadSlice payload);

    NicContext context_;
    core::Delegate<bool(nic::FunctionNumber)> transactions_pending_;
    core::RingQueue<Waiting> waiting_;
    Timer timer_;
};

} // namespace rootpool::models
