#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/core/intrusive_pool.h"
#include "rootpool/core/strong.h"
#include "rootpool/core/time.h"

namespace rootpool::net {

/// An Ethernet frame with real bytes, from destination address to the end of the data, without preamble and FCS (the
/// MAC adds and checks those; they take wire time only).
class Frame : public core::Pooled<Frame> {
public:
    std::vector<std::uint8_t> bytes; ///< keeps its capacity over reuse
    void recycled() noexcept { bytes.clear(); }
};
using FramePtr = core::PoolPtr<Frame>;
using FramePool = core::Pool<Frame>;

/// Overheads of one frame on the wire, in bytes: preamble and start delimiter 8, FCS 4, inter-frame gap 12 (IEEE
/// 802.3).
inline constexpr unsigned preamble_bytes = 8;
inline constexpr unsigned fcs_bytes = 4;
inline constexpr unsigned interframe_gap_bytes = 12;
inline constexpr unsigned minimum_frame_bytes = 60; ///< without FCS

using EthernetPortId = core::Strong<struct EthernetPortIdKind, std::uint16_t>;
enum class FrameDirection : std::uint8_t { received, sent };

/// Whoever wants to see frames at a MAC: captures, counters.
class FrameObserver {
public:
    FrameObserver() = default;
    FrameObserver(const FrameObserver&) = delete;
    FrameObserver& operator=(const FrameObserver&) = delete;
    virtual ~FrameObserver() = default;

    /// Name: "<device>-<port>", e.g. "nic0-0".
    virtual EthernetPortId add_port(const std::string& name) = 0;
    /// `at`: start of the frame (first bit after the preamble) at this MAC; in order for one port and direction.
    virtual void on_frame(EthernetPortId port, FrameDirection direction, SimTime at, const Frame& frame) = 0;
};

} // namespace rootpool::net
