#pragma once

#include <memory>

#include "tests/reference/downstream_port.h"
#include "tests/reference/link.h"

namespace rootpool::reference {

/// The clocked twin of the multi-root switch: docs/timing.md 3 written a second time. Tables change by
/// resets alone.
class MultiRootSwitch {
public:
    /// It is end 1 of the links of the roots and end 0 of those of the devices; all outlive it.
    MultiRootSwitch(const SwitchSettings& settings, const std::vector<Link*>& roots, const std::vector<Link*>& devices,
                    pcie::TlpFactory& factory);
    MultiRootSwitch(const MultiRootSwitch&) = delete;
    MultiRootSwitch& operator=(const MultiRootSwitch&) = delete;

    void set_recorder(GrantRecorder& recorder) noexcept;
    /// Evaluates the next edge of the fabric clock, after all ticks of the links before it. Whether those at its very
    /// time are evaluated before or after it does not matter: it sees only what is strictly before.
    void step();
    /// The edge that the next step evaluates.
    [[nodiscard]] Edge next() const noexcept { return now_; }
    [[nodiscard]] const SwitchCoverage& coverage() const noexcept { return coverage_; }

private:
    void follow_roots();

    SwitchSettings settings_;
    SwitchCoverage coverage_;
    std::vector<std::unique_ptr<UpstreamPort>> upstream_;
    std::vector<std::unique_ptr<DownstreamPort>> downstream_;
    Edge now_ = 0;
};

} // namespace rootpool::reference
