#pragma once

#include "rootpool/pcie/tlp.h"

namespace rootpool::pooling {

/// The completion that a request gets from `completer`, without data. Keeps transaction number, injection time and root
/// of the request.
[[nodiscard]] pcie::TlpPtr complete_without_data(pcie::TlpFactory& factory, const pcie::Tlp& request,
                                                 pcie::Bdf completer, pcie::CompletionStatus status);
/// The successful completion of a read of one dword.
[[nodiscard]] pcie::TlpPtr complete_with_dword(pcie::TlpFactory& factory, const pcie::Tlp& request, pcie::Bdf completer,
                                               std::uint32_t value);
/// First dword of a payload; 0 when there is none.
[[nodiscard]] std::uint32_t first_dword(const pcie::Tlp& tlp) noexcept;

} // namespace rootpool::pooling
