#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp_header.h"

namespace rootpool::models {

/// Why a frame, or a copy of it for one pool, was not delivered.
enum class DropCause : std::uint8_t {
    receive_disabled,    ///< RXCTRL.RXEN clear
    oversize,            ///< longer than MAXFRS
    filtered,            ///< no pool takes the destination address
    packet_buffer_full,  ///< counted in MPC
    queue_disabled,      ///< RXDCTL.ENABLE or VFRE clear, or no usable ring
    no_descriptor,       ///< SRRCTL.DROP_EN and the ring is empty
    receive_dma_refused, ///< the function may not (or no longer) access memory, or the descriptor read failed
    function_reset,      ///< the function was reset while the frame was in the device
    transmit_dma_failed, ///< a read of packet data failed
    bad_descriptor,      ///< transmit descriptors make no frame: no EOP, no data, too long, wrong offsets
    spoofed,             ///< anti-spoofing
};
inline constexpr std::size_t drop_cause_count = 11;

/// What became of frames. At the end of a run, with nothing under way:
/// transmitted = sent + looped back only (a frame may be both), and copies = delivered + receive drops of copies.
struct NicCounters {
    std::uint64_t frames_sent = 0;        ///< put on the wire
    std::uint64_t bytes_sent = 0;         ///< with padding and FCS
    std::uint64_t frames_received = 0;    ///< taken from the wire, whatever became of them
    std::uint64_t bytes_received = 0;     ///< with padding and FCS
    std::uint64_t frames_looped_back = 0; ///< given to local pools by the L2 switch
    std::uint64_t copies = 0;    ///< frame and pool pairs that the L2 switch made, from the wire and from local pools
    std::uint64_t delivered = 0; ///< copies written to host memory with their descriptor
    std::array<std::uint64_t, drop_cause_count> dropped{}; ///< by DropCause

    std::uint64_t refused_requests = 0;       ///< non-posted requests answered UR
    std::uint64_t refused_posted = 0;         ///< posted requests dropped
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

/// Time from the first injection of TLPs to their arrival, by kind.
class TlpLatency {
public:
    struct Entry {
        std::uint64_t count = 0;
        SimTime sum{};
        SimTime min = core::never;
        SimTime max{};
    };

    void add(pcie::TlpKind kind, SimTime latency) noexcept {
        Entry& entry = entries_[static_cast<std::size_t>(kind)];
        ++entry.count;
        entry.sum += latency;
        entry.min = std::min(entry.min, latency);
        entry.max = std::max(entry.max, latency);
    }
    [[nodiscard]] const Entry& operator[](pcie::TlpKind kind) const noexcept {
        return entries_[static_cast<std::size_t>(kind)];
    }

private:
    std::array<Entry, pcie::tlp_kind_count> entries_{};
};

} // namespace rootpool::models
