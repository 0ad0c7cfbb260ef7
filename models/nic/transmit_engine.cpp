#include "models/nic/transmit_engine.h"

namespace rootpool::models {

namespace command = nic::tx_command;

TransmitEngine::TransmitEngine(const NicContext& context, DmaEngine& dma, EthernetMac& mac, ReceiveEngine& receiver)
    : context_(context), dma_(dma), arbiter_(context.device), buffer_(context.config.tx_packet_buffer_bytes),
      composer_(context), forwarder_(context, mac, receiver, buffer_), write_back_(context, dma),
      pump_timer_(context.scheduler, Timer::Callback::to<&TransmitEngine::pump>(*this)) {
    queues_.reserve(nic::queue_count);
    for (unsigned number = 0; number < nic::queue_count; ++number) {
        queues_.push_back({TransmitDescriptors(context, dma, number), {}});
    }
    dma.on_transmit_reads_low(core::Delegate<void()>::to<&TransmitEngine::pump>(*this));
}

void TransmitEngine::on_work(unsigned queue) {
    const nic::QueueRing& ring = context_.device.tx_ring(queue);
    if (!ring.enabled || ring.length == 0) {
        return;
    }
    queues_[queue].descriptors.start();
    prepare(queue);
    pump();
}

void TransmitEngine::on_queue_stopped(unsigned queue) {
    queues_[queue].descriptors.stop();
    queues_[queue].large_send.stop();
    arbiter_.stop(queue);
    write_back_.stop(queue);
    for (std::size_t i = 0; i < fifo_.size(); ++i) {
        if (fifo_[i]->queue == queue) {
            fifo_[i]->cancelled = true;
        }
    }
}

void TransmitEngine::on_fetched(unsigned number) {
    if (!queues_[number].descriptors.fetched()) {
        return; // counted as a DMA error; the next write of the tail tries again
    }
    prepare(number);
    pump();
}

/// Finds out whether the queue has something to send, and fetches more.
void TransmitEngine::prepare(unsigned number) {
    Queue& queue = queues_[number];
    if (context_.device.tx_ring(number).length == 0) {
        return;
    }
    if (!queue.large_send.under_way()) {
        queue.descriptors.skip_to_packet();
    }
    arbiter_.set_ready(number, queue.has_work());
    if (queue.jobs == 0 && !queue.descriptors.without_frame().empty()) {
        write_back_.add(number, queue.descriptors.without_frame());
        write_back_.write(number);
    }
    queue.descriptors.fetch(fetch_client_);
}

void TransmitEngine::pump() {
    if (pumping_) {
        return;
    }
    pumping_ = true;
    while (has_room()) {
        const TransmitArbiter::Turn turn = arbiter_.next();
        if (!turn.queue) {
            if (turn.at != core::never) {
                pump_timer_.arm_no_later_than(turn.at);
            }
            break;
        }
        start_unit(*turn.queue);
    }
    pumping_ = false;
}

/// Room for the largest frame in the packet buffer, and few enough reads waiting that the turns of the queues still
/// mean something.
bool TransmitEngine::has_room() {
    if (!buffer_.has_room(largest_transmit_frame)) {
        if (const SimTime at = buffer_.next_departure(); at != core::never) {
            pump_timer_.arm_no_later_than(at);
        }
        return false;
    }
    return dma_.waiting(ReadClass::transmit_data) < DmaEngine::few_waiting;
}

void TransmitEngine::start_unit(unsigned number) {
    const LargeSend& large_send = queues_[number].large_send;
    if (!large_send.under_way()) {
        start_next_packet(number);
    }
    if (large_send.under_way()) {
        start_segment(number);
    }
    prepare(number);
}

/// Whole, or as a large send that is under way now.
void TransmitEngine::start_next_packet(unsigned number) {
    Queue& queue = queues_[number];
    const std::optional<std::uint32_t> bytes = queue.descriptors.packet_bytes();
    const nic::TxDataDescriptor first = queue.descriptors.first();
    const bool is_large_send = (first.command & command::TSE) != 0;
    const bool started =
        bytes && (is_large_send ? queue.large_send.begin(first, queue.descriptors.context_of(first), *bytes)
                                : start_packet(number, first, *bytes));
    if (!started) {
        queue.descriptors.discard_packet();
    }
}

bool TransmitEngine::start_packet(unsigned number, const nic::TxDataDescriptor& first, std::uint32_t bytes) {
    if (bytes < nic::ethernet_header_bytes || bytes > largest_transmit_frame) {
        return false;
    }
    TransmitDescriptors& descriptors = queues_[number].descriptors;
    TransmitJob& job = new_job(number, bytes);
    job.checksums = {first.insert_ip_checksum, first.insert_l4_checksum};
    job.context = descriptors.context_of(first);
    job.insert_vlan_tag = (first.command & command::VLE) != 0;
    descriptors.gather(job, bytes, 0, true);
    arbiter_.charge(number, bytes);
    return true;
}

/// The first one reads the headers, too; the others leave room for them.
void TransmitEngine::start_segment(unsigned number) {
    Queue& queue = queues_[number];
    const std::uint32_t bytes = queue.large_send.next_bytes();
    TransmitJob& job = new_job(number, bytes);
    queue.large_send.describe_next(job);
    const std::uint32_t before = job.segment == 0 ? 0 : job.segmentation.header_bytes;
    queue.descriptors.gather(job, bytes - before, before, !queue.large_send.under_way());
    arbiter_.charge(number, bytes);
}

TransmitJob& TransmitEngine::new_job(unsigned number, std::uint32_t bytes) {
    TransmitJob& job = *jobs_.take();
    job.begin(*this, context_.frames.make(), number, bytes);
    buffer_.take(bytes);
    ++queues_[number].jobs;
    ++context_.counters.frames_made;
    fifo_.push(&job);
    return job;
}

void TransmitEngine::on_read_done(ReadOperation& operation) {
    static_cast<TransmitJob&>(operation).complete = true;
    while (!fifo_.empty() && fifo_.front()->complete) {
        finalize(*fifo_.pop());
    }
    pump();
}

void TransmitEngine::finalize(TransmitJob& job) {
    --queues_[job.queue].jobs;
    buffer_.give_back(job.buffer_charge);
    if (composer_.compose(job)) {
        forwarder_.forward(job.frame, job.queue);
    }
    report(job);
    job.frame = nullptr;
    jobs_.give_back(&job);
}

/// Notes the descriptors of the job as done; writes back in batches of WTHRESH, and what there is when the queue runs
/// dry (the device does the latter on a timer).
void TransmitEngine::report(TransmitJob& job) {
    if (job.cancelled) {
        return;
    }
    Queue& queue = queues_[job.queue];
    context_.device.tx_ring(job.queue).head = job.head_after;
    write_back_.add(job.queue, job.reported);
    const bool dry = queue.jobs == 0 && !queue.has_work();
    if (dry) {
        write_back_.add(job.queue, queue.descriptors.without_frame());
    }
    if (dry || write_back_.has_batch(job.queue)) {
        write_back_.write(job.queue);
    }
}

} // namespace rootpool::models
