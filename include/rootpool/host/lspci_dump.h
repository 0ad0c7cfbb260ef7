#pragma once

#include <string>

#include "rootpool/host/enumeration.h"

namespace rootpool::host {

/// All functions that the kernel knows, as `lspci -xxxx` prints them, loadable with `lspci -F`. Every byte comes from a
/// configuration read of its own dword (1024 per function): the caller waits for them.
[[nodiscard]] std::string lspci_dump(PciCore& core);

} // namespace rootpool::host
