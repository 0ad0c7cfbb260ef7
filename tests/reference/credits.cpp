#include "tests/reference/credits.h"

#include <algorithm>

namespace rootpool::reference {

namespace {

constexpr unsigned header_field_bits = 8;
constexpr unsigned data_field_bits = 12;
constexpr unsigned data_unit = 16;

/// The gate of PCIe base 2.6.1: counters run modulo 2^bits, and a limit is at most half of that ahead.
constexpr bool is_within(unsigned limit, unsigned required, unsigned bits) noexcept {
    const unsigned modulus = 1U << bits;
    return ((limit - required) & (modulus - 1)) <= modulus / 2;
}

CreditFields as_fields(const ClassCredits& credits) noexcept {
    if (credits.infinite) {
        return {};
    }
    return {static_cast<std::uint8_t>(credits.headers), static_cast<std::uint16_t>(credits.data & 0xFFFU)};
}

} // namespace

void CreditGate::initialise(pcie::FlowClass flow_class, CreditFields limit) noexcept {
    update(flow_class, limit);
    classes_[index_of(flow_class)].infinite = limit == CreditFields{};
}

void CreditGate::update(pcie::FlowClass flow_class, CreditFields limit) noexcept {
    Counters& counters = classes_[index_of(flow_class)];
    counters.limit = limit;
    if (mutation_ == Mutation::one_credit_more) {
        ++counters.limit.headers;
    } else if (mutation_ == Mutation::one_credit_less) {
        --counters.limit.headers;
    }
}

CreditGate::Answer CreditGate::ask(const pcie::TlpHeader& header) const noexcept {
    const Counters& counters = classes_[index_of(pcie::flow_class(header.kind))];
    if (counters.infinite) {
        return Answer::go;
    }
    if (!is_within(counters.limit.headers, counters.headers_consumed + 1, header_field_bits)) {
        return Answer::header_missing;
    }
    const bool data_fits = is_within(counters.limit.data, counters.data_consumed + data_cost(header), data_field_bits);
    return data_fits ? Answer::go : Answer::data_missing;
}

void CreditGate::consume(const pcie::TlpHeader& header) noexcept {
    Counters& counters = classes_[index_of(pcie::flow_class(header.kind))];
    counters.headers_consumed += 1;
    counters.data_consumed += data_cost(header);
}

unsigned CreditGate::data_cost(const pcie::TlpHeader& header) const noexcept {
    const unsigned rounding = mutation_ == Mutation::data_credits_rounded_down ? 0 : data_unit - 1;
    return (pcie::payload_bytes(header) + rounding) / data_unit;
}

CreditAllocator::CreditAllocator(const PerClass<ClassCredits>& advertised, Tick update_limit, Mutation mutation)
    : advertised_(advertised), update_limit_(update_limit), mutation_(mutation) {
    reset();
}

void CreditAllocator::reset() {
    allocated_ = advertised_;
    update_due_.fill(no_tick);
    earliest_due_ = no_tick;
    releases_.clear();
}

void CreditAllocator::release(pcie::FlowClass flow_class, unsigned headers, unsigned data, SimTime at) {
    const auto later = [](SimTime time, const Release& release) { return time < release.at; };
    const auto place = std::upper_bound(releases_.begin(), releases_.end(), at, later);
    releases_.insert(place, {flow_class, headers, data, at});
}

void CreditAllocator::take_releases(Moment now) {
    while (has_release(now.time)) {
        take(releases_.front(), now.tick);
        releases_.pop_front();
    }
}

void CreditAllocator::take(const Release& release, Tick now) noexcept {
    ClassCredits& allocated = allocated_[index_of(release.flow_class)];
    if (allocated.infinite) {
        return;
    }
    allocated.headers += release.headers;
    allocated.data += release.data;
    if (update_due_[index_of(release.flow_class)] == no_tick) {
        set_due(release.flow_class, now + update_limit_);
    }
}

void CreditAllocator::refresh(Tick now) noexcept {
    for (const pcie::FlowClass flow_class : flow_classes) {
        if (!advertised_[index_of(flow_class)].infinite) {
            set_due(flow_class, now);
        }
    }
}

void CreditAllocator::set_due(pcie::FlowClass flow_class, Tick due) noexcept {
    update_due_[index_of(flow_class)] = due;
    earliest_due_ = std::min({update_due_[0], update_due_[1], update_due_[2]});
}

CreditFields CreditAllocator::advertised(pcie::FlowClass flow_class) const noexcept {
    return as_fields(advertised_[index_of(flow_class)]);
}

CreditFields CreditAllocator::take_update(pcie::FlowClass flow_class) noexcept {
    set_due(flow_class, no_tick);
    return as_fields(allocated_[index_of(flow_class)]);
}

} // namespace rootpool::reference
