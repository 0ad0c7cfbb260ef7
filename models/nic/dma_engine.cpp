#include "models/nic/dma_engine.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "rootpool/pcie/receiver_rules.h"
#include "rootpool/pcie/request_splitter.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

using nic::FunctionNumber;
using pcie::TlpHeader;

DmaEngine::DmaEngine(const NicContext& context)
    : context_(context),
      all_tags_(context.config.tags >= max_tags ? ~std::uint32_t{0} : (std::uint32_t{1} << context.config.tags) - 1),
      pacer_(context.port, context.scheduler, context.config.dma_queue, Timer::Callback::to<&DmaEngine::pump>(*this)),
      pump_timer_(context.scheduler, Timer::Callback::to<&DmaEngine::pump>(*this)),
      arrived_timer_(context.scheduler, Timer::Callback::to<&DmaEngine::finish_arrived>(*this)),
      failed_timer_(context.scheduler, Timer::Callback::to<&DmaEngine::report_failed>(*this)),
      timeout_timer_(context.scheduler, Timer::Callback::to<&DmaEngine::time_out>(*this)) {
    free_tags_.fill(all_tags_);
}

void DmaEngine::read(ReadClass of, FunctionNumber function, ReadOperation& operation, std::uint64_t address,
                     std::uint32_t bytes, std::uint8_t* to) {
    operation.bytes_pending_ += bytes;
    reads_[static_cast<std::size_t>(of)].push({function, &operation, address, bytes, to});
    pump();
}

void DmaEngine::write(WriteRequest request) {
    writes_.push(std::move(request));
    pump();
}

/// Issues while the wire is due to be free soon. Calls from within (a client that goes on at once) are served by the
/// running loop.
void DmaEngine::pump() {
    if (pumping_) {
        return;
    }
    pumping_ = true;
    do {
        issued_transmit_read_ = false;
        pump_once();
        if (issued_transmit_read_ && transmit_reads_low_ && waiting(ReadClass::transmit_data) < few_waiting) {
            transmit_reads_low_();
        } else {
            issued_transmit_read_ = false;
        }
    } while (issued_transmit_read_);
    pumping_ = false;
}

void DmaEngine::pump_once() {
    while (pacer_.may_send() && issue_one()) {
    }
}

/// Reads and writes take turns. Who has nothing lets the other one go, and is next all the same.
bool DmaEngine::issue_one() {
    if (read_next_ ? issue_read() : issue_write()) {
        read_next_ = !read_next_;
        return true;
    }
    return read_next_ ? issue_write() : issue_read();
}

bool DmaEngine::can_issue(core::RingQueue<PendingRead>& queue) {
    return !queue.empty() &&
           (free_tags_[queue.front().function.index()] != 0 || !context_.device.dma_allowed(queue.front().function));
}

bool DmaEngine::issue_read() {
    for (std::size_t tried = 0; tried < read_class_count; ++tried) {
        const std::size_t of = (next_class_ + tried) % read_class_count;
        core::RingQueue<PendingRead>& queue = reads_[of];
        while (can_issue(queue)) {
            PendingRead& pending = queue.front();
            if (!context_.device.dma_allowed(pending.function)) {
                fail_later(*pending.operation, pending.bytes);
                queue.pop();
                continue;
            }
            send_read(pending, static_cast<ReadClass>(of));
            if (pending.bytes == 0) {
                queue.pop();
            }
            next_class_ = of + 1;
            return true;
        }
    }
    return false;
}

