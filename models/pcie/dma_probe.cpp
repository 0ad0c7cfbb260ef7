#include "models/pcie/dma_probe.h"

#include <algorithm>
#include <stdexcept>

#include "models/pcie/dma_pattern.h"
#include "rootpool/core/error.h"
#include "rootpool/pcie/request_splitter.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

using pcie::DmaOperation;

namespace {

constexpr std::uint32_t page_bytes = pcie::request_boundary;

const DmaProbeConfig& checked(const DmaProbeConfig& config) {
    if (config.tags < 1 || config.tags > DmaReads::most_tags) {
        throw std::invalid_argument("a DMA probe has 1 to 256 tags");
    }
    return config;
}

void check(const DmaRun& run) {
    const bool dwords = run.bytes != 0 && run.bytes % 4 == 0 && run.offset % 4 == 0 && run.offset < page_bytes;
    const bool pages = run.pages != 0 && run.read_from % page_bytes == 0 && run.write_to % page_bytes == 0;
    if (!dwords || !pages || (run.one_at_a_time && run.operation != DmaOperation::read)) {
        throw core::ModelViolation("a DMA probe was given a run that it cannot do");
    }
}

} // namespace

pcie::Credits DmaProbeConfig::default_credits() noexcept {
    pcie::Credits credits;
    credits[pcie::FlowClass::posted] = {{8, 32}, false};
    credits[pcie::FlowClass::non_posted] = {{8, 8}, false};
    credits[pcie::FlowClass::completion] = {{0, 0}, true};
    return credits;
}

std::optional<double> DmaResult::bandwidth(DmaOperation operation) const noexcept {
    switch (operation) {
    case DmaOperation::write:
        return writes.bandwidth();
    case DmaOperation::read:
        return reads.bandwidth();
    default:
        return std::min(writes.bandwidth(), reads.bandwidth()); // none is less than any
    }
}

DmaProbe::DmaProbe(const sc_core::sc_module_name& name, const DmaProbeConfig& config, Scheduler& scheduler,
                   pcie::TlpFactory& tlps)
    : sc_module(name), port("port", *this, config.receive_credits), config_(checked(config)), tlps_(tlps),
      function_(config.link), arrived_timer_(scheduler, Timer::Callback::to<&DmaProbe::finish_arrived>(*this)),
      pacer_(port, scheduler, transmit_queue, Timer::Callback::to<&DmaProbe::pump>(*this)) {}

void DmaProbe::start(const DmaRun& run) {
    check(run);
    if (!idle() || !function_.bus_master_enabled()) {
        throw core::ModelViolation("a DMA probe was started while it runs, or before software enabled it");
    }
    run_ = run;
    end_ = now() + run.warm_up + run.duration;
    const TransferMeter meter(now() + run.warm_up, end_);
    result_ = {};
    result_.writes = meter;
    result_.reads = meter;
    if (run.one_at_a_time) {
        constexpr SimTime shortest_read = 100ns; // two flights of a link: so many samples need no second allocation
        result_.latency.reserve(static_cast<std::size_t>(run.duration / shortest_read) + 1);
    }
    writes_begun_ = 0;
    reads_begun_ = 0;
    write_next_ = run.operation != DmaOperation::read;
    pump();
}

bool DmaProbe::idle() const noexcept {
    return now() >= end_ && pending_.bytes == 0 && reads_.outstanding() == 0 && all_sent();
}

void DmaProbe::give_up() noexcept {
    if (all_sent()) {
        forget_reads();
        pending_ = {};
    } else {
        result_.failed_transfers += reads_.transfers();
    }
}

void DmaProbe::forget_reads() noexcept {
    result_.failed_transfers += reads_.transfers();
    reads_ = {};
    arrived_count_ = 0;
}

// ------------------------------------------------------------------------------------------------- receiving

void DmaProbe::on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) {
    port.release(*tlp, last_beat);
    if (pcie::is_completion(tlp->header.kind)) {
        take_completion(*tlp, last_beat);
    } else if (pcie::flow_class(tlp->header.kind) == pcie::FlowClass::non_posted) {
        answer(*tlp, last_beat);
    } // posted requests: messages concern nobody here, and memory writes have no BAR to go to
}

/// For an Upstream Port, DL_Down is a reset (PCIe base 2.9.1). What waited for the wire has come back already.
void DmaProbe::on_link_down(Port& /*port*/) {
    end_run();
    forget_reads();
    function_.reset();
    result_.reset = true;
}

/// A bench without a link measures nothing: no transfer begins any more.
void DmaProbe::end_run() noexcept {
    end_ = std::min(end_, now());
    pending_ = {};
}

void DmaProbe::on_link_error(Port& /*port*/, pcie::ErrorKind kind) {
    const pcie::ErrorMessage message = function_.report(kind);
    if (message != pcie::ErrorMessage::none) {
        send(tlps_.make(pcie::error_message_header(message, function_.id())));
    }
}

