#include "models/host/napi.h"

#include "models/host/packet_processing.h"

namespace rootpool::models {

void Napi::on_interrupt() {
    if (!scheduled_) {
        scheduled_ = true;
        processing_.run(processing_.cpu().poll, CpuCore::Effect::to<&Napi::begin>(*this));
    }
}

void Napi::begin() {
    ++polls_;
    budget_ = weight;
    const unsigned freed = device_.poll_transmit_done(*this);
    processing_.run(freed * processing_.cpu().transmit_completion, CpuCore::Effect::to<&Napi::next_packet>(*this));
}

void Napi::next_packet() {
    if (budget_ != 0 && device_.receive_pending()) {
        // its buffer is unmapped, a fresh one mapped
        processing_.run(processing_.cpu().receive_packet + processing_.cpu().map_buffer,
                        CpuCore::Effect::to<&Napi::receive_one>(*this));
    } else {
        deliver();
    }
}

void Napi::receive_one() {
    packets_ += device_.poll_receive(1, *this);
    --budget_;
    const SimTime cost = processing_.settle(); // a pure ACK goes up at once and may let data out
    if (cost == SimTime{0}) {
        next_packet();
    } else {
        processing_.run(cost, CpuCore::Effect::to<&Napi::next_packet>(*this));
    }
}

/// What was coalesced goes up the stack; what that cost is known afterwards and keeps the core busy before the next
/// step.
void Napi::deliver() {
    processing_.stack().flush_receive(interface_, now());
    processing_.run(processing_.settle(), CpuCore::Effect::to<&Napi::end>(*this));
}

void Napi::end() {
    if (budget_ == 0 || device_.receive_pending() || device_.transmit_done_pending()) {
        begin();
        return;
    }
    scheduled_ = false;
    device_.polling_done();
}

void Napi::on_received(const host::RxPacket& packet) { processing_.stack().on_received(interface_, packet, now()); }

void Napi::on_transmitted(std::uint64_t cookie) { processing_.stack().on_transmitted(cookie, now()); }

} // namespace rootpool::models