/// One request: the first part of what is pending.
void DmaEngine::send_read(PendingRead& pending, ReadClass of) {
    const FunctionNumber function = pending.function;
    const pcie::RequestPart part =
        *pcie::RequestSplitter(pending.address, pending.bytes, context_.device.functions().max_read_request()).begin();
    std::uint32_t& free_tags = free_tags_[function.index()];
    const auto tag = static_cast<unsigned>(std::countr_zero(free_tags));
    free_tags &= free_tags - 1;
    outstanding_[function.index()][tag] = {pending.operation, pending.to, part.bytes, part.bytes,
                                           end_of(completion_timeout())};
    pending.address += part.bytes;
    pending.bytes -= part.bytes;
    pending.to += part.bytes;
    issued_transmit_read_ |= of == ReadClass::transmit_data;
    const pcie::Bdf requester = context_.device.functions().routing_id(function);
    send(context_.tlps.make(
        pcie::memory_read(requester, pcie::Tag(static_cast<std::uint16_t>(tag)), part.address, part.bytes)));
}

bool DmaEngine::issue_write() {
    while (!writes_.empty()) {
        WriteRequest& request = writes_.front();
        if (request.bytes != 0 && context_.device.dma_allowed(request.function)) {
            const pcie::RequestPart part =
                *pcie::RequestSplitter(request.address, request.bytes, context_.device.functions().max_payload())
                     .begin();
            const TlpHeader header = pcie::memory_write(context_.device.functions().routing_id(request.function),
                                                        pcie::Tag(0), part.address, part.bytes);
            pcie::PayloadSlice payload = payload_of(request, part.address, part.bytes, header);
            request.address += part.bytes;
            request.bytes -= part.bytes;
            request.frame_offset += part.bytes;
            const bool last = request.bytes == 0;
            WriteClient* client = request.client;
            void* cookie = request.cookie;
            send(context_.tlps.make(header, std::move(payload)));
            if (last) {
                writes_.pop();
                if (client != nullptr) {
                    client->on_write_sent(cookie, true);
                }
            }
            return true;
        }
        const WriteRequest dropped = writes_.pop();
        if (dropped.client != nullptr) {
            dropped.client->on_write_sent(dropped.cookie, false);
        }
    }
    return false;
}

/// The dwords that the range touches; bytes outside it are zero, and not enabled.
pcie::PayloadSlice DmaEngine::payload_of(const WriteRequest& request, std::uint64_t address, std::uint32_t bytes,
                                         const TlpHeader& header) {
    pcie::PayloadSlice slice{context_.tlps.payload(), 0, static_cast<std::uint16_t>(pcie::payload_bytes(header))};
    std::uint8_t* to = slice.buffer->data();
    core::store_le<std::uint32_t>(to, 0);
    core::store_le<std::uint32_t>(to + slice.length - 4, 0);
    std::memcpy(to + address % 4, request.data(), bytes);
    return slice;
}

void DmaEngine::send(const pcie::TlpPtr& tlp) { context_.send(tlp, context_.tlps.next_transaction(), now()); }

void DmaEngine::on_completion(const pcie::Tlp& tlp, SimTime arrival) {
    if (discard(tlp, arrival)) {
        return;
    }
    const auto function = context_.device.functions().at(tlp.header.requester);
    const unsigned tag = tlp.header.tag.value();
    if (!function || context_.device.functions().routing_id(*function) != tlp.header.requester) {
        refuse_unexpected(nic::physical_function, tlp.header, arrival); // no function claims it (PCIe base 6.2.4)
        return;
    }
    if (tag >= max_tags || outstanding_[function->index()][tag].bytes_left == 0) {
        refuse_unexpected(*function, tlp.header, arrival);
        return;
    }
    OutstandingRead& read = outstanding_[function->index()][tag];
    if (read.operation == nullptr || read.unmatched) {
        refuse_unexpected(*function, tlp.header, arrival);
    }
    if (read.unmatched) {
        return;
    }
    take_data(read, *function, tlp, arrival);
    if (read.unmatched || read.bytes_left == 0) {
        arrived_.push({arrival, *function, static_cast<std::uint8_t>(tag)});
        if (arrived_.size() == 1) {
            arrived_timer_.arm(arrival);
        }
    }
}

