#pragma once

#include <vector>

#include "models/pooling/upstream_port.h"
#include "rootpool/pooling/sharing_engine.h"

namespace rootpool::models {

/// The bridges above one device, one in the virtual switch of each root: what they report to their roots, and what they
/// advertise of the device.
class DeviceBridges {
public:
    DeviceBridges(pooling::DeviceIndex device, const pooling::SharingEngine& engine) noexcept
        : device_(device), engine_(engine) {}

    /// The upstream ports, by RootId; before the simulation.
    void connect(std::vector<UpstreamPort*> roots) { roots_ = std::move(roots); }

    [[nodiscard]] pooling::DeviceIndex device() const noexcept { return device_; }
    [[nodiscard]] UpstreamPort& root(pcie::RootId id) const noexcept { return *roots_[id.index()]; }
    /// Rank of what the bridge above the device makes; see UpstreamPort::answer().
    [[nodiscard]] unsigned rank(AnswerCause cause) const noexcept { return answer_rank(1U + device_.value(), cause); }

    /// The bridge reports what the engine refused, if it did, at `edge`.
    void report(const pooling::EngineOutput& output, const pcie::Tlp& refused, SimTime edge, AnswerCause cause) {
        if (output.refused != pooling::RefusalCause::none) {
            report_refusal(output, refused, edge, cause);
        }
    }
    /// An error that the port detected on the link of the device, which is the master's.
    void report_link_error(pcie::ErrorKind kind);
    /// Every root sees the one link that there is.
    void set_link(const pcie::LinkParameters& link);
    /// After a snoop: what the slaves' bridges advertise follows the PF's maximum payload.
    void publish_max_payload() {
        if (engine_.snoop().max_payload() != published_max_payload_) {
            set_max_payload(engine_.snoop().max_payload());
        }
    }

private:
    void report_refusal(const pooling::EngineOutput& output, const pcie::Tlp& refused, SimTime edge, AnswerCause cause);
    void set_max_payload(unsigned bytes);

    pooling::DeviceIndex device_;
    const pooling::SharingEngine& engine_;
    std::vector<UpstreamPort*> roots_;
    unsigned published_max_payload_ = 0; ///< bytes
};

} // namespace rootpool::models
