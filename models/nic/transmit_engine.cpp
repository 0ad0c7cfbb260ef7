#include "models/nic/transmit_engine.h"

#include <algorithm>
#include <bit>

#include "models/net/mac_timing.h"

namespace rootpool::models {

namespace reg = nic::reg;
namespace command = nic::tx_command;
using nic::QueueRing;
using nic::TxDescriptorType;

namespace {
constexpr std::uint32_t largest_frame = 15872; ///< 15.5 KB, datasheet section 1.2
constexpr std::size_t vlan_tag_at = 12;
constexpr std::uint32_t vmvir_always = 1U << 30U;
constexpr std::uint32_t vmvir_never = 1U << 31U;
} // namespace

TransmitEngine::TransmitEngine(const NicContext& context, DmaEngine& dma, EthernetMac& mac, ReceiveEngine& receiver)
    : context_(context), dma_(dma), mac_(mac), receiver_(receiver),
      pump_timer_(context.scheduler, Timer::Callback::to<&TransmitEngine::pump>(*this)),
      loop_timer_(context.scheduler, Timer::Callback::to<&TransmitEngine::loop_due>(*this)) {
    dma.on_transmit_reads_low(core::Delegate<void()>::to<&TransmitEngine::pump>(*this));
}

// ------------------------------------------------------------------------------------------------ descriptors

void TransmitEngine::on_work(unsigned queue) {
    const QueueRing& ring = context_.device.tx_ring(queue);
    if (!ring.enabled || ring.length == 0) {
        return;
    }
    queues_[queue].start_at(ring.head);
    prepare(queue);
    pump();
}

void TransmitEngine::on_queue_stopped(unsigned queue) {
    queues_[queue].stop();
    set_ready(queue, false);
    for (std::size_t i = 0; i < fifo_.size(); ++i) {
        if (fifo_[i]->queue == queue) {
            fifo_[i]->cancelled = true;
        }
    }
}

/// Takes what needs no packet buffer off the cache, finds out whether a packet is ready, and fetches more.
void TransmitEngine::prepare(unsigned number) {
    TransmitQueue& queue = queues_[number];
    const std::uint32_t ring_length = context_.device.tx_ring(number).length;
    if (ring_length == 0) {
        return;
    }
    if (queue.segmentation.mss == 0) {
        take_contexts(queue, ring_length);
        if (queue.packets() == 0 && queue.cached() == TransmitQueue::capacity) {
            // More descriptors than the chip holds and no end of packet: no such packet can be sent.
            ++context_.counters.drops(DropCause::bad_descriptor);
            queue.discarding = true;
            take_contexts(queue, ring_length);
        }
    }
    set_ready(number, queue.segmentation.mss != 0 || queue.packets() != 0);
    if (queue.jobs == 0 && !queue.carried.empty()) {
        queue.done.insert(queue.done.end(), queue.carried.begin(), queue.carried.end());
        queue.carried.clear();
        write_back(number);
    }
    fetch(number);
}

void TransmitEngine::fetch(unsigned number) {
    const nic::FunctionNumber owner = context_.device.owner_of(number);
    if (context_.device.queue_transmits(number) && context_.device.dma_allowed(owner)) {
        const std::uint32_t txdctl = context_.device.registers()[reg::TX_QUEUE(number) + nic::queue::TXDCTL];
        queues_[number].fetch(fetch_client_, dma_, owner, context_.device.tx_ring(number), txdctl);
    }
}

void TransmitEngine::on_fetched(TransmitQueue& queue) {
    const unsigned number = number_of(queue);
    const bool failed = queue.failed();
    queue.fetched(context_.device.tx_ring(number).length);
    if (failed) {
        return; // counted as a DMA error; the next write of the tail tries again
    }
    prepare(number);
    pump();
}

/// Context descriptors in front of a packet, and what is left of a packet that is discarded.
void TransmitEngine::take_contexts(TransmitQueue& queue, std::uint32_t ring_length) {
    while (queue.cached() != 0) {
        const bool is_context = nic::tx_descriptor_type(queue.front()) == TxDescriptorType::context;
        if (is_context) {
            const nic::TxContextDescriptor context = nic::decode_tx_context(queue.front());
            queue.contexts[context.context_index] = context;
        } else if (!queue.discarding) {
            return;
        }
        const unsigned packets = queue.packets();
        pop_descriptor(queue, ring_length, queue.carried);
        if (queue.packets() != packets) {
            queue.discarding = false;
        }
    }
}

void TransmitEngine::pop_descriptor(TransmitQueue& queue, std::uint32_t ring_length,
                                    std::vector<std::uint32_t>& reported) {
    const bool reports = nic::tx_descriptor_type(queue.front()) != TxDescriptorType::context &&
                         (core::load_le<std::uint32_t>(queue.front() + 8) & command::RS) != 0;
    if (reports) {
        reported.push_back(queue.front_index());
    }
    queue.pop(ring_length);
}

std::optional<std::uint32_t> TransmitEngine::packet_bytes(const TransmitQueue& queue) noexcept {
    std::uint32_t bytes = 0;
    for (unsigned i = 0; i < queue.cached(); ++i) {
        if (nic::tx_descriptor_type(queue.at(i)) != TxDescriptorType::data) {
            return std::nullopt;
        }
        const nic::TxDataDescriptor descriptor = nic::decode_tx_data(queue.at(i));
        bytes += descriptor.length;
        if ((descriptor.command & command::EOP) != 0) {
            return bytes;
        }
    }
    return std::nullopt;
}

void TransmitEngine::discard_packet(TransmitQueue& queue, std::uint32_t ring_length) {
    ++context_.counters.drops(DropCause::bad_descriptor);
    const unsigned packets = queue.packets();
    while (queue.packets() == packets) {
        pop_descriptor(queue, ring_length, queue.carried);
    }
}

// ------------------------------------------------------------------------------------------------ arbitration

void TransmitEngine::set_ready(unsigned number, bool ready) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << number % 64;
    ready_[number / 64] = ready ? ready_[number / 64] | bit : ready_[number / 64] & ~bit;
}

