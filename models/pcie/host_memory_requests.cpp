#include "models/pcie/host_memory_requests.h"

#include <algorithm>

#include "rootpool/pcie/completion_splitter.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

namespace {

/// Where processors of this family listen for message-signalled interrupts (Intel SDM volume 3, 10.11).
constexpr std::uint64_t interrupt_base = 0xFEE0'0000;
constexpr std::uint64_t interrupt_size = 0x10'0000;

[[nodiscard]] bool is_interrupt(const pcie::TlpHeader& header) noexcept {
    return header.address - interrupt_base < interrupt_size && header.length_dw == 1;
}

/// Writes that wait for somebody to look at memory, before those that are visible go there: bounds the model's memory
/// when nobody looks.
constexpr std::size_t most_writes_unseen = 1024;

} // namespace

HostMemoryRequests::HostMemoryRequests(Scheduler& scheduler, const RootComplexConfig& config, const Parts& parts)
    : parts_(parts), read_latency_(config.read_latency), write_latency_(config.write_latency),
      read_completion_boundary_(config.read_completion_boundary),
      read_timer_(scheduler, Timer::Callback::to<&HostMemoryRequests::serve_reads>(*this)),
      interrupt_timer_(scheduler, Timer::Callback::to<&HostMemoryRequests::settle_writes>(*this)) {}

void HostMemoryRequests::take_write(pcie::TlpPtr tlp, SimTime at) {
    if (!parts_.functions.bus_master_enabled()) {
        parts_.refusals.refuse(*tlp, at);
        return;
    }
    if (tlp->header.poisoned) {
        parts_.refusals.discard_poisoned_write(*tlp, at);
        return;
    }
    const SimTime visible = at + write_latency_;
    parts_.receive_buffer.release(*tlp, visible);
    if (is_interrupt(tlp->header)) {
        interrupts_due_.push_back(visible);
        interrupt_timer_.arm_no_later_than(visible);
    }
    writes_.push_back({std::move(tlp), visible});
    if (writes_.size() > most_writes_unseen) {
        settle_writes();
    }
}

void HostMemoryRequests::settle_writes() {
    while (!writes_.empty() && writes_.front().at <= now()) {
        const pcie::TlpPtr tlp = std::move(writes_.front().tlp);
        writes_.pop_front();
        apply_write(*tlp);
    }
    if (!interrupts_due_.empty()) {
        interrupt_timer_.arm(interrupts_due_.front());
    }
}

void HostMemoryRequests::apply_write(const pcie::Tlp& tlp) {
    if (is_interrupt(tlp.header)) {
        interrupts_due_.pop_front();
        ++parts_.counters.interrupts;
        if (interrupt_sink_) {
            interrupt_sink_(tlp.header.address, core::load_le<std::uint32_t>(tlp.payload.bytes().data()));
        }
        return;
    }
    const std::uint64_t first = pcie::first_byte_address(tlp.header);
    const unsigned skipped = static_cast<unsigned>(first - tlp.header.address);
    if (!access_memory(tlm::TLM_WRITE_COMMAND, first, tlp.payload.buffer->data() + tlp.payload.offset + skipped,
                       pcie::byte_length(tlp.header))) {
        parts_.refusals.report_lost_write(tlp.header, now());
        return;
    }
    ++parts_.counters.writes;
}

void HostMemoryRequests::take_read(pcie::TlpPtr tlp, SimTime at) {
    if (!parts_.functions.bus_master_enabled()) {
        parts_.refusals.refuse(*tlp, at);
        return;
    }
    reads_.push_back({std::move(tlp), at + read_latency_});
    read_timer_.arm_no_later_than(reads_.back().at);
}

/// By their times, not by what is in the queue: how far ahead a link announces a read makes no difference.
bool HostMemoryRequests::reads_waiting() const noexcept {
    const auto next = std::ranges::find_if(reads_, [](const Arrival& read) { return read.at > now(); });
    return next != reads_.end() && next->at - read_latency_ <= now();
}

void HostMemoryRequests::serve_reads() {
    settle_writes(); // a read does not overtake earlier writes
    while (!reads_.empty() && reads_.front().at <= now()) {
        const pcie::TlpPtr request = std::move(reads_.front().tlp);
        reads_.pop_front();
        serve_read(*request);
    }
    if (!reads_.empty()) {
        read_timer_.arm(reads_.front().at);
    }
}

/// Reads that are due now are served first, as by a timer that comes before the link's: the link that is down hands
/// their completions back.
void HostMemoryRequests::forget_reads() {
    if (!reads_.empty() && reads_.front().at <= now()) {
        serve_reads();
    }
    reads_.clear();
    read_timer_.cancel();
}

void HostMemoryRequests::serve_read(pcie::Tlp& request) {
    pcie::PayloadSlice data{parts_.tlps.payload(), 0, static_cast<std::uint16_t>(request.header.length_dw * 4)};
    if (!access_memory(tlm::TLM_READ_COMMAND, request.header.address, data.buffer->data(), data.length)) {
        parts_.refusals.refuse(request, now());
        return;
    }
    parts_.receive_buffer.release(request, now());
    for (const pcie::CompletionPart& part :
         pcie::CompletionSplitter(request.header, read_completion_boundary_, parts_.functions.payload_limit())) {
        pcie::PayloadSlice slice{data.buffer, part.data_offset, part.data_bytes};
        pcie::TlpPtr answer = parts_.tlps.make(
            pcie::completion_with_data(request.header, RootFunctions::root_port_id, part), std::move(slice));
        answer->transaction = request.transaction;
        answer->injected_at = now();
        parts_.port.send(answer, now());
    }
}

bool HostMemoryRequests::access_memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                                       unsigned length) {
    access_.set_command(command);
    access_.set_address(address);
    access_.set_data_ptr(data);
    access_.set_data_length(length);
    access_.set_streaming_width(length);
    access_.set_byte_enable_ptr(nullptr);
    access_.set_dmi_allowed(false);
    access_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME; // latencies are counted at this end
    parts_.memory->b_transport(access_, delay);
    return access_.is_response_ok();
}

} // namespace rootpool::models
