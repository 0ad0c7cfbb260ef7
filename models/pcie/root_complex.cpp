#include "models/pcie/root_complex.h"

#include <algorithm>
#include <bit>

#include "rootpool/pcie/bridge_window.h"
#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/completion_splitter.h"
#include "rootpool/pcie/config_registers.h"
#include "rootpool/pcie/receiver_rules.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

namespace {

constexpr pcie::Bdf host_bridge_id(0, 0, 0);
constexpr pcie::Bdf root_port_id(0, 1, 0);

/// Where processors of this family listen for message-signalled interrupts (Intel SDM volume 3, 10.11).
constexpr std::uint64_t interrupt_base = 0xFEE0'0000;
constexpr std::uint64_t interrupt_size = 0x10'0000;

[[nodiscard]] bool is_interrupt(const pcie::TlpHeader& header) noexcept {
    return header.address - interrupt_base < interrupt_size && header.length_dw == 1;
}

constexpr std::uint16_t msi_offset = 0x90;
constexpr std::uint16_t express_offset = 0xA0;
constexpr std::uint16_t aer_offset = 0x100;

/// Writes that wait for somebody to look at memory, before those that are visible go there: bounds the model's memory
/// when nobody looks.
constexpr std::size_t most_writes_unseen = 1024;

} // namespace

pcie::Credits RootComplexConfig::default_credits() noexcept {
    pcie::Credits credits;
    credits[pcie::FlowClass::posted] = {{64, 512}, false};
    credits[pcie::FlowClass::non_posted] = {{127, 64}, false}; // the most that there is (PCIe base 2.6.1)
    credits[pcie::FlowClass::completion] = {{0, 0}, true};
    return credits;
}

RootComplex::RootComplex(const sc_core::sc_module_name& name, const RootComplexConfig& config, Scheduler& scheduler,
                         pcie::TlpFactory& tlps)
    : sc_module(name), port("port", *this, config.receive_credits), config_(config), tlps_(tlps),
      errors_(root_port_, {.express = express_offset, .aer = aer_offset}, msi_offset, scheduler),
      receive_buffer_(port, scheduler, config.hold_credits),
      answer_timer_(scheduler, Timer::Callback::to<&RootComplex::deliver_answers>(*this)),
      timeout_timer_(scheduler, Timer::Callback::to<&RootComplex::time_out>(*this)),
      read_timer_(scheduler, Timer::Callback::to<&RootComplex::serve_reads>(*this)),
      interrupt_timer_(scheduler, Timer::Callback::to<&RootComplex::settle_writes>(*this)) {
    define_host_bridge();
    define_root_port();
}

void RootComplex::define_host_bridge() {
    pcie::ConfigSpaceBuilder(host_bridge_)
        .type_0_header({.vendor = 0x8086, .device = 0x0150, .class_code = 0x060000, .revision = 0x09}); // Ivy Bridge
}

void RootComplex::define_root_port() {
    const std::uint32_t link = pcie::link_rate_and_width(static_cast<unsigned>(config_.link.parameters.generation),
                                                         config_.link.parameters.width);
    const auto payload_code = static_cast<std::uint32_t>(std::countr_zero(config_.max_payload / 128U));
    const std::uint16_t boundary =
        config_.read_completion_boundary == 128 ? pcie::registers::link_control_read_completion_boundary : 0;
    pcie::ConfigSpaceBuilder(root_port_)
        .type_1_header({.vendor = 0x8086, .device = 0x0151, .class_code = 0x060400, .revision = 0x09})
        .bridge_subsystem(0x88, 0x8086, 0x0151)
        .power_management(0x80, {})
        .msi(msi_offset, false)
        .express(express_offset, {.type = pcie::PortType::root_port,
                                  .slot_implemented = true,
                                  .device_capabilities = 0x8000 | payload_code,
                                  .link_capabilities = link | pcie::registers::link_capabilities_surprise_down |
                                                       pcie::registers::link_capabilities_active_reporting,
                                  .link_control = boundary,
                                  .link_status = static_cast<std::uint16_t>(link | pcie::registers::link_status_active),
                                  .slot_capabilities = 0x0008'0000U,
                                  .device_capabilities_2 = pcie::registers::device_control_2_ari,
                                  .link_control_2 = static_cast<std::uint16_t>(config_.link.parameters.generation)})
        .advanced_error_reporting(aer_offset, {.root = true});
    root_port_.set16(express_offset + pcie::registers::slot_status, 0x0040); // a card is in the slot
}

