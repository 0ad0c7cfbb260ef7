#include "tests/model/pcie/credit_account.h"

#include <algorithm>

namespace rootpool::models::test {

using pcie::FlowClass;

void CreditAccount::restart() {
    for (std::size_t flow = 0; flow < classes_.size(); ++flow) {
        classes_[flow] = {};
        classes_[flow].allocated = advertised_.of[flow].limit;
    }
    limits_.clear();
}

void CreditAccount::released(const pcie::TlpHeader& header, SimTime at) {
    of(pcie::flow_class(header.kind)).releases.push_back({at, pcie::credit_cost(header)});
}

void CreditAccount::announced(const pcie::Dllp& dllp, SimTime start, SimTime received) {
    Class& one = of(dllp.flow);
    take_releases(one, start);
    const pcie::CreditCost expected = advertised_[dllp.flow].infinite ? pcie::CreditCost{} : one.allocated;
    wrong_announcements +=
        dllp.credits.headers != (expected.headers & 0xFFU) || dllp.credits.data != (expected.data & 0xFFFU) ? 1 : 0;
    if (received != core::never) {
        limits_.push_back({received, dllp.flow, one.allocated});
    }
}

void CreditAccount::consumed(const pcie::TlpHeader& header, SimTime start) {
    take_limits(start);
    const FlowClass flow = pcie::flow_class(header.kind);
    const pcie::CreditCost cost = pcie::credit_cost(header);
    Class& one = of(flow);
    one.consumed.headers += cost.headers;
    one.consumed.data += cost.data;
    const bool covered = one.known && one.consumed.headers <= one.limit.headers && one.consumed.data <= one.limit.data;
    overdrawn += covered || advertised_[flow].infinite ? 0 : 1;
}

bool CreditAccount::balanced() {
    take_limits(core::never);
    return std::ranges::all_of(
        std::array{FlowClass::posted, FlowClass::non_posted, FlowClass::completion}, [this](FlowClass flow) {
            const Class& one = of(flow);
            const pcie::CreditCost whole = advertised_[flow].limit;
            return advertised_[flow].infinite || (one.limit.headers - one.consumed.headers == whole.headers &&
                                                  one.limit.data - one.consumed.data == whole.data);
        });
}

void CreditAccount::take_releases(Class& one, SimTime before) {
    std::erase_if(one.releases, [&](const Release& release) {
        if (release.at >= before) {
            return false;
        }
        one.allocated.headers += release.cost.headers;
        one.allocated.data += release.cost.data;
        return true;
    });
}

void CreditAccount::take_limits(SimTime before) {
    for (; !limits_.empty() && limits_.front().received < before; limits_.pop_front()) {
        Class& one = of(limits_.front().flow);
        one.limit = limits_.front().total;
        one.known = true;
    }
}

} // namespace rootpool::models::test
