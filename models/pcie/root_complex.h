#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <tlm_utils/simple_initiator_socket.h>

#include "models/core/scheduler.h"
#include "models/pcie/credit_hold.h"
#include "models/pcie/latency.h"
#include "models/pcie/link.h"
#include "models/pcie/port.h"
#include "models/pcie/request_tags.h"
#include "models/pcie/root_port_errors.h"
#include "rootpool/core/delegate.h"
#include "rootpool/pcie/config_space.h"
#include "rootpool/pcie/tlp.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

/// The processor side of a root complex and its one root port. Latencies are assumptions unless docs/timing.md cites a
/// source.
struct RootComplexConfig {
    LinkConfig link;                         ///< what Link Capabilities of the root port say
    unsigned max_payload = 128;              ///< largest payload that the root port supports, bytes
    unsigned read_completion_boundary = 64;  ///< 64 or 128 bytes
    SimTime read_latency = 400ns;            ///< last symbol of a read request to its data at the root port
    SimTime write_latency = 100ns;           ///< last symbol of a write to its visibility to the processor
    SimTime processor_latency = 60ns;        ///< between a core and the root port, each way
    SimTime completion_timeout = 50ms;       ///< of configuration and memory requests of the processor
    pcie::Credits receive_credits;           ///< completions are infinite (PCIe base table 2-50)
    std::vector<TimeSpan> hold_credits = {}; ///< a fault: in these times it returns none

    [[nodiscard]] static pcie::Credits default_credits() noexcept;
};

/// What a request of the processor came to. `value` is all ones unless the status is successful.
struct ProcessorCompletion {
    pcie::CompletionStatus status = pcie::CompletionStatus::successful;
    std::uint32_t value = 0xFFFF'FFFFU;
    bool timed_out = false;
};

/// Counts of what a root complex refused or could not use.
struct RootComplexCounters {
    std::uint64_t refused_reads =
        0; ///< answered UR: bus mastering off, no memory there, a kind that a root does not serve
    std::uint64_t refused_posted = 0;         ///< dropped for the same reasons, or poisoned
    std::uint64_t malformed = 0;              ///< discarded
    std::uint64_t unexpected_completions = 0; ///< no request waits for them
    std::uint64_t completion_timeouts = 0;
    std::uint64_t messages = 0;
    std::uint64_t interrupts = 0;
};

/// A root complex: host bridge 00:00.0, root port 00:01.0, memory behind a TLM base-protocol socket, message-signalled
/// interrupts.
class RootComplex : public sc_core::sc_module, private PortOwner {
public:
    using Done = core::Delegate<void(const ProcessorCompletion&)>;
    using InterruptSink = core::Delegate<void(std::uint64_t address, std::uint32_t data)>;

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
        interrupt_sink_ = sink;
        errors_.on_interrupt(sink);
    }
    /// Brings all device writes that are visible by now into memory. The processor calls it before it looks at memory;
    /// so a write that nobody looks at costs no event.
    void settle_writes();

    [[nodiscard]] const RootPortErrors& errors() const noexcept { return errors_; }
    [[nodiscard]] const pcie::ConfigSpace& root_port() const noexcept { return root_port_; }
    [[nodiscard]] const RootComplexCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] const LatencyStatistics& to_host_latency() const noexcept { return to_host_; }
    /// Requests of the processor that have no answer yet.
    [[nodiscard]] bool idle() const noexcept;

private:
    struct Request {
        pcie::TlpHeader header;
        std::uint32_t value = 0;
        Done done;
    };
    struct Arrival {
        pcie::TlpPtr tlp;
        SimTime at;
    };
    struct Answer {
        Done done;
        ProcessorCompletion completion;
        SimTime at;
        std::optional<unsigned> tag; ///< that is free again then
    };

    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override;
    void on_returned(Port& port, const pcie::TlpPtr& tlp) override;
    void on_link_error(Port& port, pcie::ErrorKind kind) override;
    void on_link_negotiated(Port& port, const pcie::LinkParameters& link) override;
    void on_link_up(Port& port) override;
    void on_link_down(Port& port) override;
    void explain_waits(const Port& at, pcie::WaitGraph& graph) const override;

    void define_host_bridge();
    void define_root_port();
    [[nodiscard]] pcie::ConfigSpace* local_function(pcie::Bdf function) noexcept;
    /// Type of the request that reaches `function` through the root port; nothing if its bus is not behind it.
    [[nodiscard]] std::optional<pcie::ConfigType> behind_root_port(pcie::Bdf function) const noexcept;
    /// Maximum payload that software allowed, never above what the port supports.
    [[nodiscard]] unsigned payload_limit() const noexcept;
    [[nodiscard]] bool window_contains(std::uint64_t address) const noexcept;
    [[nodiscard]] bool bus_master_enabled() const noexcept;

    void issue(const Request& request);
    void send_waiting();
    void answer_later(Done done, const ProcessorCompletion& completion, SimTime at,
                      std::optional<unsigned> tag = std::nullopt);
    void deliver_answers();
    void time_out();

    void take_write(pcie::TlpPtr tlp, SimTime at);
    void take_read(pcie::TlpPtr tlp, SimTime at);
    void take_completion(pcie::Tlp& tlp, SimTime at);
    void apply_write(const pcie::Tlp& tlp);
    void serve_reads();
    void serve_read(pcie::Tlp& request);
    void set_link_active(bool active) noexcept;
    /// Software wants the link below down: Secondary Bus Reset or Link Disable.
    [[nodiscard]] bool holds_reset() const noexcept;
    void refuse(pcie::Tlp& request, SimTime at);
    void discard(pcie::Tlp& tlp, SimTime at);
    void report(pcie::ErrorKind kind, const pcie::ErrorDetails& details, SimTime at);
    [[nodiscard]] bool access_memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                                     unsigned length);

    RootComplexConfig config_;
    pcie::TlpFactory& tlps_;
    pcie::ConfigSpace host_bridge_;
    pcie::ConfigSpace root_port_;
    RootPortErrors errors_;
    CreditHold receive_buffer_;
    bool holds_reset_ = false;
    RequestTags<Done> tags_;
    std::deque<Request> waiting_;
    std::deque<Answer> answers_;
    std::deque<Arrival> writes_;
    std::deque<SimTime> interrupts_due_; ///< of the interrupts among writes_
    std::deque<Arrival> reads_;
    InterruptSink interrupt_sink_;
    tlm::tlm_generic_payload access_;
    Timer answer_timer_;
    Timer timeout_timer_;
    Timer read_timer_;
    Timer interrupt_timer_;
    RootComplexCounters counters_;
    LatencyStatistics to_host_;
};

} // namespace rootpool::models