/// A completion that cannot be trusted is not looked at; its read will time out (PCIe base 2.3.2, 2.7.1).
bool DmaEngine::discard(const pcie::Tlp& tlp, SimTime at) {
    const nic::Functions& functions = context_.device.functions();
    const bool malformed = pcie::is_malformed(tlp.header, functions.max_payload());
    if (!malformed && !(tlp.ecrc_bad && functions.checks_ecrc())) {
        return false;
    }
    ++context_.counters.discarded;
    context_.report(nic::physical_function, malformed ? pcie::ErrorKind::malformed_tlp : pcie::ErrorKind::ecrc,
                    {.header = &tlp.header}, at);
    return true;
}

void DmaEngine::refuse_unexpected(FunctionNumber function, const TlpHeader& header, SimTime at) {
    ++context_.counters.unexpected_completions;
    context_.report(function, pcie::ErrorKind::unexpected_completion, {.header = &header}, at);
}

/// Copies what the completion brings, unless the read was given up. Poisoned data fail the read, and yet the rest of
/// its completions follows. UR and CA are the last (PCIe base 2.3.1.1). After one that does not continue where the one
/// before ended, nobody knows which is the last.
void DmaEngine::take_data(OutstandingRead& read, FunctionNumber function, const pcie::Tlp& tlp, SimTime at) {
    const TlpHeader& header = tlp.header;
    const std::size_t skip = header.lower_address % 4U;
    const core::ByteView data = tlp.payload.bytes();
    const bool successful = header.status == pcie::CompletionStatus::successful;
    const bool continues = successful && data.size() > skip && header.byte_count == read.bytes_left;
    const bool waited_for = read.operation != nullptr; // else it was reported as unexpected
    if (waited_for && (!continues || header.poisoned)) {
        context_.counters.dma_errors += read.failed ? 0U : 1U;
        read.failed = true;
        report_unusable(function, header, at);
    }
    if (!continues) {
        read.unmatched = successful;
        read.bytes_left = successful ? read.bytes_left : 0;
        return;
    }
    const auto bytes = static_cast<std::uint32_t>(std::min<std::size_t>(data.size() - skip, read.bytes_left));
    if (waited_for && !header.poisoned) {
        std::memcpy(read.to + (read.bytes - read.bytes_left), data.data() + skip, bytes);
    }
    read.bytes_left -= bytes;
}

/// Why a completion fails its read. UR and CA are no error of the requester (PCIe base 6.2.3.2.5); poisoned data is
/// dropped and the read failed, so that operation goes on (6.2.3.2.4.3); what matches by its tag only is best handled
/// as malformed (2.3.2).
void DmaEngine::report_unusable(FunctionNumber function, const TlpHeader& header, SimTime at) {
    if (header.status != pcie::CompletionStatus::successful) {
        context_.device.functions().note_unsuccessful(function, header.status);
    } else if (header.poisoned) {
        context_.report(function, pcie::ErrorKind::poisoned_tlp,
                        {.header = &header, .role = pcie::DetectorRole::handling_receiver}, at);
    } else {
        context_.report(function, pcie::ErrorKind::malformed_tlp, {.header = &header}, at);
    }
}

void DmaEngine::finish_arrived() {
    while (!arrived_.empty() && arrived_.front().at <= now()) {
        const Arrived done = arrived_.pop();
        OutstandingRead& read = outstanding_[done.function.index()][done.tag];
        ReadOperation* operation = std::exchange(read.operation, nullptr);
        if (read.bytes_left == 0) {
            release(done.function, done.tag);
        } else if (operation != nullptr) {
            set_aside(done.function, done.tag);
        }
        if (operation != nullptr) {
            finish(*operation, read.bytes, read.failed);
        }
    }
    if (!arrived_.empty()) {
        arrived_timer_.arm(arrived_.front().at);
    }
    pump();
}

