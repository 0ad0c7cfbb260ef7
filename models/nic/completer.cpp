#include "models/nic/completer.h"

#include <algorithm>

#include "rootpool/pcie/completion_splitter.h"
#include "rootpool/pcie/receiver_rules.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

using nic::BarHit;
using nic::FunctionNumber;
using pcie::Tlp;
using pcie::TlpHeader;
using pcie::TlpKind;

namespace {

constexpr unsigned read_completion_boundary = 128; ///< of everything that is no root complex (PCIe base 2.3.1.1)
constexpr std::uint8_t all_bytes = 0xF;

[[nodiscard]] bool is_type_1(TlpKind kind) noexcept {
    return kind == TlpKind::config_read_1 || kind == TlpKind::config_write_1;
}
[[nodiscard]] bool is_write(TlpKind kind) noexcept {
    return kind == TlpKind::config_write_0 || kind == TlpKind::config_write_1;
}
/// Byte enables of dword `index` of a memory request.
[[nodiscard]] std::uint8_t enables_of(const TlpHeader& header, unsigned index) noexcept {
    if (index == 0) {
        return header.first_be;
    }
    return index + 1 == header.length_dw ? header.last_be : all_bytes;
}

} // namespace

Completer::Completer(const NicContext& context)
    : context_(context), timer_(context.scheduler, Timer::Callback::to<&Completer::serve_due>(*this)) {}

void Completer::take(pcie::TlpPtr request, SimTime arrival) {
    const unsigned cycles = pcie::is_configuration(request->header.kind) ? context_.config.configuration_cycles
                                                                         : context_.config.register_cycles;
    SimTime due = context_.after(arrival, cycles);
    if (!waiting_.empty()) {
        due = std::max(due, waiting_.back().due); // in order of arrival
    }
    waiting_.push({std::move(request), due});
    if (waiting_.size() == 1) {
        timer_.arm(due);
    }
}

void Completer::reset() {
    while (!waiting_.empty()) {
        const pcie::TlpPtr request = waiting_.pop().request;
        context_.port.release(*request, now());
    }
}

void Completer::serve_due() {
    while (!waiting_.empty() && waiting_.front().due <= now()) {
        const pcie::TlpPtr request = waiting_.pop().request;
        serve(*request);
        context_.port.release(*request, now());
    }
    if (!waiting_.empty()) {
        timer_.arm(waiting_.front().due);
    }
}

/// The checks are in the order in which PCIe base 6.2.3.2.3 lets one error hide another.
void Completer::serve(const Tlp& request) {
    const TlpHeader& header = request.header;
    if (discard(request)) {
        return;
    }
    if (header.address_type != 0) {
        refuse(request);
    } else if (header.poisoned) {
        refuse_poisoned(request);
    } else if (pcie::is_configuration(header.kind)) {
        serve_configuration(request);
    } else if (header.kind == TlpKind::memory_read) {
        serve_memory_read(request);
    } else if (header.kind == TlpKind::memory_write) {
        serve_memory_write(request);
    } else if (!pcie::is_message(header.kind)) {
        refuse(request); // messages from above (slot power limit, PME_Turn_Off) change nothing
    }
}

/// A malformed request, or one that its digest proves wrong, is not even answered (PCIe base 2.3, 2.7.1).
bool Completer::discard(const Tlp& request) {
    const nic::Functions& functions = context_.device.functions();
    const bool malformed = pcie::is_malformed(request.header, functions.max_payload());
    if (!malformed && !(request.ecrc_bad && functions.checks_ecrc())) {
        return false;
    }
    ++context_.counters.discarded;
    context_.report(nic::physical_function, malformed ? pcie::ErrorKind::malformed_tlp : pcie::ErrorKind::ecrc,
                    {.header = &request.header}, now());
    return true;
}

/// Type 0 for the PF and for VFs on its bus; Type 1 for VFs on the next bus numbers (SR-IOV 9.2.1.2).
std::optional<FunctionNumber> Completer::configured_function(const TlpHeader& header) const {
    const nic::Functions& functions = context_.device.functions();
    const bool own_bus = header.target.bus() == functions.routing_id(nic::physical_function).bus();
    const auto function = functions.at(header.target);
    if (!function || (is_type_1(header.kind) && (own_bus || !nic::is_virtual(*function)))) {
        return std::nullopt;
    }
    return function;
}