void TransmitEngine::pump() {
    if (pumping_) {
        return;
    }
    pumping_ = true;
    while (has_room()) {
        const int queue = next_queue();
        if (queue < 0) {
            break;
        }
        start_unit(static_cast<unsigned>(queue));
    }
    pumping_ = false;
}

/// Room for the largest frame in the packet buffer, and few enough reads waiting that the turns of the queues still
/// mean something.
bool TransmitEngine::has_room() {
    while (!leaving_.empty() && leaving_.front().at <= now()) {
        buffer_used_ -= leaving_.pop().bytes;
    }
    if (buffer_used_ + largest_frame > context_.config.tx_packet_buffer_bytes) {
        if (!leaving_.empty()) {
            pump_timer_.arm_no_later_than(leaving_.front().at);
        }
        return false;
    }
    return dma_.waiting(ReadClass::transmit_data) < DmaEngine::few_waiting;
}

/// The next ready queue after the last one that may send now; -1 if there is none.
int TransmitEngine::next_queue() {
    SimTime earliest = core::never;
    for (unsigned step = 1; step <= nic::queue_count; ++step) {
        unsigned number = (last_queue_ + step) % nic::queue_count;
        const std::uint64_t word = ready_[number / 64] >> number % 64;
        if (word == 0) {
            step += 63 - number % 64; // nothing more in this word
            continue;
        }
        const auto skip = static_cast<unsigned>(std::countr_zero(word));
        step += skip;
        number += skip;
        if (step > nic::queue_count) {
            break;
        }
        if (!context_.device.queue_transmits(number) ||
            !context_.device.dma_allowed(context_.device.owner_of(number))) {
            continue;
        }
        if (queues_[number].eligible_at <= now()) {
            return static_cast<int>(number);
        }
        earliest = std::min(earliest, queues_[number].eligible_at);
    }
    if (earliest != core::never) {
        pump_timer_.arm_no_later_than(earliest);
    }
    return -1;
}

void TransmitEngine::start_unit(unsigned number) {
    last_queue_ = number;
    TransmitQueue& queue = queues_[number];
    if (queue.segmentation.mss == 0) {
        const std::optional<std::uint32_t> bytes = packet_bytes(queue);
        const nic::TxDataDescriptor first = nic::decode_tx_data(queue.front());
        const bool large_send = (first.command & command::TSE) != 0;
        const bool started =
            bytes && (large_send ? begin_large_send(queue, first, *bytes) : start_packet(number, first, *bytes));
        if (!started) {
            discard_packet(queue, context_.device.tx_ring(number).length);
        }
    }
    if (queue.segmentation.mss != 0) {
        start_segment(number);
    }
    prepare(number);
}