unsigned RootComplex::payload_limit() const noexcept {
    const unsigned code = root_port_.get16(express_offset + pcie::registers::device_control) >>
                              pcie::registers::device_control_payload_shift &
                          7U;
    return std::min(128U << code, config_.max_payload);
}

// ---------------------------------------------------------------------------------------------- processor side

pcie::ConfigSpace* RootComplex::local_function(pcie::Bdf function) noexcept {
    if (function == host_bridge_id) {
        return &host_bridge_;
    }
    return function == root_port_id ? &root_port_ : nullptr;
}

std::optional<pcie::ConfigType> RootComplex::behind_root_port(pcie::Bdf function) const noexcept {
    switch (pcie::config_route(root_port_, function)) {
    case pcie::ConfigRoute::claim_type0:
        return pcie::ConfigType::type_0;
    case pcie::ConfigRoute::forward_type1:
        return pcie::ConfigType::type_1;
    default:
        return std::nullopt;
    }
}

void RootComplex::config_read(pcie::Bdf function, std::uint16_t offset, Done done) {
    const SimTime local = now() + 2 * config_.processor_latency;
    if (function.bus() == 0) {
        const pcie::ConfigSpace* space = local_function(function);
        answer_later(done,
                     space != nullptr ? ProcessorCompletion{pcie::CompletionStatus::successful, space->read(offset)}
                                      : ProcessorCompletion{pcie::CompletionStatus::unsupported_request},
                     local);
    } else if (const auto type = behind_root_port(function)) {
        issue({pcie::config_read(*type, host_bridge_id, pcie::Tag{}, function, offset), 0, done});
    } else {
        answer_later(done, {.status = pcie::CompletionStatus::unsupported_request}, local);
    }
}

void RootComplex::config_write(pcie::Bdf function, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables,
                               Done done) {
    const SimTime local = now() + 2 * config_.processor_latency;
    if (function.bus() == 0) {
        pcie::ConfigSpace* space = local_function(function);
        if (space != nullptr) {
            space->write(offset, value, byte_enables);
            errors_.follow_write();
            if (holds_reset() != holds_reset_) {
                holds_reset_ = !holds_reset_;
                port.hold_reset(holds_reset_);
            }
        }
        answer_later(
            done, {space != nullptr ? pcie::CompletionStatus::successful : pcie::CompletionStatus::unsupported_request},
            local);
    } else if (const auto type = behind_root_port(function)) {
        issue({pcie::config_write(*type, host_bridge_id, pcie::Tag{}, function, offset, byte_enables), value, done});
    } else {
        answer_later(done, {.status = pcie::CompletionStatus::unsupported_request}, local);
    }
}

bool RootComplex::window_contains(std::uint64_t address) const noexcept {
    return pcie::memory_space_enabled(root_port_) && pcie::BridgeWindows(root_port_).contains(address);
}

void RootComplex::memory_read32(std::uint64_t address, Done done) {
    if (!window_contains(address)) {
        answer_later(done, {.status = pcie::CompletionStatus::unsupported_request},
                     now() + 2 * config_.processor_latency);
        return;
    }
    issue({pcie::memory_read(host_bridge_id, pcie::Tag{}, address, 4), 0, done});
}

void RootComplex::memory_write32(std::uint64_t address, std::uint32_t value) {
    if (!window_contains(address)) {
        return; // master abort: a posted write that nobody claims is gone
    }
    pcie::PayloadSlice data{tlps_.payload(), 0, 4};
    core::store_le(data.buffer->data(), value);
    pcie::TlpPtr tlp = tlps_.make(pcie::memory_write(host_bridge_id, pcie::Tag{}, address, 4), std::move(data));
    tlp->transaction = tlps_.next_transaction();
    tlp->injected_at = now() + config_.processor_latency;
    port.send(tlp, now() + config_.processor_latency);
}

