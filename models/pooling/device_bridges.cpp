#include "models/pooling/device_bridges.h"

namespace rootpool::models {

using pooling::EngineOutput;

/// A slave must not see the numbers that its function has at the master: what the device sent is reported to it
/// without header.
void DeviceBridges::report_refusal(const EngineOutput& output, const pcie::Tlp& refused, SimTime edge,
                                   AnswerCause cause) {
    const bool visible = refused.root == output.root;
    const bool answered = output.action == EngineOutput::Action::answer;
    UpstreamPort& above = root(output.root);
    above.virtual_switch().report_refusal(
        device_, output.refused,
        {.header = visible ? &refused.header : nullptr,
         .role = answered ? pcie::DetectorRole::completer : pcie::DetectorRole::last});
    above.send_error(edge, rank(cause));
}

void DeviceBridges::report_link_error(pcie::ErrorKind kind) {
    UpstreamPort& master = root(engine_.master());
    master.virtual_switch().report_link_error(device_, kind);
    master.send_error(rank(AnswerCause::link));
}

void DeviceBridges::set_link(const pcie::LinkParameters& link) {
    for (UpstreamPort* above : roots_) {
        if (above->reaches(device_)) {
            above->virtual_switch().set_downstream_link(device_, link);
        }
    }
}

void DeviceBridges::set_max_payload(unsigned bytes) {
    published_max_payload_ = bytes;
    for (UpstreamPort* above : roots_) {
        if (above->root() != engine_.master() && above->reaches(device_)) {
            above->virtual_switch().set_max_payload(device_, bytes);
        }
    }
}

} // namespace rootpool::models