TransmitEngine::Job& TransmitEngine::new_job(unsigned number, std::uint32_t bytes) {
    Job& job = *jobs_.take();
    job.begin(*this);
    job.frame = context_.frames.make();
    job.frame->bytes.resize(bytes);
    job.queue = number;
    job.complete = false;
    job.cancelled = false;
    job.large_send = false;
    job.insert_vlan_tag = false;
    job.checksums = {};
    job.reported.clear();
    job.buffer_charge = bytes;
    buffer_used_ += bytes;
    ++queues_[number].jobs;
    ++context_.counters.frames_made;
    fifo_.push(&job);
    return job;
}

bool TransmitEngine::start_packet(unsigned number, const nic::TxDataDescriptor& first, std::uint32_t bytes) {
    if (bytes < nic::ethernet_header_bytes || bytes > largest_frame) {
        return false;
    }
    TransmitQueue& queue = queues_[number];
    const unsigned packets = queue.packets();
    Job& job = new_job(number, bytes);
    job.checksums = {first.insert_ip_checksum, first.insert_l4_checksum};
    job.context = queue.contexts[first.context_index];
    job.insert_vlan_tag = (first.command & command::VLE) != 0;
    gather(job, bytes, job.frame->bytes.data());
    end_packet(job, packets);
    apply_rate(number, bytes);
    return true;
}

bool TransmitEngine::begin_large_send(TransmitQueue& queue, const nic::TxDataDescriptor& first, std::uint32_t bytes) {
    queue.segment_context = queue.contexts[first.context_index];
    queue.segment_vlan_tag = (first.command & command::VLE) != 0;
    queue.next_segment = 0;
    queue.segmentation = nic::segmentation_of(queue.segment_context, first.payload_length, bytes);
    if (queue.segmentation.header_bytes + queue.segmentation.mss > largest_frame) {
        queue.segmentation = {};
    }
    return queue.segmentation.mss != 0;
}

void TransmitEngine::start_segment(unsigned number) {
    TransmitQueue& queue = queues_[number];
    const unsigned packets = queue.packets();
    const nic::Segmentation segmentation = queue.segmentation;
    const std::uint32_t payload = segmentation.payload_of(queue.next_segment);
    Job& job = new_job(number, segmentation.header_bytes + payload);
    job.large_send = true;
    job.segment = queue.next_segment++;
    job.segmentation = segmentation;
    job.context = queue.segment_context;
    job.insert_vlan_tag = queue.segment_vlan_tag;
    const std::uint32_t header_to_read = job.segment == 0 ? segmentation.header_bytes : 0;
    gather(job, header_to_read + payload, job.frame->bytes.data() + (segmentation.header_bytes - header_to_read));
    if (queue.next_segment == segmentation.segments()) {
        end_packet(job, packets);
        queue.segmentation = {};
    }
    apply_rate(number, segmentation.header_bytes + payload);
}

/// Reads the next bytes of the packet from where its descriptors say they are.
void TransmitEngine::gather(Job& job, std::uint32_t bytes, std::uint8_t* to) {
    TransmitQueue& queue = queues_[job.queue];
    const std::uint32_t ring_length = context_.device.tx_ring(job.queue).length;
    const nic::FunctionNumber owner = context_.device.owner_of(job.queue);
    while (bytes != 0) {
        const nic::TxDataDescriptor descriptor = nic::decode_tx_data(queue.front());
        const std::uint32_t take = std::min<std::uint32_t>(bytes, descriptor.length - queue.offset);
        if (take != 0) {
            dma_.read(ReadClass::transmit_data, owner, job, descriptor.buffer + queue.offset, take, to);
            queue.offset += take;
            bytes -= take;
            to += take;
        }
        if (queue.offset == descriptor.length) {
            pop_descriptor(queue, ring_length, job.reported);
        }
    }
    job.head_after = queue.front_index();
}

/// Descriptors without data may follow the last byte.
void TransmitEngine::end_packet(Job& job, unsigned packets_before) {
    TransmitQueue& queue = queues_[job.queue];
    while (queue.packets() == packets_before) {
        pop_descriptor(queue, context_.device.tx_ring(job.queue).length, job.reported);
    }
    job.head_after = queue.front_index();
}

/// RTTBCNRC: the queue may go on when a link of its own rate would have sent the frame.
void TransmitEngine::apply_rate(unsigned number, std::size_t bytes) {
    const std::uint32_t factor = context_.device.rate_factor(number);
    if (factor != 0) {
        const SimTime at_own_rate{mac::wire_time(bytes).count() * factor >> nic::Device::rate_fraction_bits};
        queues_[number].eligible_at = std::max(queues_[number].eligible_at, now()) + at_own_rate;
    }
}

