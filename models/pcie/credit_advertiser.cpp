#include "models/pcie/credit_advertiser.h"

namespace rootpool::models {

void CreditAdvertiser::start(const pcie::Credits& advertised) {
    for (std::size_t flow = 0; flow < classes_.size(); ++flow) {
        Class& one = classes_[flow];
        one.infinite = advertised.of[flow].infinite;
        one.allocated = {};
        if (!one.infinite) {
            one.allocated.add(advertised.of[flow].limit);
        }
        one.update_from = pcie::no_tick;
        one.releases.clear();
    }
    earliest_ = pcie::no_tick;
}

void CreditAdvertiser::Class::insert(const Release& release) {
    std::size_t index = releases.size();
    while (index > 0 && releases[index - 1].from > release.from) {
        --index;
    }
    releases.insert(index, release);
}

bool CreditAdvertiser::release(pcie::FlowClass flow, pcie::CreditCost cost, pcie::LinkTick from) {
    Class& one = of(flow);
    if (one.infinite) {
        return false; // PCIe base 2.6.1: no UpdateFC for what was advertised as infinite
    }
    if (one.releases.empty() || one.releases.back().from <= from) {
        one.releases.push({from, cost});
    } else {
        one.insert({from, cost});
    }
    one.update_from = std::min(one.update_from, from + update_limit_);
    const bool earlier = one.update_from < earliest_;
    earliest_ = std::min(earliest_, one.update_from);
    return earlier;
}

void CreditAdvertiser::refresh(pcie::LinkTick tick) noexcept {
    for (Class& one : classes_) {
        if (!one.infinite) {
            one.update_from = std::min(one.update_from, tick);
        }
    }
    find_earliest();
}

pcie::CreditCount CreditAdvertiser::send(pcie::FlowClass flow, pcie::LinkTick tick) noexcept {
    Class& one = of(flow);
    while (!one.releases.empty() && one.releases.front().from <= tick) {
        one.allocated.add(one.releases.front().cost);
        one.releases.pop_front();
    }
    one.update_from = one.releases.empty() ? pcie::no_tick : one.releases.front().from + update_limit_;
    find_earliest();
    return one.allocated;
}

void CreditAdvertiser::find_earliest() noexcept {
    earliest_ = std::min(std::min(classes_[0].update_from, classes_[1].update_from), classes_[2].update_from);
}

} // namespace rootpool::models
