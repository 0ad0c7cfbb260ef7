#pragma once

#include <cstdint>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/pcie/host_memory_requests.h"
#include "models/pcie/latency.h"
#include "models/pcie/processor_requests.h"
#include "models/pcie/root_functions.h"
#include "models/pcie/root_refusals.h"

namespace rootpool::models {

/// A root complex: host bridge 00:00.0, root port 00:01.0, memory behind a TLM base-protocol socket, message-signalled
/// interrupts.
class RootComplex : public sc_core::sc_module, private PortOwner {
public:
    using Done = ProcessorRequests::Done;
    using InterruptSink = HostMemoryRequests::InterruptSink;

    Port port;
    tlm_utils::simple_initiator_socket<RootComplex> memory{"memory"};

    RootComplex(const sc_core::sc_module_name& name, const RootComplexConfig& config, Scheduler& scheduler,
                pcie::TlpFactory& tlps);

    // --- processor side; `done` is called when the answer is at the core
    void config_read(pcie::Bdf function, std::uint16_t offset, Done done);
    void config_write(pcie::Bdf function, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables,
                      Done done);
    void memory_read32(std::uint64_t address, Done done);
    /// Posted: no answer.
    void memory_write32(std::uint64_t address, std::uint32_t value);

    void on_interrupt(InterruptSink sink) noexcept {
        from_devices_.on_interrupt(sink);
        errors_.on_interrupt(sink);
    }
    /// Brings all device writes that are visible by now into memory. The processor calls it before it looks at memory;
    /// so a write that nobody looks at costs no event.
    void settle_writes() { from_devices_.settle_writes(); }

    [[nodiscard]] const RootPortErrors& errors() const noexcept { return errors_; }
    [[nodiscard]] const pcie::ConfigSpace& root_port() const noexcept { return functions_.root_port(); }
    [[nodiscard]] const RootComplexCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] const LatencyStatistics& to_host_latency() const noexcept { return to_host_; }
    /// No request of the processor is without answer.
    [[nodiscard]] bool idle() const noexcept { return of_processor_.idle(); }

private:
    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override;
    void on_returned(Port& port, const pcie::TlpPtr& tlp) override;
    void on_link_error(Port& port, pcie::ErrorKind kind) override;
    void on_link_negotiated(Port& port, const pcie::LinkParameters& link) override;
    void on_link_up(Port& port) override;
    void on_link_down(Port& port) override;
    [[nodiscard]] bool waits_for_time(const Port& /*port*/) const override { return from_devices_.reads_waiting(); }
    void explain_waits(const Port& at, pcie::WaitGraph& graph) const override;

    void take_completion(pcie::Tlp& tlp, SimTime at);
    void write_local(pcie::ConfigSpace& space, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables);
    void answer_unclaimed(Done done);
    void note_timeout() { refusals_.report_timeout(now()); }

    RootFunctions functions_;
    RootPortErrors errors_;
    CreditHold receive_buffer_;
    RootComplexCounters counters_;
    RootRefusals refusals_;
    ProcessorRequests of_processor_;
    HostMemoryRequests from_devices_;
    bool holds_reset_ = false;
    LatencyStatistics to_host_;
};

} // namespace rootpool::models