// ------------------------------------------------------------------------------------------------ completion

void TransmitEngine::on_read_done(ReadOperation& operation) {
    static_cast<Job&>(operation).complete = true;
    finalize_ready();
    pump();
}

void TransmitEngine::finalize_ready() {
    while (!fifo_.empty() && fifo_.front()->complete) {
        finalize(*fifo_.pop());
    }
}

void TransmitEngine::finalize(Job& job) {
    --queues_[job.queue].jobs;
    buffer_used_ -= job.buffer_charge;
    if (compose(job)) {
        forward(job);
    }
    report(job);
    job.frame = nullptr;
    jobs_.give_back(&job);
}

/// Makes the data that was read into the frame that leaves. False: there is none; the drop was counted.
bool TransmitEngine::compose(Job& job) {
    TransmitQueue& queue = queues_[job.queue];
    const core::MutableByteView bytes = job.frame->bytes;
    const auto refuse = [this](DropCause cause) {
        ++context_.counters.drops(cause);
        return false;
    };
    if (job.large_send && job.segment == 0) {
        queue.header_valid = !job.failed() && !job.cancelled;
        queue.header.assign(bytes.begin(), bytes.begin() + job.segmentation.header_bytes);
    }
    if (job.cancelled) {
        return refuse(DropCause::transmit_function_reset);
    }
    if (job.failed() || (job.large_send && !queue.header_valid)) {
        return refuse(DropCause::transmit_dma_failed);
    }
    if (job.large_send) {
        std::copy(queue.header.begin(), queue.header.end(), bytes.begin());
        const nic::RegisterFile& registers = context_.device.registers();
        nic::finish_segment(bytes, job.context, job.segmentation, job.segment,
                            nic::tcp_flag_masks(registers[reg::DTXTCPFLGL], registers[reg::DTXTCPFLGH]));
    } else if (!nic::insert_checksums(bytes, job.context, job.checksums)) {
        return refuse(DropCause::bad_offload);
    }
    const unsigned pool = context_.device.pool_of(job.queue);
    if (context_.device.virtualization() && context_.device.l2_switch().spoofed(bytes, pool)) {
        if ((context_.device.registers()[reg::VMECM(pool / 32)] >> pool % 32 & 1U) != 0) {
            context_.device.statistics().count_spoofed();
        }
        return refuse(DropCause::spoofed);
    }
    add_vlan_tag(job);
    return true;
}

/// The pool's default tag (VMVIR) or the one that the descriptor asks for.
void TransmitEngine::add_vlan_tag(Job& job) {
    const unsigned pool = context_.device.pool_of(job.queue);
    const std::uint32_t vmvir = context_.device.virtualization() ? context_.device.registers()[reg::VMVIR(pool)] : 0;
    const bool always = (vmvir & vmvir_always) != 0;
    if (!always && (!job.insert_vlan_tag || (vmvir & vmvir_never) != 0)) {
        return;
    }
    std::array<std::uint8_t, nic::vlan_tag_bytes> tag{};
    core::store_be(tag.data(), nic::ethertype_vlan);
    core::store_be(tag.data() + 2, always ? static_cast<std::uint16_t>(vmvir) : job.context.vlan_tag);
    std::vector<std::uint8_t>& bytes = job.frame->bytes;
    bytes.insert(bytes.begin() + vlan_tag_at, tag.begin(), tag.end());
}

void TransmitEngine::forward(const Job& job) {
    ++context_.counters.frames_forwarded;
    std::vector<std::uint8_t>& bytes = job.frame->bytes;
    const SimTime ready = context_.after(now(), context_.config.transmit_cycles);
    nic::Forwarding to{0, true};
    if (context_.device.virtualization()) {
        to = context_.device.l2_switch().from_pool(bytes, context_.device.pool_of(job.queue));
    }
    if (bytes.size() < net::minimum_frame_bytes) {
        bytes.resize(net::minimum_frame_bytes); // HLREG0.TXPADEN
    }
    const nic::FunctionNumber owner = context_.device.owner_of(job.queue);
    if (nic::is_virtual(owner)) {
        context_.device.statistics().count_vf_sent(nic::vf_of(owner), bytes.size() + net::fcs_bytes);
    }
    if (to.wire) {
        send_to_wire(job, ready);
    }
    if (to.pools != 0) {
        loop_back(job.frame, to.pools, ready);
    }
}

