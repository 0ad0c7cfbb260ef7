#include "models/nic/nic_82599.h"

#include <stdexcept>

#include "models/nic/completer.h"
#include "models/nic/dma_engine.h"
#include "models/nic/ethernet_mac.h"
#include "models/nic/interrupt_engine.h"
#include "models/nic/receive_engine.h"
#include "models/nic/transmit_engine.h"

namespace rootpool::models {

namespace {

const Nic82599Config& checked(const Nic82599Config& config) {
    constexpr std::uint32_t largest_frame = 16384;
    if (config.tags < 1 || config.tags > 32) {
        throw std::invalid_argument("an 82599 function has 1 to 32 tags: Extended Tag is not supported");
    }
    if (const std::uint64_t mac = nic::mac_number(config.mac.data()); mac == 0 || nic::is_multicast(mac)) {
        throw std::invalid_argument("the MAC address of an 82599 must be unicast and not zero");
    }
    if (config.core_period <= SimTime{0} || config.loopback_bytes_per_cycle == 0 || config.rx_descriptor_fetches == 0) {
        throw std::invalid_argument("core period, loopback width and descriptor fetches of an 82599 must be above 0");
    }
    if (config.rx_packet_buffer_bytes < largest_frame || config.tx_packet_buffer_bytes < largest_frame) {
        throw std::invalid_argument("a packet buffer of an 82599 must hold at least one frame of 16 KiB");
    }
    if (config.dma_queue == 0 || config.dma_queue > Port::slots_of_each_class ||
        config.completion_timeout <= SimTime{0}) {
        throw std::invalid_argument("the DMA queue of an 82599 holds 1 to 16 TLPs, its completion timeout is above 0");
    }
    return config;
}

} // namespace

/// The parts, and the wires between them.
struct Nic82599::Internals : private PortOwner, private nic::DeviceEvents, private FrameReceiver {
    Internals(Nic82599& nic, const Nic82599Config& settings, Scheduler& scheduler, pcie::TlpFactory& tlps,
              net::FramePool& frames)
        : config(checked(settings)), port("port", *this, settings.receive_credits),
          device(settings.functions, settings.mac, *this), context{config, scheduler, tlps,    frames,
                                                                   port,   device,    counters},
          dma(context), completer(context), mac(context, nic.frames_out, nic.frames_in, *this), receive(context, dma),
          transmit(context, dma, mac, receive), interrupts(context, dma) {
        completer.on_pending_query(
            core::Delegate<bool(nic::FunctionNumber)>::to<&DmaEngine::transactions_pending>(dma));
    }

    // PortOwner
    void on_tlp(Port& /*from*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) override {
        latency.add(tlp->header.kind, last_beat - tlp->injected_at);
        if (pcie::is_completion(tlp->header.kind)) {
            dma.on_completion(*tlp, last_beat);
            port.release(*tlp, last_beat);
        } else {
            completer.take(std::move(tlp), last_beat);
        }
    }
    void on_link_negotiated(Port& /*from*/, const pcie::LinkParameters& link) override {
        device.functions().set_link(link);
    }
    void on_room(Port& /*from*/) override { dma.on_room(); }

    void on_link_error(Port& /*from*/, pcie::ErrorKind kind) override {
        context.report(nic::physical_function, kind, {}, now());
    }

    /// Nothing that the device was asked before is answered, and nothing is left of what software set up (PCIe
    /// base 2.9.1).
    void on_link_down(Port& /*from*/) override {
        completer.reset();
        device.conventional_reset();
    }

    // DeviceEvents
    void on_transmit_work(unsigned queue) override { transmit.on_work(queue); }
    void on_receive_work(unsigned /*queue*/) override { receive.on_work(); }
    void on_transmit_queue_stopped(unsigned queue) override { transmit.on_queue_stopped(queue); }
    void on_receive_queue_stopped(unsigned queue) override { receive.on_queue_stopped(queue); }
    void on_interrupt_change(nic::FunctionNumber function) override { interrupts.on_change(function); }
    void on_dma_stopped(nic::FunctionNumber function) override { dma.stop(function); }

    // FrameReceiver
    void on_frame_received(net::FramePtr frame) override { receive.receive(std::move(frame)); }

    Nic82599Config config;
    NicCounters counters;
    TlpLatency latency;
    Port port;
    nic::Device device;
    NicContext context;
    DmaEngine dma;
    Completer completer;
    EthernetMac mac;
    ReceiveEngine receive;
    TransmitEngine transmit;
    InterruptEngine interrupts;
};

Nic82599::Nic82599(const sc_core::sc_module_name& name, const Nic82599Config& config, Scheduler& scheduler,
                   pcie::TlpFactory& tlps, net::FramePool& frames)
    : sc_module(name), internals_(std::make_unique<Internals>(*this, config, scheduler, tlps, frames)) {}

Nic82599::~Nic82599() = default;

void Nic82599::start_of_simulation() {
    internals_->mac.find_cable();
    internals_->device.set_link(internals_->mac.connected());
}

Port& Nic82599::port() noexcept { return internals_->port; }
void Nic82599::observe(net::FrameObserver& observer, const std::string& label) {
    internals_->mac.observe(observer, label);
}
void Nic82599::set_link(bool up) { internals_->device.set_link(up && internals_->mac.connected()); }
void Nic82599::conventional_reset() { internals_->device.conventional_reset(); }
const nic::Functions& Nic82599::functions() const noexcept { return internals_->device.functions(); }
const NicCounters& Nic82599::counters() const noexcept { return internals_->counters; }
const TlpLatency& Nic82599::latency() const noexcept { return internals_->latency; }

std::size_t Nic82599::frames_inside() const noexcept {
    const Internals& parts = *internals_;
    return parts.transmit.frames_inside() + parts.transmit.frames_looping() + parts.receive.frames_waiting() +
           parts.receive.copies_inside();
}

void Nic82599::check_frames_accounted() const {
    const NicCounters& count = internals_->counters;
    const auto drops = [&count](std::initializer_list<DropCause> causes) {
        std::uint64_t sum = 0;
        for (const DropCause cause : causes) {
            sum += count.drops(cause);
        }
        return sum;
    };
    const std::uint64_t made = count.frames_forwarded + internals_->transmit.frames_inside() +
                               drops({DropCause::transmit_dma_failed, DropCause::transmit_function_reset,
                                      DropCause::bad_offload, DropCause::spoofed});
    const std::uint64_t taken = count.frames_distributed + internals_->receive.frames_waiting() +
                                internals_->transmit.frames_looping() +
                                drops({DropCause::receive_disabled, DropCause::oversize, DropCause::filtered});
    const std::uint64_t copies =
        count.delivered + internals_->receive.copies_inside() +
        drops({DropCause::packet_buffer_full, DropCause::queue_disabled, DropCause::no_descriptor,
               DropCause::too_many_buffers, DropCause::receive_dma_refused, DropCause::receive_function_reset});
    if (made != count.frames_made || taken != count.frames_received + count.frames_looped_back ||
        copies != count.copies) {
        throw core::ModelViolation(std::string(name()) + ": frames are unaccounted for");
    }
}

} // namespace rootpool::models