void RootComplex::issue(const Request& request) {
    waiting_.push_back(request);
    send_waiting();
}

void RootComplex::send_waiting() {
    while (!waiting_.empty()) {
        const SimTime deadline = now() + config_.completion_timeout;
        const std::optional<unsigned> tag = tags_.take(waiting_.front().done, deadline);
        if (!tag) {
            return;
        }
        Request request = waiting_.front();
        waiting_.pop_front();
        request.header.tag = pcie::Tag(static_cast<std::uint16_t>(*tag));
        timeout_timer_.arm_no_later_than(deadline);

        pcie::PayloadSlice data;
        if (pcie::has_data(request.header.kind)) {
            data = {tlps_.payload(), 0, 4};
            core::store_le(data.buffer->data(), request.value);
        }
        pcie::TlpPtr tlp = tlps_.make(request.header, std::move(data));
        tlp->transaction = tlps_.next_transaction();
        tlp->injected_at = now() + config_.processor_latency;
        port.send(tlp, now() + config_.processor_latency);
    }
}

void RootComplex::answer_later(Done done, const ProcessorCompletion& completion, SimTime at,
                               std::optional<unsigned> tag) {
    const auto after = std::upper_bound(answers_.begin(), answers_.end(), at,
                                        [](SimTime time, const Answer& answer) { return time < answer.at; });
    answers_.insert(after, {done, completion, at, tag});
    answer_timer_.arm_no_later_than(at);
}

void RootComplex::deliver_answers() {
    while (!answers_.empty() && answers_.front().at <= now()) {
        const Answer answer = answers_.front();
        answers_.pop_front();
        if (answer.tag) {
            tags_.give_back(*answer.tag);
        }
        settle_writes(); // a completion does not overtake posted writes of the device (PCIe base 2.4.1)
        answer.done(answer.completion);
    }
    if (!answers_.empty()) {
        answer_timer_.arm(answers_.front().at);
    }
    send_waiting();
}

