#include "rootpool/pcie/credits.h"

#include "rootpool/core/error.h"

namespace rootpool::pcie {

void CreditAccount::give_back(FlowClass flow, CreditCost cost) {
    CreditCost& used = used_[static_cast<std::size_t>(flow)];
    if (cost.headers > used.headers || cost.data > used.data) {
        throw core::ModelViolation("more flow-control credit came back than was consumed");
    }
    used.headers -= cost.headers;
    used.data -= cost.data;
}

} // namespace rootpool::pcie
