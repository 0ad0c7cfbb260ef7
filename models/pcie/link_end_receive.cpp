// What an end of a link receives, and the replays that it asks for.

#include <algorithm>

#include "models/pcie/link_end.h"

namespace rootpool::models {

using pcie::LinkTick;
using pcie::Reception;

void LinkEnd::deliver(pcie::Tlp& tlp, LinkTick first, LinkTick last, TlpPhase phase) {
    tlp.link_ups = ups_;
    tlp.last_beat = timing_.clock.time(last);
    sc_core::sc_time delay = to_sc_time(timing_.clock.time(first) - now());
    to_port->nb_transport_fw(tlp, phase, delay);
}

void LinkEnd::receive(const Incoming& packet) {
    if (!init_.active()) {
        init_.advance(packet.at);
    }
    switch (packet.content) {
    case Content::tlp:
        receive_tlp(packet);
        break;
    case Content::dllp:
        receive_dllp(packet);
        break;
    case Content::bad_dllp:
        listener_->on_link_error(pcie::ErrorKind::bad_dllp);
        break;
    case Content::nothing: // the framing was damaged, which the physical layer sees
        listener_->on_link_error(pcie::ErrorKind::receiver);
        break;
    }
}

void LinkEnd::receive_tlp(const Incoming& packet) {
    if (packet.verdict.reception != Reception::bad && !init_.active()) {
        init_.received_tlp(packet.at);
        plan();
    }
    if (acks_.received(packet.verdict, packet.at)) {
        plan();
    }
    if (packet.verdict.reception == Reception::bad || packet.verdict.reception == Reception::out_of_sequence) {
        listener_->on_link_error(pcie::ErrorKind::bad_tlp); // PCIe base 3.6.3.1
    }
}

void LinkEnd::receive_dllp(const Incoming& packet) {
    const pcie::Dllp& dllp = packet.dllp;
    switch (dllp.kind) {
    case pcie::DllpKind::nak:
        static_cast<void>(replay_.acknowledged(dllp.sequence, packet.at));
        ++counters_.naks_received;
        if (!replay_.buffer().empty()) {
            start_replay(packet.at);
        }
        if (!queue_.empty() || replay_.replaying()) {
            plan();
        }
        return;
    case pcie::DllpKind::update_fc:
        if (init_.active()) {
            gates_[static_cast<std::size_t>(dllp.flow)].update(dllp.credits);
            queue_.look(gates_);
        }
        break;
    default:
        if (init_.takes_limits()) {
            gates_[static_cast<std::size_t>(dllp.flow)].initialize(dllp.credits);
            queue_.look(gates_);
        }
    }
    if (!init_.active()) {
        init_.received(dllp, packet.at);
        plan();
    } else if (!queue_.empty()) {
        plan();
    }
}

void LinkEnd::start_replay(LinkTick at) {
    if (replay_.start(at)) {
        ++counters_.retrains;
        owner_.on_retrain(at + 1, at + 1 + timing_.retrain);
        listener_->on_link_error(pcie::ErrorKind::replay_num_rollover);
    }
    plan();
}

void LinkEnd::hold(LinkTick from, LinkTick until) noexcept {
    hold_until_ = std::max(hold_until_, until);
    replay_.hold(from, until);
    plan();
}

} // namespace rootpool::models
