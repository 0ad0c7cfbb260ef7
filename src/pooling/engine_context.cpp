#include "rootpool/pooling/engine_context.h"

#include <array>

#include "rootpool/core/bytes.h"
#include "rootpool/pooling/completions.h"

namespace rootpool::pooling {

EngineOutput EngineContext::forward(const pcie::Tlp& tlp, const pcie::TlpHeader& header, pcie::RootId root,
                                    pcie::PayloadSlice payload) {
    EngineOutput output = forward(tlp, header, root);
    output.tlp->payload = std::move(payload);
    return output;
}

pcie::PayloadSlice EngineContext::dword(std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    core::store_le(bytes.data(), value);
    return factory.copy(core::ByteView(bytes));
}

EngineOutput EngineContext::answer(const pcie::Tlp& request, pcie::CompletionStatus status, pcie::RootId root,
                                   pcie::Bdf refuser) {
    const pcie::Bdf completer = pcie::is_configuration(request.header.kind) ? request.header.target : refuser;
    pcie::TlpPtr completion = complete_without_data(factory, request, completer, status);
    completion->root = root; // whatever a device's request said
    return {EngineOutput::Action::answer, std::move(completion)};
}

} // namespace rootpool::pooling
