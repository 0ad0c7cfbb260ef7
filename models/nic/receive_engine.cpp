#include "models/nic/receive_engine.h"

#include <algorithm>
#include <bit>

#include "models/net/mac_timing.h"
#include "rootpool/nic/receive_side_scaling.h"

namespace rootpool::models {

namespace reg = nic::reg;
using nic::descriptor_bytes;

ReceiveEngine::ReceiveEngine(const NicContext& context, DmaEngine& dma)
    : context_(context), dma_(dma),
      classify_timer_(context.scheduler, Timer::Callback::to<&ReceiveEngine::classify_due>(*this)) {}

// ------------------------------------------------------------------------------------------------ filters

void ReceiveEngine::receive(net::FramePtr frame) {
    if (frame->bytes.size() < nic::ethernet_header_bytes) {
        ++context_.counters.drops(DropCause::filtered);
        return;
    }
    const std::size_t with_fcs = mac::padded_with_fcs(frame->bytes.size());
    const std::uint64_t mac = nic::mac_number(frame->bytes.data());
    if (!context_.device.receiver_enabled()) {
        ++context_.counters.drops(DropCause::receive_disabled);
        return;
    }
    context_.device.statistics().count_mac_received(with_fcs, mac == nic::broadcast_mac ? nic::CastType::broadcast
                                                              : nic::is_multicast(mac)  ? nic::CastType::multicast
                                                                                        : nic::CastType::unicast);
    const bool tagged = core::load_be<std::uint16_t>(frame->bytes.data() + 12) == nic::ethertype_vlan;
    const std::size_t limit = (context_.device.registers()[reg::MAXFRS] >> nic::MAXFRS_MFS_SHIFT) +
                              (tagged ? nic::vlan_tag_bytes : 0U); // MAXFRS leaves a VLAN tag out
    if (with_fcs > limit) {
        context_.device.statistics().count_too_long();
        ++context_.counters.drops(DropCause::oversize);
        return;
    }
    enqueue_classify(std::move(frame), 0);
}

void ReceiveEngine::receive_loopback(net::FramePtr frame, std::uint64_t pools) {
    enqueue_classify(std::move(frame), pools);
}

void ReceiveEngine::enqueue_classify(net::FramePtr frame, std::uint64_t pools) {
    const SimTime at = context_.after(now(), context_.config.receive_cycles);
    classify_.push({std::move(frame), at, pools});
    if (classify_.size() == 1) {
        classify_timer_.arm(at);
    }
}

void ReceiveEngine::classify_due() {
    while (!classify_.empty() && classify_.front().at <= now()) {
        Classify next = classify_.pop();
        const bool loopback = next.pools != 0;
        const std::uint64_t pools =
            loopback ? next.pools : context_.device.l2_switch().from_wire(next.frame->bytes).pools;
        if (pools == 0) {
            ++context_.counters.drops(DropCause::filtered);
        } else {
            ++context_.counters.frames_distributed;
            distribute(next.frame, pools, loopback);
        }
    }
    if (!classify_.empty()) {
        classify_timer_.arm(classify_.front().at);
    }
    fetch_descriptors();
}

/// One copy per pool.
void ReceiveEngine::distribute(const net::FramePtr& frame, std::uint64_t pools, bool loopback) {
    const core::ByteView bytes = frame->bytes;
    const nic::PacketInfo info = nic::parse_packet(bytes);
    nic::RxWriteBack write_back = describe(bytes, info, loopback);
    const bool multicast = nic::is_multicast(nic::mac_number(bytes.data()));
    for (; pools != 0; pools &= pools - 1) {
        const auto pool = static_cast<unsigned>(std::countr_zero(pools));
        const unsigned queue = queue_of(pool, bytes, info, write_back);
        ++context_.counters.copies;
        if (queue >= nic::queue_count || !context_.device.pool_receives(pool)) {
            ++context_.counters.drops(DropCause::queue_disabled);
        } else if (buffer_used_ + bytes.size() > context_.config.rx_packet_buffer_bytes) {
            context_.device.statistics().count_missed();
            ++context_.counters.drops(DropCause::packet_buffer_full);
        } else {
            add_job(frame, queue, write_back, multicast);
        }
    }
}

/// Status, error and packet type fields (datasheet table 7-16).
nic::RxWriteBack ReceiveEngine::describe(core::ByteView frame, const nic::PacketInfo& info, bool loopback) const {
    namespace type = nic::rx_packet_type;
    namespace status = nic::rx_status;
    const auto when = [](bool condition, std::uint32_t bits) { return condition ? bits : 0U; };
    const nic::ChecksumVerdict sums = nic::verify_checksums(frame, info);
    nic::RxWriteBack result;
    result.packet_type = when(info.ipv4, type::IPV4) | when(info.ipv4_options, type::IPV4_EXT) |
                         when(info.ipv6, type::IPV6) | when(info.tcp, type::TCP) | when(info.udp, type::UDP);
    result.status_error = when(sums.ip_checked, status::IPCS) | when(sums.ip_error, status::IPE) |
                          when(sums.l4_checked, status::L4CS) | when(sums.l4_error, status::TCPE) |
                          when(sums.l4_checked && info.udp, status::UDPCS | status::UDPV) | when(loopback, status::LB);
    return result;
}

/// The first queue of the pool, or the one that receive side scaling names.
unsigned ReceiveEngine::queue_of(unsigned pool, core::ByteView frame, const nic::PacketInfo& info,
                                 nic::RxWriteBack& write_back) const {
    constexpr std::uint32_t rss_only = 1;
    const nic::RegisterFile& registers = context_.device.registers();
    const std::uint32_t mode = registers[reg::MRQC] & nic::MRQC_MRQE_MASK;
    const unsigned per_pool = context_.device.queues_per_pool();
    const unsigned first = context_.device.virtualization() ? pool * per_pool : 0;
    const bool in_pool = context_.device.virtualization() && mode == nic::MRQC_VMDQ_64_RSS;
    const bool alone = !context_.device.virtualization() && mode == rss_only;
    if (!in_pool && !alone) {
        return first;
    }
    const nic::RssHash hash = nic::rss_hash(registers, frame, info);
    write_back.rss_type = hash.type;
    write_back.rss_hash = hash.value;
    // PSRTYPE.RQPL: how many bits of the redirection table's answer choose among the pool's queues
    const std::uint32_t bits = registers[reg::PSRTYPE(pool)] >> nic::PSRTYPE_RQPL_SHIFT;
    const unsigned queues = in_pool ? std::min(1U << bits, per_pool) : 16U;
    return first + nic::rss_queue(registers, hash) % queues;
}

void ReceiveEngine::add_job(const net::FramePtr& frame, unsigned queue, const nic::RxWriteBack& write_back,
                            bool multicast) {
    Job& job = *jobs_.take();
    job.begin(*this);
    job.frame = frame;
    job.buffer_charge = static_cast<std::uint32_t>(frame->bytes.size());
    job.queue = queue;
    job.function = context_.device.owner_of(queue);
    job.stage = Stage::waiting;
    job.cancelled = false;
    job.multicast = multicast;
    job.descriptor_count = 0;
    job.write_back = write_back;
    buffer_used_ += job.buffer_charge;
    ++inside_;
    if ((context_.device.registers()[reg::RX_QUEUE(queue) + nic::queue::RXDCTL] & nic::RXDCTL_VME) != 0) {
        strip_vlan_tag(job);
    }
    fifo_.push(&job);
}

/// RXDCTL.VME: the tag goes to the descriptor.
void ReceiveEngine::strip_vlan_tag(Job& job) {
    const std::vector<std::uint8_t>& with = job.frame->bytes;
    constexpr std::size_t tag_at = 12;
    if (with.size() < nic::ethernet_header_bytes + nic::vlan_tag_bytes ||
        core::load_be<std::uint16_t>(with.data() + tag_at) != nic::ethertype_vlan) {
        return;
    }
    job.write_back.vlan_tag = core::load_be<std::uint16_t>(with.data() + tag_at + 2);
    job.write_back.status_error |= nic::rx_status::VP;
    net::FramePtr without = context_.frames.make();
    without->bytes.assign(with.begin(), with.begin() + tag_at);
    without->bytes.insert(without->bytes.end(), with.begin() + tag_at + nic::vlan_tag_bytes, with.end());
    job.frame = std::move(without);
}

// ------------------------------------------------------------------------------------------------ descriptors

/// Asks for the descriptors of packets in order. A packet whose ring is empty holds up those behind it, unless its
/// queue drops (SRRCTL.DROP_EN).
void ReceiveEngine::fetch_descriptors() {
    while (fetch_next_ < fifo_.size() && fetching_ < context_.config.rx_descriptor_fetches) {
        if (!begin_fetch(*fifo_[fetch_next_])) {
            break;
        }
        ++fetch_next_;
    }
    deliver_ready();
}

bool ReceiveEngine::usable(const Job& job) const {
    const std::uint32_t srrctl = context_.device.registers()[reg::RX_QUEUE(job.queue) + nic::queue::SRRCTL];
    return context_.device.rx_ring(job.queue).enabled &&
           (srrctl & nic::SRRCTL_DESCTYPE_MASK) == nic::SRRCTL_DESCTYPE_ADV_ONEBUF &&
           (srrctl & nic::SRRCTL_BSIZEPACKET_MASK) != 0;
}

/// False: the packet must wait for descriptors.
bool ReceiveEngine::begin_fetch(Job& job) {
    if (job.cancelled) {
        drop(job, DropCause::receive_function_reset);
        return true;
    }
    if (!usable(job)) {
        drop(job, DropCause::queue_disabled);
        return true;
    }
    if (!context_.device.dma_allowed(job.function)) {
        drop(job, DropCause::receive_dma_refused);
        return true;
    }
    const std::uint32_t srrctl = context_.device.registers()[reg::RX_QUEUE(job.queue) + nic::queue::SRRCTL];
    job.buffer_bytes = (srrctl & nic::SRRCTL_BSIZEPACKET_MASK) * 1024;
    const auto bytes = static_cast<std::uint32_t>(job.frame->bytes.size());
    job.descriptor_count = (bytes + job.buffer_bytes - 1) / job.buffer_bytes;
    if (job.descriptor_count > max_buffers) {
        drop(job, DropCause::too_many_buffers);
        return true;
    }
    nic::QueueRing& ring = context_.device.rx_ring(job.queue);
    if (ring.available() < job.descriptor_count) {
        if (!context_.device.drops_without_descriptor(job.queue)) {
            return false;
        }
        context_.device.statistics().count_no_descriptor(job.queue);
        drop(job, DropCause::no_descriptor);
        return true;
    }
    job.ring = ring;
    ring.take(job.descriptor_count);
    read_descriptors(job);
    return true;
}

void ReceiveEngine::read_descriptors(Job& job) {
    const nic::QueueRing& ring = job.ring;
    job.stage = Stage::fetching;
    ++fetching_;
    const std::uint32_t in_front = ring.before_wrap(ring.head, job.descriptor_count);
    const std::uint32_t wrapped = job.descriptor_count - in_front;
    dma_.read(ReadClass::receive_descriptors, job.function, job, ring.address(ring.head), in_front * descriptor_bytes,
              job.descriptors.data());
    if (wrapped != 0) {
        dma_.read(ReadClass::receive_descriptors, job.function, job, ring.base, wrapped * descriptor_bytes,
                  job.descriptors.data() + std::size_t{in_front} * descriptor_bytes);
    }
}

void ReceiveEngine::on_read_done(ReadOperation& operation) {
    Job& job = static_cast<Job&>(operation);
    --fetching_;
    job.stage = Stage::fetched;
    if (job.failed() || job.cancelled) {
        drop(job, job.cancelled ? DropCause::receive_function_reset : DropCause::receive_dma_refused);
    }
    fetch_descriptors();
}

// ------------------------------------------------------------------------------------------------ delivery

/// Writes packets in order; those that were dropped on the way leave the packet buffer in their turn.
void ReceiveEngine::deliver_ready() {
    if (delivering_) {
        return;
    }
    delivering_ = true;
    while (!fifo_.empty() && (fifo_.front()->stage == Stage::fetched || fifo_.front()->stage == Stage::dropped)) {
        Job& job = *fifo_.pop();
        --fetch_next_;
        if (job.stage == Stage::fetched && job.cancelled) {
            drop(job, DropCause::receive_function_reset);
        }
        if (job.stage == Stage::dropped) {
            finish(job);
        } else {
            write_packet(job);
        }
    }
    delivering_ = false;
}

void ReceiveEngine::write_packet(Job& job) {
    const auto bytes = static_cast<std::uint32_t>(job.frame->bytes.size());
    const unsigned parts = job.descriptor_count; // the last write may give the job back
    std::uint32_t offset = 0;
    for (unsigned part = 0; part < parts; ++part) {
        const std::uint32_t length = std::min(bytes - offset, job.buffer_bytes);
        WriteRequest data;
        data.function = job.function;
        data.address = nic::decode_rx_read(job.descriptors.data() + std::size_t{part} * descriptor_bytes).packet_buffer;
        data.bytes = length;
        data.frame = job.frame;
        data.frame_offset = offset;
        dma_.write(std::move(data));
        write_back(job, part, length);
        offset += length;
    }
}

/// One write per descriptor, behind its data.
void ReceiveEngine::write_back(Job& job, unsigned part, std::uint32_t length) {
    const bool last = part + 1 == job.descriptor_count;
    nic::RxWriteBack descriptor = last ? job.write_back : nic::RxWriteBack{};
    descriptor.length = static_cast<std::uint16_t>(length);
    descriptor.status_error |= nic::rx_status::DD | (last ? nic::rx_status::EOP : 0U);
    WriteRequest request;
    request.function = job.function;
    request.address = job.ring.address(job.ring.after(job.ring.head, part));
    request.bytes = descriptor_bytes;
    nic::encode(descriptor, request.inline_data.data());
    if (last) {
        request.client = this;
        request.cookie = &job;
    }
    dma_.write(std::move(request));
}

void ReceiveEngine::on_write_sent(void* cookie, bool sent) {
    Job& job = *static_cast<Job*>(cookie);
    --inside_;
    if (sent) {
        ++context_.counters.delivered;
        if (nic::is_virtual(job.function)) {
            context_.device.statistics().count_vf_received(nic::vf_of(job.function),
                                                           job.frame->bytes.size() + net::fcs_bytes, job.multicast);
        }
        context_.device.raise_rx(job.queue);
    } else {
        ++context_.counters.drops(DropCause::receive_function_reset);
    }
    finish(job);
}

void ReceiveEngine::on_queue_stopped(unsigned queue) {
    for (std::size_t i = 0; i < fifo_.size(); ++i) {
        if (fifo_[i]->queue == queue) {
            fifo_[i]->cancelled = true;
        }
    }
    fetch_descriptors(); // what held up the others may be void now
}

/// Counted here; the packet keeps its place until what is in front of it has left.
void ReceiveEngine::drop(Job& job, DropCause cause) {
    ++context_.counters.drops(cause);
    --inside_;
    job.stage = Stage::dropped;
}

void ReceiveEngine::finish(Job& job) {
    buffer_used_ -= job.buffer_charge;
    job.frame = nullptr;
    jobs_.give_back(&job);
}

} // namespace rootpool::models
