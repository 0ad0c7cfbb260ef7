#pragma once

#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pcie {

/// Whether the receiver of a TLP has to discard it as a Malformed TLP (PCIe base 2.3, table 6-5): more data than
/// `max_payload` bytes, across 4 KB, impossible byte enables or Length, and whatever validate() finds in the kinds that
/// are not part of data streams. Addresses that should have had a shorter header are no error for a receiver.
[[nodiscard]] bool is_malformed(const TlpHeader& header, unsigned max_payload);

} // namespace rootpool::pcie
