#include "models/pooling/device_resets.h"

namespace rootpool::models {

void DeviceResets::reset_root(pcie::RootId root) {
    roots_.push_back(root);
    after_instant_.arm(now() + SimTime{1});
}

void DeviceResets::link_changes(bool up) {
    link_is_up_ = up;
    after_instant_.arm(now() + SimTime{1});
}

void DeviceResets::follow() {
    for (const pcie::RootId root : roots_) {
        execute(root);
    }
    roots_.clear();
    if (link_up_ && !link_is_up_) {
        lose_device();
    }
    link_up_ = link_is_up_;
}

/// The device is reset with its link, and forgets all that it asked and was asked.
void DeviceResets::lose_device() {
    targets_.to_device.flush(targets_.own_requests.index());
    targets_.ingress.forget_answers();
    targets_.engine.forget_device(now());
    targets_.to_device.wake();
}

void DeviceResets::execute(pcie::RootId root) {
    targets_.to_device.flush(root.index());
    targets_.bridges.root(root).drop(targets_.bridges.device());
    targets_.engine.reset_root(root, now());
    if (!targets_.engine.snoop().vf_enable()) {
        return; // there are no functions
    }
    const SimTime edge = core::edge_after(now(), period_);
    for (const pcie::VfIndex vf : targets_.engine.lent_to(root)) {
        pcie::TlpPtr request = targets_.engine.make_reset(vf);
        request->injected_at = edge;
        targets_.own_requests.push(std::move(request), edge, 1U + root.value());
    }
}

} // namespace rootpool::models
