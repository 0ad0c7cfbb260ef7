#pragma once

#include <vector>

#include "rootpool/pooling/engine_output.h"

namespace rootpool::pooling {

/// What the parts of one sharing engine share.
struct EngineContext {
    pcie::TlpFactory& factory;
    pcie::RootId master;
    std::vector<EngineCounters> counters; ///< by root
    /// Routing ID of the downstream bridge in the master's numbering: the engine's own requester ID.
    pcie::Bdf id{};

    [[nodiscard]] EngineCounters& of(pcie::RootId root) noexcept { return counters[root.index()]; }

    /// The same TLP under another header and with other data, on its way.
    [[nodiscard]] EngineOutput forward(const pcie::Tlp& tlp, const pcie::TlpHeader& header, pcie::RootId root,
                                       pcie::PayloadSlice payload);
    /// The same TLP under another header.
    [[nodiscard]] EngineOutput forward(const pcie::Tlp& tlp, const pcie::TlpHeader& header, pcie::RootId root) {
        return {EngineOutput::Action::forward, factory.view(tlp, header, root)};
    }
    [[nodiscard]] pcie::PayloadSlice dword(std::uint32_t value);
    /// Answers a request that has to do with `root`, without data; `refuser` completes what names no function.
    [[nodiscard]] EngineOutput answer(const pcie::Tlp& request, pcie::CompletionStatus status, pcie::RootId root,
                                      pcie::Bdf refuser);
};

} // namespace rootpool::pooling
