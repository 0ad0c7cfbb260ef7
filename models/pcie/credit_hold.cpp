#include "models/pcie/credit_hold.h"

#include <algorithm>

namespace rootpool::models {

bool CreditHold::hold(pcie::Tlp& tlp, SimTime at) {
    while (next_ < times_.size() && times_[next_].until <= now()) {
        ++next_;
    }
    const auto time = std::find_if(times_.begin() + static_cast<std::ptrdiff_t>(next_), times_.end(),
                                   [at](const TimeSpan& span) { return at < span.until; });
    if (time == times_.end() || at < time->from) {
        return false;
    }
    // a TLP that came later may be done earlier
    const auto after = std::ranges::upper_bound(held_, time->until, {}, &Held::until);
    held_.insert(after, {pcie::TlpPtr(&tlp), time->until});
    timer_.arm_no_later_than(time->until);
    return true;
}

void CreditHold::let_go() {
    while (!held_.empty() && held_.front().until <= now()) {
        port_.release(*held_.front().tlp, now());
        held_.pop_front();
    }
    if (!held_.empty()) {
        timer_.arm(held_.front().until);
    }
}

std::size_t CreditHold::held(pcie::FlowClass flow) const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        held_, [flow](const Held& held) { return pcie::flow_class(held.tlp->header.kind) == flow; }));
}

} // namespace rootpool::models
