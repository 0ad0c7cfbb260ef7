#include "tests/twin/far_end.h"

#include <algorithm>

#include "rootpool/pcie/completion_splitter.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::twin {
namespace {

/// A number that depends on all of a request.
[[nodiscard]] std::uint64_t mix(const pcie::TlpHeader& header, SimTime at) {
    std::uint64_t mixed = header.address * 0x9E37'79B9'7F4A'7C15ULL + header.tag.value() * 0x1'0001ULL +
                          header.requester.routing_id() * 0x85'EBCAULL + static_cast<std::uint64_t>(at.count());
    mixed ^= mixed >> 29U;
    mixed *= 0xBF58'476D'1CE4'E5B9ULL;
    return mixed ^ (mixed >> 32U);
}

/// A step of Knuth's linear congruential generator.
std::uint64_t next(std::uint64_t mixed) { return mixed * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U; }

} // namespace

FarEnd::FarEnd(const PortCase& of, const reference::DeviceTables* device, pcie::TlpFactory& factory)
    : planned_(of.link.directions[device == nullptr ? 0 : 1].submissions), completer_(of.completer), device_(device),
      factory_(factory), bytes_(factory.payload()) {
    for (std::size_t i = 0; i < pcie::PayloadBuffer::capacity; ++i) {
        bytes_->data()[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    }
}

SimTime FarEnd::next_call() const noexcept {
    const SimTime planned = next_planned_ < planned_.size() ? planned_[next_planned_].call : core::never;
    return completions_.empty() ? planned : std::min(planned, completions_.front().call);
}

Submission FarEnd::take_next() {
    if (next_planned_ < planned_.size() && planned_[next_planned_].call == next_call()) {
        return planned_[next_planned_++];
    }
    Submission taken = std::move(completions_.front());
    completions_.pop_front();
    return taken;
}

void FarEnd::receive(const pcie::Tlp& tlp, SimTime at) {
    const pcie::TlpHeader& header = tlp.header;
    if (pcie::flow_class(header.kind) != pcie::FlowClass::non_posted) {
        return;
    }
    const std::uint64_t mixed = mix(header, at);
    const SimTime call =
        at + 8ns +
        SimTime{static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(completer_.longest_delay.count()))};
    if (header.kind == pcie::TlpKind::memory_read) {
        complete_memory_read(tlp, mixed, call);
    } else if (pcie::has_data(header.kind)) {
        add(call, make(pcie::completion(header, completer_of(header)), mixed));
    } else {
        add(call, make(pcie::completion_with_data(header, completer_of(header)), mixed));
    }
}

/// One of sixteen is refused, the others come in one or more parts.
void FarEnd::complete_memory_read(const pcie::Tlp& request, std::uint64_t mixed, SimTime call) {
    const pcie::TlpHeader& header = request.header;
    const pcie::Bdf completer = completer_of(header);
    if (mixed >> 40U & 0xFU) {
        for (const pcie::CompletionPart& part :
             pcie::CompletionSplitter(header, completer_.boundary, completer_.max_payload)) {
            add(call, make(pcie::completion_with_data(header, completer, part), mixed));
            mixed = next(mixed); // with other attributes a later part could pass what holds an earlier one back
            call += SimTime{static_cast<std::int64_t>(mixed % 60'000'000)};
        }
    } else {
        add(call, make(pcie::completion(header, completer, pcie::CompletionStatus::unsupported_request), mixed));
    }
}

void FarEnd::add(SimTime call, pcie::TlpPtr tlp) {
    const auto later = [](SimTime time, const Submission& one) { return time < one.call; };
    const auto place = std::upper_bound(completions_.begin(), completions_.end(), call, later);
    completions_.insert(place, {call, call, std::move(tlp)});
}

/// A device completes as the function whose BAR was read (PCIe base 2.2.9).
pcie::Bdf FarEnd::completer_of(const pcie::TlpHeader& request) const {
    if (device_ == nullptr) {
        return {};
    }
    if (pcie::is_configuration(request.kind)) {
        return request.target;
    }
    for (std::size_t bar = 0; bar < reference::bars_of_function; ++bar) {
        const std::uint64_t offset = request.address - device_->bar_bases[bar];
        if (request.address >= device_->bar_bases[bar] && offset < device_->bar_bytes[bar] * device_->vfs.size()) {
            const auto vf = static_cast<unsigned>(offset / device_->bar_bytes[bar]);
            return pcie::Bdf(static_cast<std::uint16_t>(device_->physical_function.routing_id() +
                                                        device_->first_vf_offset + vf * device_->vf_stride));
        }
    }
    return device_->physical_function;
}

pcie::TlpPtr FarEnd::make(const pcie::TlpHeader& header, std::uint64_t mixed) {
    pcie::TlpHeader made = header;
    made.attributes.relaxed_ordering = (mixed >> 50U & 7U) == 0;
    made.attributes.id_based_ordering = (mixed >> 53U & 7U) == 0;
    const auto offset = static_cast<std::uint16_t>(mixed >> 20U & 0x7FCU);
    return factory_.make(made, {bytes_, offset, static_cast<std::uint16_t>(pcie::payload_bytes(made))});
}

} // namespace rootpool::twin