void DmaEngine::finish(ReadOperation& operation, std::uint32_t bytes, bool failed) {
    operation.failed_ |= failed;
    operation.bytes_pending_ -= bytes;
    if (operation.bytes_pending_ == 0) {
        operation.client_->on_read_done(operation);
    }
}

/// Failures are reported from a timer, so that no client is called while it is calling.
void DmaEngine::fail_later(ReadOperation& operation, std::uint32_t bytes) {
    failed_.push({&operation, bytes});
    failed_timer_.arm_no_later_than(now());
}

void DmaEngine::report_failed() {
    while (!failed_.empty()) {
        const Failed failure = failed_.pop();
        finish(*failure.operation, failure.bytes, true);
    }
    pump();
}

void DmaEngine::stop(FunctionNumber function) {
    for (core::RingQueue<PendingRead>& queue : reads_) {
        for (std::size_t left = queue.size(); left != 0; --left) {
            PendingRead pending = queue.pop();
            if (pending.function == function) {
                fail_later(*pending.operation, pending.bytes);
            } else {
                queue.push(pending);
            }
        }
    }
    for (unsigned tag = 0; tag < max_tags; ++tag) {
        OutstandingRead& read = outstanding_[function.index()][tag];
        if (read.operation == nullptr) {
            continue;
        }
        if (read.bytes_left != 0) { // else its arrival is noted and frees the tag
            set_aside(function, tag);
        }
        fail_later(*std::exchange(read.operation, nullptr), read.bytes);
    }
    for (std::size_t left = writes_.size(); left != 0; --left) {
        WriteRequest request = writes_.pop();
        if (request.function == function) {
            request.bytes = 0; // issue_write() reports it as not sent, in its turn
        }
        writes_.push(std::move(request));
    }
    if (!writes_.empty()) {
        pump_timer_.arm_no_later_than(now());
    }
}

void DmaEngine::time_out() {
    SimTime next = core::never;
    for (unsigned f = 0; f < nic::function_count; ++f) {
        const FunctionNumber function(static_cast<std::uint8_t>(f));
        for (unsigned tag = 0; tag < max_tags; ++tag) {
            OutstandingRead& read = outstanding_[f][tag];
            if (read.bytes_left == 0) {
                continue;
            }
            if (read.deadline <= now()) {
                if (read.operation == nullptr) {
                    read.bytes_left = 0;
                    release(function, tag);
                    continue;
                }
                ++context_.counters.completion_timeouts;
                context_.report(function, pcie::ErrorKind::completion_timeout, {}, now());
                set_aside(function, tag);
                fail_later(*std::exchange(read.operation, nullptr), read.bytes);
            }
            next = std::min(next, read.deadline);
        }
    }
    if (next != core::never) {
        timeout_timer_.arm(next);
    }
    pump();
}

/// The read is given up, but its completions may still come, and must not be taken for those of a later read with the
/// same tag (PCIe base 6.6.2, "Avoiding Data Corruption From Stale Completions"). The tag waits for the last of them,
/// or for as long as a completion may take: never less than the usual timeout.
void DmaEngine::set_aside(FunctionNumber function, unsigned tag) {
    const SimTime usual = context_.config.completion_timeout;
    const SimTime timeout = completion_timeout();
    outstanding_[function.index()][tag].deadline = end_of(timeout == core::never ? usual : std::max(timeout, usual));
    set_aside_[function.index()] |= std::uint32_t{1} << tag;
}

SimTime DmaEngine::end_of(SimTime timeout) {
    if (timeout == core::never) {
        return core::never;
    }
    const SimTime end = now() + timeout;
    timeout_timer_.arm_no_later_than(end);
    return end;
}

void DmaEngine::release(FunctionNumber function, unsigned tag) noexcept {
    const std::uint32_t bit = std::uint32_t{1} << tag;
    set_aside_[function.index()] &= ~bit;
    free_tags_[function.index()] |= bit;
}

} // namespace rootpool::models