void Completer::serve_configuration(const Tlp& request) {
    const TlpHeader& header = request.header;
    nic::Functions& functions = context_.device.functions();
    const auto function = configured_function(header);
    if (!function) {
        refuse(request);
        return;
    }
    if (is_write(header.kind)) {
        const auto value = core::load_le<std::uint32_t>(request.payload.bytes().data());
        functions.write(*function, header.target, header.config_register, value, header.first_be);
        complete(request, pcie::completion(header, functions.configuration_completer(*function)), {});
        return;
    }
    functions.set_transactions_pending(*function, transactions_pending_(*function));
    pcie::PayloadSlice payload{context_.tlps.payload(), 0, 4};
    core::store_le(payload.buffer->data(), functions.read(*function, header.config_register));
    complete(request, pcie::completion_with_data(header, functions.configuration_completer(*function)),
             std::move(payload));
}

/// The register space that the whole request lies in.
std::optional<BarHit> Completer::hit(const TlpHeader& header) const {
    const nic::Functions& functions = context_.device.functions();
    const auto first = functions.decode(header.address);
    const auto last = functions.decode(header.address + (header.length_dw - 1U) * 4U);
    const bool together = first && last && first->function == last->function && first->bar == last->bar;
    return together ? first : std::nullopt;
}

void Completer::serve_memory_read(const Tlp& request) {
    const TlpHeader& header = request.header;
    const auto at = hit(header);
    if (!at) {
        refuse(request);
        return;
    }
    const pcie::PayloadPtr data = context_.tlps.payload();
    for (unsigned i = 0; i < header.length_dw; ++i) {
        BarHit dword = *at;
        dword.offset += 4 * i;
        // A dword without enabled bytes is not read: registers clear on read.
        const std::uint32_t value = enables_of(header, i) != 0 ? context_.device.read(dword, now()) : 0;
        core::store_le(data->data() + std::size_t{4} * i, value);
    }
    const pcie::Bdf completer = context_.device.functions().routing_id(at->function);
    for (const pcie::CompletionPart& part :
         pcie::CompletionSplitter(header, read_completion_boundary, context_.device.functions().max_payload())) {
        complete(request, pcie::completion_with_data(header, completer, part),
                 {data, part.data_offset, part.data_bytes});
    }
}

void Completer::serve_memory_write(const Tlp& request) {
    const TlpHeader& header = request.header;
    const auto at = hit(header);
    if (!at) {
        refuse(request);
        return;
    }
    for (unsigned i = 0; i < header.length_dw; ++i) {
        if (enables_of(header, i) == all_bytes) { // registers are 32 bits wide (datasheet section 8.1.2)
            BarHit dword = *at;
            dword.offset += 4 * i;
            context_.device.write(
                dword, core::load_le<std::uint32_t>(request.payload.bytes().data() + std::size_t{4} * i), now());
        }
    }
}

/// Poisoned data must not change a register, and it is an uncorrectable error that they came: nothing deals with them
/// (PCIe base 2.7.2.1).
void Completer::refuse_poisoned(const Tlp& request) {
    const TlpHeader& header = request.header;
    FunctionNumber function = nic::physical_function;
    if (pcie::is_configuration(header.kind)) {
        function = configured_function(header).value_or(nic::physical_function);
    } else if (const auto at = hit(header)) {
        function = at->function;
    }
    context_.report(function, pcie::ErrorKind::poisoned_tlp, {.header = &header}, now());
    end_unsupported(request);
}

/// No function claims the request: the PF reports it (PCIe base 6.2.4).
void Completer::refuse(const Tlp& request) {
    const bool posted = pcie::flow_class(request.header.kind) == pcie::FlowClass::posted;
    context_.report(
        nic::physical_function, pcie::ErrorKind::unsupported_request,
        {.header = &request.header, .role = posted ? pcie::DetectorRole::last : pcie::DetectorRole::completer}, now());
    end_unsupported(request);
}

void Completer::end_unsupported(const Tlp& request) {
    const TlpHeader& header = request.header;
    if (pcie::flow_class(header.kind) == pcie::FlowClass::posted) {
        ++context_.counters.refused_posted;
        return;
    }
    ++context_.counters.refused_requests;
    complete(request,
             pcie::completion(header, context_.device.functions().routing_id(nic::physical_function),
                              pcie::CompletionStatus::unsupported_request),
             {});
}

void Completer::complete(const Tlp& request, const TlpHeader& header, pcie::PayloadSlice payload) {
    context_.send(payload.length == 0 ? context_.tlps.make(header) : context_.tlps.make(header, std::move(payload)),
                  request.transaction, now());
}

} // namespace rootpool::models
