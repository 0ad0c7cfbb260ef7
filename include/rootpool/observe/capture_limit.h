#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rootpool/core/time.h"

namespace rootpool::observe {

/// The part of simulated time that a sink writes; both ends belong to it.
struct CaptureWindow {
    SimTime from{};
    SimTime to = core::never;
};

/// A sink that ended before the run did; it stands in captures.json, so that nobody takes a cut capture for a whole
/// one.
struct StoppedSink {
    std::string sink;          ///< name of the option, e.g. "pcap"
    std::uint64_t records = 0; ///< what it holds
    SimTime at{};              ///< the first record that it did not take
    std::string reason;
};

/// Bounds a sink: by the window that the user gave, or without one by a number of records.
class CaptureLimit {
public:
    static constexpr std::uint64_t default_frames = 100'000;
    static constexpr std::uint64_t default_tlps = 1'000'000;

    CaptureLimit(std::optional<CaptureWindow> window, std::uint64_t default_records) noexcept
        : window_(window.value_or(CaptureWindow{})), most_(window ? UINT64_MAX : default_records) {}

    /// Whether a record of this moment is to be written; counts it if so.
    [[nodiscard]] bool admit(SimTime at) noexcept;
    [[nodiscard]] std::uint64_t admitted() const noexcept { return admitted_; }

    /// What to report when the default limit cut the capture; empty otherwise. A window is what the user asked for: no
    /// report.
    [[nodiscard]] std::optional<StoppedSink> stopped(std::string sink, std::string unit) const;

private:
    CaptureWindow window_;
    std::uint64_t most_;
    std::uint64_t admitted_ = 0;
    std::optional<SimTime> stopped_at_;
};

} // namespace rootpool::observe