void TransmitEngine::send_to_wire(const Job& job, SimTime ready) {
    if (!context_.device.link_up() || !mac_.connected()) {
        ++context_.counters.drops(DropCause::no_link);
        return;
    }
    const std::vector<std::uint8_t>& bytes = job.frame->bytes;
    const std::uint64_t address = nic::mac_number(bytes.data());
    context_.device.statistics().count_mac_sent(bytes.size() + net::fcs_bytes,
                                                address == nic::broadcast_mac ? nic::CastType::broadcast
                                                : nic::is_multicast(address)  ? nic::CastType::multicast
                                                                              : nic::CastType::unicast);
    buffer_used_ += bytes.size();
    leaving_.push({mac_.send(job.frame, ready), static_cast<std::uint32_t>(bytes.size())});
}

void TransmitEngine::loop_back(const net::FramePtr& frame, std::uint64_t pools, SimTime ready) {
    const unsigned per_cycle = context_.config.loopback_bytes_per_cycle;
    const auto cycles = static_cast<unsigned>((frame->bytes.size() + per_cycle - 1) / per_cycle);
    loop_free_at_ = context_.after(std::max(ready, loop_free_at_), cycles);
    ++context_.counters.frames_looped_back;
    looping_.push({frame, pools, loop_free_at_});
    if (looping_.size() == 1) {
        loop_timer_.arm(loop_free_at_);
    }
}

void TransmitEngine::loop_due() {
    while (!looping_.empty() && looping_.front().at <= now()) {
        Looping next = looping_.pop();
        receiver_.receive_loopback(std::move(next.frame), next.pools);
    }
    if (!looping_.empty()) {
        loop_timer_.arm(looping_.front().at);
    }
}

/// Notes the descriptors of the job as done; writes back in batches of WTHRESH, and what there is when the queue runs
/// dry (the device does the latter on a timer).
void TransmitEngine::report(Job& job) {
    if (job.cancelled) {
        return;
    }
    TransmitQueue& queue = queues_[job.queue];
    context_.device.tx_ring(job.queue).head = job.head_after;
    queue.done.insert(queue.done.end(), job.reported.begin(), job.reported.end());
    const bool dry = queue.jobs == 0 && queue.packets() == 0 && queue.segmentation.mss == 0;
    if (dry) {
        queue.done.insert(queue.done.end(), queue.carried.begin(), queue.carried.end());
        queue.carried.clear();
    }
    const std::uint32_t txdctl = context_.device.registers()[reg::TX_QUEUE(job.queue) + nic::queue::TXDCTL];
    const std::uint32_t batch = txdctl >> nic::TXDCTL_WTHRESH_SHIFT & nic::TXDCTL_THRESHOLD_MASK;
    if (dry || queue.done.size() >= std::max(batch, 1U)) {
        write_back(job.queue);
    }
}

/// DD into the descriptors, or the head into host memory (TDWBAL.Head_WB_En); the cause follows the last write.
void TransmitEngine::write_back(unsigned number) {
    TransmitQueue& queue = queues_[number];
    const QueueRing& ring = context_.device.tx_ring(number);
    if (queue.done.empty()) {
        return;
    }
    const std::uint32_t head_low = context_.device.registers()[reg::TX_QUEUE(number) + nic::queue::TDWBAL];
    const std::uint32_t head_high = context_.device.registers()[reg::TX_QUEUE(number) + nic::queue::TDWBAH];
    const bool head_only = (head_low & nic::TDWBAL_HEAD_WB_ENABLE) != 0;
    WriteRequest request;
    request.function = context_.device.owner_of(number);
    for (std::size_t i = head_only ? queue.done.size() - 1 : 0; i < queue.done.size(); ++i) {
        if (head_only) {
            request.address = (head_low & ~3U) | static_cast<std::uint64_t>(head_high) << 32U;
            request.bytes = 4;
            core::store_le(request.inline_data.data(), ring.head);
        } else {
            request.address = ring.address(queue.done[i]);
            request.bytes = nic::descriptor_bytes;
            nic::encode_tx_write_back(request.inline_data.data());
        }
        if (i + 1 == queue.done.size()) {
            request.client = this;
            request.cookie = &queue;
        }
        dma_.write(request);
    }
    queue.done.clear();
}

void TransmitEngine::on_write_sent(void* cookie, bool sent) {
    if (sent) {
        context_.device.raise_tx(number_of(*static_cast<TransmitQueue*>(cookie)));
    }
}

} // namespace rootpool::models
