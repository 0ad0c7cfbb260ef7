#pragma once

#include "rootpool/pcie/tlp_header.h"

/// What completions say of their requests (PCIe base 2.2.9, 2.3.1.1).
namespace rootpool::reference {

/// Bytes from the first to the last that the request enables: Byte Count of its first completion.
[[nodiscard]] unsigned bytes_asked(const pcie::TlpHeader& request) noexcept;

/// Without data. Lower Address is 0.
[[nodiscard]] pcie::TlpHeader completion_of(const pcie::TlpHeader& request, pcie::Bdf completer,
                                            pcie::CompletionStatus status) noexcept;

} // namespace rootpool::reference