void RootComplex::time_out() {
    const SimTime next = tags_.time_out(now(), [this](const Done& done) {
        ++counters_.completion_timeouts;
        report(pcie::ErrorKind::completion_timeout, {}, now());
        answer_later(done, {pcie::CompletionStatus::unsupported_request, 0xFFFF'FFFFU, true}, now());
    });
    if (next != core::never) {
        timeout_timer_.arm(next);
    }
    send_waiting();
}

bool RootComplex::idle() const noexcept { return waiting_.empty() && answers_.empty() && !tags_.any_waits(); }

// -------------------------------------------------------------------------------------------------- device side

bool RootComplex::bus_master_enabled() const noexcept { return pcie::bus_master_enabled(root_port_); }

void RootComplex::on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) {
    to_host_.add(last_beat - tlp->injected_at);
    if (pcie::is_malformed(tlp->header, payload_limit())) {
        discard(*tlp, last_beat);
        return;
    }
    switch (tlp->header.kind) {
    case pcie::TlpKind::memory_write:
        take_write(std::move(tlp), last_beat);
        break;
    case pcie::TlpKind::memory_read:
        take_read(std::move(tlp), last_beat);
        break;
    case pcie::TlpKind::completion:
    case pcie::TlpKind::completion_with_data:
        take_completion(*tlp, last_beat);
        break;
    case pcie::TlpKind::message:
    case pcie::TlpKind::message_with_data:
        ++counters_.messages;
        errors_.receive(tlp->header, last_beat);
        receive_buffer_.release(*tlp, last_beat);
        break;
    default:
        refuse(*tlp, last_beat);
        break;
    }
}

/// A root port whose link is down completes requests with UR, and drops what is posted (PCIe base 2.9.1).
void RootComplex::on_returned(Port& /*port*/, const pcie::TlpPtr& tlp) {
    if (pcie::flow_class(tlp->header.kind) != pcie::FlowClass::non_posted) {
        return;
    }
    const auto tag = static_cast<unsigned>(tlp->header.tag.index());
    if (const std::optional<Done> done = tags_.complete(tag)) {
        answer_later(*done, {.status = pcie::CompletionStatus::unsupported_request},
                     std::max(now(), tlp->injected_at) + config_.processor_latency, tag);
    }
}

void RootComplex::on_link_error(Port& /*port*/, pcie::ErrorKind kind) { report(kind, {}, now()); }

void RootComplex::on_link_negotiated(Port& /*port*/, const pcie::LinkParameters& link) {
    pcie::set_link_status(root_port_, express_offset, link);
}

void RootComplex::on_link_up(Port& /*port*/) { set_link_active(true); }

void RootComplex::on_link_down(Port& /*port*/) {
    set_link_active(false);
    tags_.forget_late();
    if (!holds_reset_) {
        report(pcie::ErrorKind::surprise_down, {}, now());
    }
}

bool RootComplex::holds_reset() const noexcept { return pcie::holds_secondary_reset(root_port_, express_offset); }

void RootComplex::set_link_active(bool active) noexcept {
    constexpr std::uint16_t at = express_offset + pcie::registers::link_status;
    constexpr std::uint16_t slot = express_offset + pcie::registers::slot_status;
    const std::uint16_t status = root_port_.get16(at);
    if (((status & pcie::registers::link_status_active) != 0) != active) {
        root_port_.set16(at, status ^ pcie::registers::link_status_active);
        root_port_.set16(slot, root_port_.get16(slot) | pcie::registers::slot_status_link_changed);
    }
}

/// What it does itself ends by itself, so that nothing waits for it but for a time.
void RootComplex::explain_waits(const Port& at, pcie::WaitGraph& graph) const {
    for (const pcie::FlowClass flow :
         {pcie::FlowClass::posted, pcie::FlowClass::non_posted, pcie::FlowClass::completion}) {
        const std::size_t held = receive_buffer_.held(flow);
        if (held != 0) {
            graph.add(pcie::WaitGraph::receive_buffer(flow, at.name()), std::string(name()),
                      std::to_string(held) + " TLPs are done, and hold_credits keeps their credits");
        }
    }
    if (!reads_.empty()) {
        graph.add(pcie::WaitGraph::receive_buffer(pcie::FlowClass::non_posted, at.name()),
                  std::string(name()) + " memory", std::to_string(reads_.size()) + " reads are not served yet");
    }
}

void RootComplex::report(pcie::ErrorKind kind, const pcie::ErrorDetails& details, SimTime at) {
    errors_.report(kind, details, root_port_id, at);
}

void RootComplex::discard(pcie::Tlp& tlp, SimTime at) {
    ++counters_.malformed;
    receive_buffer_.release(tlp, at);
    report(pcie::ErrorKind::malformed_tlp, {.header = &tlp.header}, at);
}

void RootComplex::refuse(pcie::Tlp& request, SimTime at) {
    receive_buffer_.release(request, at);
    const bool posted = pcie::flow_class(request.header.kind) != pcie::FlowClass::non_posted;
    report(pcie::ErrorKind::unsupported_request,
           {.header = &request.header, .role = posted ? pcie::DetectorRole::last : pcie::DetectorRole::completer}, at);
    if (posted) {
        ++counters_.refused_posted;
        return;
    }
    ++counters_.refused_reads;
    pcie::TlpPtr answer =
        tlps_.make(pcie::completion(request.header, root_port_id, pcie::CompletionStatus::unsupported_request));
    answer->transaction = request.transaction;
    answer->injected_at = at + config_.processor_latency;
    port.send(answer, at + config_.processor_latency);
}

void RootComplex::take_write(pcie::TlpPtr tlp, SimTime at) {
    if (!bus_master_enabled()) {
        refuse(*tlp, at);
        return;
    }
    if (tlp->header.poisoned) {
        // Memory has no place for the mark, so that the error is not only advisory (PCIe base 6.2.3.2.4.3).
        ++counters_.refused_posted;
        receive_buffer_.release(*tlp, at);
        report(pcie::ErrorKind::poisoned_tlp, {.header = &tlp->header}, at);
        return;
    }
    const SimTime visible = at + config_.write_latency;
    receive_buffer_.release(*tlp, visible);
    if (is_interrupt(tlp->header)) {
        interrupts_due_.push_back(visible);
        interrupt_timer_.arm_no_later_than(visible);
    }
    writes_.push_back({std::move(tlp), visible});
    if (writes_.size() > most_writes_unseen) {
        settle_writes();
    }
}

void RootComplex::settle_writes() {
    while (!writes_.empty() && writes_.front().at <= now()) {
        const pcie::TlpPtr tlp = std::move(writes_.front().tlp);
        writes_.pop_front();
        apply_write(*tlp);
    }
    if (!interrupts_due_.empty()) {
        interrupt_timer_.arm(interrupts_due_.front());
    }
}

void RootComplex::apply_write(const pcie::Tlp& tlp) {
    if (is_interrupt(tlp.header)) {
        interrupts_due_.pop_front();
        ++counters_.interrupts;
        if (interrupt_sink_) {
            interrupt_sink_(tlp.header.address, core::load_le<std::uint32_t>(tlp.payload.bytes().data()));
        }
        return;
    }
    const std::uint64_t first = pcie::first_byte_address(tlp.header);
    const unsigned skipped = static_cast<unsigned>(first - tlp.header.address);
    if (!access_memory(tlm::TLM_WRITE_COMMAND, first, tlp.payload.buffer->data() + tlp.payload.offset + skipped,
                       pcie::byte_length(tlp.header))) {
        ++counters_.refused_posted;
        report(pcie::ErrorKind::unsupported_request, {.header = &tlp.header}, now());
    }
}

void RootComplex::take_read(pcie::TlpPtr tlp, SimTime at) {
    if (!bus_master_enabled()) {
        refuse(*tlp, at);
        return;
    }
    reads_.push_back({std::move(tlp), at + config_.read_latency});
    read_timer_.arm_no_later_than(reads_.back().at);
}

void RootComplex::serve_reads() {
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

void RootComplex::serve_read(pcie::Tlp& request) {
    pcie::PayloadSlice data{tlps_.payload(), 0, static_cast<std::uint16_t>(request.header.length_dw * 4)};
    if (!access_memory(tlm::TLM_READ_COMMAND, request.header.address, data.buffer->data(), data.length)) {
        refuse(request, now());
        return;
    }
    receive_buffer_.release(request, now());
    for (const pcie::CompletionPart& part :
         pcie::CompletionSplitter(request.header, config_.read_completion_boundary, payload_limit())) {
        pcie::PayloadSlice slice{data.buffer, part.data_offset, part.data_bytes};
        pcie::TlpPtr answer =
            tlps_.make(pcie::completion_with_data(request.header, root_port_id, part), std::move(slice));
        answer->transaction = request.transaction;
        answer->injected_at = now();
        port.send(answer, now());
    }
}

void RootComplex::take_completion(pcie::Tlp& tlp, SimTime at) {
    receive_buffer_.release(tlp, at);
    const auto tag = static_cast<unsigned>(tlp.header.tag.index());
    const std::optional<Done> done = tlp.header.requester == host_bridge_id ? tags_.complete(tag) : std::nullopt;
    if (!done) {
        ++counters_.unexpected_completions;
        report(pcie::ErrorKind::unexpected_completion, {.header = &tlp.header}, at);
        return;
    }
    ProcessorCompletion completion{tlp.header.status};
    errors_.note_unsuccessful(tlp.header.status);
    if (tlp.header.poisoned) {
        completion.status = pcie::CompletionStatus::unsupported_request; // handled like one: the data is not used
        report(pcie::ErrorKind::poisoned_tlp, {.header = &tlp.header, .role = pcie::DetectorRole::handling_receiver},
               at);
    } else if (tlp.header.status == pcie::CompletionStatus::successful) {
        completion.value = tlp.payload.length >= 4 ? core::load_le<std::uint32_t>(tlp.payload.bytes().data()) : 0;
    }
    answer_later(*done, completion, at + config_.processor_latency, tag);
}

bool RootComplex::access_memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data, unsigned length) {
    access_.set_command(command);
    access_.set_address(address);
    access_.set_data_ptr(data);
    access_.set_data_length(length);
    access_.set_streaming_width(length);
    access_.set_byte_enable_ptr(nullptr);
    access_.set_dmi_allowed(false);
    access_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME; // latencies are counted at this end
    memory->b_transport(access_, delay);
    return access_.is_response_ok();
}

} // namespace rootpool::models
