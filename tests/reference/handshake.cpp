#include "tests/reference/handshake.h"

namespace rootpool::reference {

void Handshake::try_next_stage() noexcept {
    if (stage_ == Stage::init_fc1 && triple_is_out() && heard_classes_ == all_classes) {
        stage_ = Stage::init_fc2;
        sent_of_triple_ = 0;
        triple_started_ = no_tick;
    }
    if (stage_ == Stage::init_fc2 && triple_is_out() && peer_has_credits_) {
        stage_ = Stage::active;
    }
}

std::optional<Handshake::Next> Handshake::next(Tick now) const noexcept {
    const bool repeats = triple_is_out();
    if (is_active() || (repeats && now < triple_started_ + repeat_interval_)) {
        return std::nullopt;
    }
    const PacketKind kind = stage_ == Stage::init_fc1 ? PacketKind::init_fc1 : PacketKind::init_fc2;
    return Next{kind, flow_classes[repeats ? 0 : sent_of_triple_], repeats};
}

void Handshake::sent(Tick now) noexcept {
    if (triple_is_out()) {
        sent_of_triple_ = 0;
    }
    if (sent_of_triple_ == 0) {
        triple_started_ = now;
    }
    ++sent_of_triple_;
}

} // namespace rootpool::reference
