#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "models/core/scheduler.h"
#include "models/pcie/dma_meter.h"
#include "models/pcie/dma_probe_function.h"
#include "models/pcie/dma_reads.h"
#include "models/pcie/port.h"
#include "models/pcie/transmit_pacer.h"
#include "rootpool/pcie/dma_bandwidth.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

struct DmaProbeConfig {
    pcie::LinkParameters link;         ///< what Link Capabilities say
    unsigned tags = 256;               ///< non-posted requests that may be outstanding, 1 to 256
    SimTime completer_latency = 100ns; ///< configuration request to completion: assumed
    pcie::Credits receive_credits = default_credits();

    /// For the configuration requests of a root complex. Completions are infinite, as for every endpoint (PCIe base
    /// table 2-50).
    [[nodiscard]] static pcie::Credits default_credits() noexcept;
};

/// What a probe is to do. Transfers follow each other: each begins in the next page of a buffer, and after its last
/// page in the first one again.
struct DmaRun {
    pcie::DmaOperation operation = pcie::DmaOperation::write;
    std::uint32_t bytes = 64;    ///< of a transfer: a multiple of 4, above 0
    std::uint64_t read_from = 0; ///< buffer with DmaPattern, 4 KB aligned
    std::uint64_t write_to = 0;  ///< buffer that gets DmaPattern, 4 KB aligned
    unsigned pages = 1;          ///< in which transfers begin, of either buffer
    std::uint32_t offset = 0;    ///< of a transfer's first byte in its page, a multiple of 4
    bool one_at_a_time = false;  ///< a read is started when the one before is complete: for latency
    SimTime warm_up{};           ///< transfers run, but are not measured yet
    SimTime duration{};          ///< measured
};

/// What came out of a run. Its meters count a write when its last TLP was handed to the link, which takes no more than
/// it can send, and a read when its last byte has arrived.
struct DmaResult {
    TransferMeter writes{SimTime{}, SimTime{}};
    TransferMeter reads{SimTime{}, SimTime{}};
    LatencySamples latency;        ///< of reads one at a time: from the hand-over of the first request to the last byte
    std::uint64_t wrong_bytes = 0; ///< that were read and differ from DmaPattern
    std::uint64_t failed_transfers = 0; ///< completed with an error, or given up
    std::uint64_t unexpected_completions = 0;
    bool reset = false;               ///< the link went down, which ended the run
    std::uint64_t writes_sent = 0;    ///< transfers, all of them
    std::uint64_t write_requests = 0; ///< TLPs of these
    std::size_t most_outstanding = 0; ///< requests at the same time

    /// Payload in one direction, b/s; of the slower direction if both are used. None with fewer than two transfers in
    /// a direction that is used.
    [[nodiscard]] std::optional<double> bandwidth(pcie::DmaOperation operation) const noexcept;
};

/// An exerciser: an endpoint that reads and writes host memory as fast as its link allows, after the device of
/// pcie-bench. Software finds and enables it as any function; what it does is set from outside, as with bench
/// equipment.
class DmaProbe : public sc_core::sc_module, private PortOwner {
public:
    Port port;

    /// Throws std::invalid_argument if the number of tags is out of range.
    DmaProbe(const sc_core::sc_module_name& name, const DmaProbeConfig& config, Scheduler& scheduler,
             pcie::TlpFactory& tlps);

    [[nodiscard]] const DmaProbeFunction& function() const noexcept { return function_; }

    /// Begins at once; nothing of an earlier run may be under way. Throws core::ModelViolation if it is, if software
    /// has not made the function a bus master, and for sizes and addresses that are not as DmaRun says.
    void start(const DmaRun& run);
    /// No transfer is under way, and none will begin.
    [[nodiscard]] bool idle() const noexcept;
    /// Reads whose completions do not come have failed, as after a Completion Timeout (PCIe base 2.8), and the probe
    /// can be started again. Requests that still wait for the link stay, and what they read is waited for.
    void give_up() noexcept;
    /// Of the run started last.
    [[nodiscard]] DmaResult& result() noexcept { return result_; }

private:
    /// The rest of a transfer that has requests left to send.
    struct Pending {
        bool is_write = false;
        std::uint64_t address = 0;
        std::uint32_t bytes = 0;
    };
    struct Arrived {
        pcie::Tag tag;
        SimTime at{};
    };
    static constexpr std::size_t transmit_queue = 4; ///< TLPs that wait in the port: the wire is never idle

    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override;
    void on_room(Port& /*port*/) override {
        if (!pumping_) { // else the running loop looks itself
            pacer_.on_room();
        }
    }
    void on_returned(Port& /*port*/, const pcie::TlpPtr& /*tlp*/) override { end_run(); }
    void on_link_error(Port& port, pcie::ErrorKind kind) override;
    void on_link_down(Port& port) override;

    /// All that was handed to the link has started on the wire.
    [[nodiscard]] bool all_sent() const noexcept { return port.fewer_after(1) < now(); }
    void end_run() noexcept;
    void forget_reads() noexcept;
    void answer(const pcie::Tlp& request, SimTime at);
    void take_completion(const pcie::Tlp& tlp, SimTime at);
    void finish_arrived();
    void finish(pcie::Tag tag);

    void pump();
    [[nodiscard]] bool issue_one();
    [[nodiscard]] bool begin_transfer();
    [[nodiscard]] bool tag_available() const noexcept;
    void send_read();
    void send_write();
    void send(const pcie::TlpPtr& tlp);

    DmaProbeConfig config_;
    pcie::TlpFactory& tlps_;
    DmaProbeFunction function_;
    DmaReads reads_;
    DmaRun run_;
    DmaResult result_;
    SimTime end_{}; ///< no transfer begins from here on
    Pending pending_;
    bool write_next_ = false;
    std::uint64_t writes_begun_ = 0;
    std::uint64_t reads_begun_ = 0;
    std::array<Arrived, DmaReads::most_tags> arrived_{}; ///< a ring: requests whose last completion is on its way in
    std::size_t first_arrived_ = 0;
    std::size_t arrived_count_ = 0;
    Timer arrived_timer_;
    TransmitPacer pacer_;
    bool pumping_ = false;
};

} // namespace rootpool::models
