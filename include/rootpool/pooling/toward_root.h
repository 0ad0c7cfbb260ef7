#pragma once

#include "rootpool/pooling/engine_firewall.h"

namespace rootpool::pooling {

/// TLPs of the device on their way to the root whose they are: with that root's IDs, and its interrupts.
class TowardRoot {
public:
    TowardRoot(EngineContext& context, LentFunctions& functions, EngineFirewall& firewall, ReturnRoute& route) noexcept
        : context_(context), functions_(functions), firewall_(firewall), route_(route) {}

    /// A TLP that is wholly in the buffer at `at`.
    [[nodiscard]] EngineOutput pass(const pcie::Tlp& tlp, SimTime at) {
        return pcie::is_completion(tlp.header.kind) ? completion(tlp, at) : request(tlp);
    }
    /// A memory write or completion whose end is bad, as it goes on until then. Null: it does not go on.
    [[nodiscard]] pcie::TlpPtr pass_bad(const pcie::Tlp& tlp, SimTime at) const;

private:
    [[nodiscard]] EngineOutput request(const pcie::Tlp& tlp);
    [[nodiscard]] EngineOutput completion(const pcie::Tlp& tlp, SimTime at);
    [[nodiscard]] EngineOutput expected_completion(const pcie::Tlp& tlp, const ReturnContext& of);
    [[nodiscard]] pcie::PayloadSlice table_words(const pcie::Tlp& completion, const ReturnContext& of);

    EngineContext& context_;
    LentFunctions& functions_;
    EngineFirewall& firewall_;
    ReturnRoute& route_;
};

} // namespace rootpool::pooling
