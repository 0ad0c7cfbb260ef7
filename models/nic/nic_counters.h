#pragma once

#include <array>
#include <cstdint>
#include <numeric>

#include "models/pcie/latency.h"
#include "rootpool/pcie/tlp_header.h"

namespace rootpool::models {

/// Why a frame, or a copy of it for one pool, was not delivered.
enum class DropCause : std::uint8_t {
    // frames from the wire or from local pools, before copies for pools are made
    receive_disabled, ///< RXCTRL.RXEN clear
    oversize,         ///< longer than MAXFRS
    filtered,         ///< no pool takes the destination address
    // copies
    packet_buffer_full,     ///< counted in MPC
    queue_disabled,         ///< RXDCTL.ENABLE or VFRE clear, or SRRCTL asks for what the model does not have
    no_descriptor,          ///< SRRCTL.DROP_EN and the ring is empty
    too_many_buffers,       ///< the buffers are so small that the frame needs more than 16
    receive_dma_refused,    ///< the function may not access memory, or the descriptor read failed
    receive_function_reset, ///< the function or queue was reset while the copy was in the device
    // frames that a queue made
    transmit_dma_failed,     ///< a read of packet data failed
    transmit_function_reset, ///< the function or queue was reset while the frame was in the device
    bad_offload,             ///< checksum offsets outside the packet
    spoofed,                 ///< MAC anti-spoofing
    // packets that never became frames, and frames without a wire
    bad_descriptor, ///< descriptors make no frame: no EOP, no data, too long, wrong lengths
    no_link,        ///< nothing to send to: no cable, or the link is down
};
inline constexpr std::size_t drop_cause_count = 15;

/// What became of frames. Nic82599::check_frames_accounted() knows how the numbers hang together.
struct NicCounters {
    std::uint64_t frames_sent = 0;                         ///< put on the wire
    std::uint64_t bytes_sent = 0;                          ///< with padding and FCS
    std::uint64_t frames_received = 0;                     ///< taken from the wire, whatever became of them
    std::uint64_t bytes_received = 0;                      ///< with padding and FCS
    std::uint64_t frames_made = 0;                         ///< packets and segments that transmit queues started
    std::uint64_t frames_forwarded = 0;                    ///< of those, given to the wire or to local pools or both
    std::uint64_t frames_looped_back = 0;                  ///< given to local pools by the L2 switch
    std::uint64_t frames_distributed = 0;                  ///< from wire or local pools, with at least one copy
    std::uint64_t copies = 0;                              ///< frame and pool pairs
    std::uint64_t delivered = 0;                           ///< copies written to host memory with their descriptor
    std::array<std::uint64_t, drop_cause_count> dropped{}; ///< by DropCause

    std::uint64_t refused_requests = 0;       ///< non-posted requests answered UR
    std::uint64_t refused_posted = 0;         ///< posted requests dropped
    std::uint64_t discarded = 0;              ///< malformed or with a wrong ECRC: no completion, no effect
    std::uint64_t unexpected_completions = 0; ///< no read is waiting for them
    std::uint64_t completion_timeouts = 0;
    std::uint64_t dma_errors = 0;      ///< reads that ended with UR or CA, or were poisoned
    std::uint64_t interrupts_sent = 0; ///< MSI-X messages
    std::uint64_t interrupts_lost = 0; ///< no bus master, or MSI-X disabled

    [[nodiscard]] std::uint64_t& drops(DropCause cause) noexcept { return dropped[static_cast<std::size_t>(cause)]; }
    [[nodiscard]] std::uint64_t drops(DropCause cause) const noexcept {
        return dropped[static_cast<std::size_t>(cause)];
    }
    [[nodiscard]] std::uint64_t all_drops() const noexcept {
        return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
    }
};

/// Time from the first injection of TLPs to their arrival at the device, by kind.
class TlpLatency {
public:
    void add(pcie::TlpKind kind, SimTime latency) noexcept { entries_[static_cast<std::size_t>(kind)].add(latency); }
    [[nodiscard]] const LatencyStatistics& operator[](pcie::TlpKind kind) const noexcept {
        return entries_[static_cast<std::size_t>(kind)];
    }

private:
    std::array<LatencyStatistics, pcie::tlp_kind_count> entries_{};
};

} // namespace rootpool::models
