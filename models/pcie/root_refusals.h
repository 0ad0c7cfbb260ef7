#pragma once

#include <cstdint>

#include "models/pcie/credit_hold.h"
#include "models/pcie/root_port_errors.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

/// Counts of what a root complex took, refused or could not use.
struct RootComplexCounters {
    std::uint64_t refused_reads =
        0; ///< answered UR: bus mastering off, no memory there, a kind that a root does not serve
    std::uint64_t refused_posted = 0;         ///< dropped for the same reasons, or poisoned
    std::uint64_t writes = 0;                 ///< of devices, that are in memory
    std::uint64_t malformed = 0;              ///< discarded
    std::uint64_t unexpected_completions = 0; ///< no request waits for them
    std::uint64_t completion_timeouts = 0;
    std::uint64_t messages = 0;
    std::uint64_t interrupts = 0;
};

/// What becomes of TLPs that a root complex cannot use: their buffer is given back, they are counted, answered where
/// they want an answer, and reported as errors that the root port detected.
class RootRefusals {
public:
    /// What it needs of the root complex; must outlive this.
    struct Parts {
        Port& port;
        CreditHold& receive_buffer;
        RootPortErrors& errors;
        pcie::TlpFactory& tlps;
        RootComplexCounters& counters;
    };
    /// An answer leaves `latency` after its request came.
    RootRefusals(const Parts& parts, SimTime latency) noexcept : parts_(parts), latency_(latency) {}

    /// A request that is not supported.
    void refuse(pcie::Tlp& request, SimTime at);
    void discard_malformed(pcie::Tlp& tlp, SimTime at);
    void discard_poisoned_write(pcie::Tlp& tlp, SimTime at);
    /// Data of a write that are not in memory; its buffer is free already.
    void report_lost_write(const pcie::TlpHeader& header, SimTime at);
    void report_unexpected_completion(const pcie::TlpHeader& header, SimTime at);
    void report_timeout(SimTime at);
    /// An error that counts nowhere.
    void report(pcie::ErrorKind kind, const pcie::ErrorDetails& details, SimTime at);

private:
    Parts parts_;
    SimTime latency_;
};

} // namespace rootpool::models
