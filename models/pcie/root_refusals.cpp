#include "models/pcie/root_refusals.h"

#include "models/pcie/root_functions.h"

namespace rootpool::models {

void RootRefusals::report(pcie::ErrorKind kind, const pcie::ErrorDetails& details, SimTime at) {
    parts_.errors.report(kind, details, RootFunctions::root_port_id, at);
}

void RootRefusals::refuse(pcie::Tlp& request, SimTime at) {
    parts_.receive_buffer.release(request, at);
    const bool posted = pcie::flow_class(request.header.kind) != pcie::FlowClass::non_posted;
    report(pcie::ErrorKind::unsupported_request,
           {.header = &request.header, .role = posted ? pcie::DetectorRole::last : pcie::DetectorRole::completer}, at);
    if (posted) {
        ++parts_.counters.refused_posted;
        return;
    }
    ++parts_.counters.refused_reads;
    pcie::TlpPtr answer = parts_.tlps.make(
        pcie::completion(request.header, RootFunctions::root_port_id, pcie::CompletionStatus::unsupported_request));
    answer->transaction = request.transaction;
    answer->injected_at = at + latency_;
    parts_.port.send(answer, at + latency_);
}

void RootRefusals::discard_malformed(pcie::Tlp& tlp, SimTime at) {
    ++parts_.counters.malformed;
    parts_.receive_buffer.release(tlp, at);
    report(pcie::ErrorKind::malformed_tlp, {.header = &tlp.header}, at);
}

/// Memory has no place for the mark, so that the error is not only advisory (PCIe base 6.2.3.2.4.3).
void RootRefusals::discard_poisoned_write(pcie::Tlp& tlp, SimTime at) {
    ++parts_.counters.refused_posted;
    parts_.receive_buffer.release(tlp, at);
    report(pcie::ErrorKind::poisoned_tlp, {.header = &tlp.header}, at);
}

void RootRefusals::report_lost_write(const pcie::TlpHeader& header, SimTime at) {
    ++parts_.counters.refused_posted;
    report(pcie::ErrorKind::unsupported_request, {.header = &header}, at);
}

void RootRefusals::report_unexpected_completion(const pcie::TlpHeader& header, SimTime at) {
    ++parts_.counters.unexpected_completions;
    report(pcie::ErrorKind::unexpected_completion, {.header = &header}, at);
}

void RootRefusals::report_timeout(SimTime at) {
    ++parts_.counters.completion_timeouts;
    report(pcie::ErrorKind::completion_timeout, {}, at);
}

} // namespace rootpool::models
