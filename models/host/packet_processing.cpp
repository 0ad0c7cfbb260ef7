#include "models/host/packet_processing.h"

#include <algorithm>

namespace rootpool::models {

namespace {

/// A packet that is sent is mapped in pieces: its headers, and each page of its data.
constexpr std::uint64_t page_bytes = 4096;

/// The price of the stack's work. Frames and copies are charged where they happen: per packet in Napi, per byte in
/// system calls.
[[nodiscard]] SimTime cost_of(const host::StackWork& work, const host::CpuProfile& cpu) {
    const auto times = [](std::uint64_t count, SimTime each) { return static_cast<std::int64_t>(count) * each; };
    return times(work.rx_segments_delivered - work.rx_acks + work.rx_datagrams, cpu.receive_segment) +
           times(work.rx_acks, cpu.receive_ack) + times(work.tx_acks, cpu.acknowledgement) +
           times(work.tx_packets - std::min(work.tx_acks, work.tx_packets), cpu.transmit_packet) +
           times(work.tx_packets + work.tx_bytes / page_bytes, cpu.map_buffer);
}

} // namespace

PacketProcessing::PacketProcessing(Server& server, host::NetworkStack& stack)
    : server_(server), stack_(stack),
      timer_(server.scheduler(), Timer::Callback::to<&PacketProcessing::on_timer>(*this)) {}

SimTime PacketProcessing::settle() {
    const host::StackWork work = stack_.work() - charged_;
    charged_ = stack_.work();
    const SimTime deadline = stack_.next_deadline();
    if (deadline == core::never) {
        timer_.cancel();
    } else if (!timer_.armed() || timer_.deadline() != deadline) {
        timer_.arm(std::max(deadline, now()));
    }
    return cost_of(work, cpu());
}

void PacketProcessing::on_timer() { run(SimTime{0}, CpuCore::Effect::to<&PacketProcessing::run_timers>(*this)); }

void PacketProcessing::run_timers() {
    stack_.on_timer(now());
    run(settle(), CpuCore::Effect::to<&PacketProcessing::nothing>(*this));
}

} // namespace rootpool::models
