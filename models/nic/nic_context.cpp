#include "models/nic/nic_context.h"

namespace rootpool::models {

void NicContext::send(const pcie::TlpPtr& tlp, std::uint64_t transaction, SimTime at) const {
    tlp->header.digest = device.functions().generates_ecrc();
    tlp->transaction = transaction;
    tlp->injected_at = at;
    port.send(tlp, at);
}

void NicContext::report(nic::FunctionNumber function, pcie::ErrorKind kind, const pcie::ErrorDetails& details,
                        SimTime at) const {
    if (const auto message = device.functions().report_error(function, kind, details)) {
        send(tlps.make(*message), tlps.next_transaction(), at);
    }
}

} // namespace rootpool::models