void DmaProbe::answer(const pcie::Tlp& request, SimTime at) {
    function_.set_transactions_pending(reads_.outstanding() != 0);
    std::uint32_t data = 0;
    const pcie::TlpHeader header = function_.serve(request, data);
    pcie::PayloadSlice payload;
    if (pcie::has_data(header.kind)) {
        payload = {tlps_.payload(), 0, sizeof data};
        core::store_le(payload.buffer->data(), data);
    }
    pcie::TlpPtr completion = tlps_.make(header, std::move(payload));
    completion->transaction = request.transaction;
    completion->injected_at = at + config_.completer_latency;
    port.send(completion, at + config_.completer_latency);
}

/// The data are looked at when the completion is announced; the request is over when its last symbol is there.
void DmaProbe::take_completion(const pcie::Tlp& tlp, SimTime at) {
    const DmaReads::Taken taken = reads_.take(tlp);
    result_.unexpected_completions += taken.expected ? 0U : 1U;
    result_.wrong_bytes += taken.wrong_bytes;
    if (!taken.last) {
        return;
    }
    arrived_[(first_arrived_ + arrived_count_) % arrived_.size()] = {tlp.header.tag, at};
    if (++arrived_count_ == 1) {
        arrived_timer_.arm(at);
    }
}

void DmaProbe::finish_arrived() {
    while (arrived_count_ != 0 && arrived_[first_arrived_].at <= now()) {
        const pcie::Tag tag = arrived_[first_arrived_].tag;
        first_arrived_ = (first_arrived_ + 1) % arrived_.size();
        --arrived_count_;
        finish(tag);
    }
    if (arrived_count_ != 0) {
        arrived_timer_.arm(arrived_[first_arrived_].at);
    }
    pump();
}

void DmaProbe::finish(pcie::Tag tag) {
    const auto done = reads_.finish(tag);
    if (!done) {
        return;
    }
    if (done->failed) {
        ++result_.failed_transfers;
        return;
    }
    result_.reads.add(done->bytes, now());
    if (run_.one_at_a_time && done->started >= end_ - run_.duration) {
        result_.latency.add(now() - done->started);
    }
}

// --------------------------------------------------------------------------------------------------- sending

/// Calls from within, of a port that has room at once, are served by the running loop.
void DmaProbe::pump() {
    if (pumping_) {
        return;
    }
    pumping_ = true;
    while (pacer_.may_send() && issue_one()) {
    }
    pumping_ = false;
}

bool DmaProbe::issue_one() {
    if (pending_.bytes == 0 && !begin_transfer()) {
        return false;
    }
    if (pending_.is_write) {
        send_write();
        return true;
    }
    if (!tag_available()) {
        return false;
    }
    send_read();
    return true;
}

/// Writes and reads of `read_write` take turns.
bool DmaProbe::begin_transfer() {
    const bool waits = run_.one_at_a_time && reads_.outstanding() != 0;
    if (now() >= end_ || waits || (!write_next_ && !tag_available())) {
        return false;
    }
    const std::uint64_t page = (write_next_ ? writes_begun_++ : reads_begun_++) % run_.pages;
    const std::uint64_t buffer = write_next_ ? run_.write_to : run_.read_from;
    pending_ = {write_next_, buffer + page * page_bytes + run_.offset, run_.bytes};
    if (!write_next_) {
        reads_.begin_transfer(run_.bytes, now());
    }
    write_next_ = run_.operation == DmaOperation::write || (run_.operation == DmaOperation::read_write && !write_next_);
    return true;
}

bool DmaProbe::tag_available() const noexcept {
    return reads_.outstanding() < std::min(config_.tags, function_.tags());
}

void DmaProbe::send_read() {
    const pcie::RequestPart part =
        *pcie::RequestSplitter(pending_.address, pending_.bytes, function_.max_read_request()).begin();
    const pcie::Tag tag = reads_.issue(function_.id(), part.address, part.bytes);
    result_.most_outstanding = std::max(result_.most_outstanding, reads_.outstanding());
    pending_.address += part.bytes;
    pending_.bytes -= part.bytes;
    send(tlps_.make(pcie::memory_read(function_.id(), tag, part.address, part.bytes)));
}

void DmaProbe::send_write() {
    const pcie::RequestPart part =
        *pcie::RequestSplitter(pending_.address, pending_.bytes, function_.max_payload()).begin();
    pcie::PayloadSlice data{tlps_.payload(), 0, static_cast<std::uint16_t>(part.bytes)};
    DmaPattern::fill(part.address, {data.buffer->data(), part.bytes});
    pending_.address += part.bytes;
    pending_.bytes -= part.bytes;
    ++result_.write_requests;
    if (pending_.bytes == 0) {
        ++result_.writes_sent;
        result_.writes.add(run_.bytes, now());
    }
    send(tlps_.make(pcie::memory_write(function_.id(), pcie::Tag(0), part.address, part.bytes), std::move(data)));
}

void DmaProbe::send(const pcie::TlpPtr& tlp) {
    tlp->transaction = tlps_.next_transaction();
    tlp->injected_at = now();
    port.send(tlp, now());
}

} // namespace rootpool::models
