#pragma once

#include <cstdint>
#include <deque>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/core/scheduler.h"
#include "models/pcie/root_functions.h"
#include "models/pcie/root_refusals.h"
#include "rootpool/core/delegate.h"

namespace rootpool::models {

/// The requests of devices to the memory of the host, and the interrupts among them: writes and interrupts are visible
/// in the order in which they came, and no read overtakes them (PCIe base 2.4.1).
class HostMemoryRequests {
public:
    using InterruptSink = core::Delegate<void(std::uint64_t address, std::uint32_t data)>;
    using MemorySocket = tlm::tlm_initiator_socket<>;

    /// What it needs of the root complex; must outlive this.
    struct Parts {
        MemorySocket& memory;
        Port& port;
        CreditHold& receive_buffer;
        const RootFunctions& functions;
        RootRefusals& refusals;
        pcie::TlpFactory& tlps;
        RootComplexCounters& counters;
    };
    HostMemoryRequests(Scheduler& scheduler, const RootComplexConfig& config, const Parts& parts);

    void on_interrupt(InterruptSink sink) noexcept { interrupt_sink_ = sink; }
    /// A memory write or read whose last symbol came `at`.
    void take_write(pcie::TlpPtr tlp, SimTime at);
    void take_read(pcie::TlpPtr tlp, SimTime at);
    /// Brings all writes that are visible by now into memory.
    void settle_writes();
    /// The link went down now: who asked is not answered any more (PCIe base 2.9.1). Writes have been accepted, and
    /// stay.
    void forget_reads();
    /// Reads have come, and will be served later than now.
    [[nodiscard]] bool reads_waiting() const noexcept;

private:
    struct Arrival {
        pcie::TlpPtr tlp;
        SimTime at; ///< when it is visible, or served
    };
    void apply_write(const pcie::Tlp& tlp);
    void serve_reads();
    void serve_read(pcie::Tlp& request);
    [[nodiscard]] bool access_memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                                     unsigned length);

    Parts parts_;
    SimTime read_latency_;
    SimTime write_latency_;
    unsigned read_completion_boundary_; ///< bytes
    std::deque<Arrival> writes_;
    std::deque<SimTime> interrupts_due_; ///< of the interrupts among writes_
    std::deque<Arrival> reads_;
    InterruptSink interrupt_sink_;
    tlm::tlm_generic_payload access_;
    Timer read_timer_;
    Timer interrupt_timer_;
};

} // namespace rootpool::models
