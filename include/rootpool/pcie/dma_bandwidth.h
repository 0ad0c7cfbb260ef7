#pragma once

#include <cstdint>
#include <optional>

#include "rootpool/pcie/link_arithmetic.h"

/// How much payload DMA moves over a link between a device and a root port, by calculation. What the models measure is
/// compared with it.
namespace rootpool::pcie {

/// What a device does over and over. A transfer of `read_write` is a write and a read of the same size.
enum class DmaOperation : std::uint8_t { write, read, read_write };

/// Everything about a link that the bandwidth of DMA depends on. Sizes in bytes.
struct DmaPath {
    LinkParameters link;
    unsigned max_payload = 128; ///< of writes and of completions
    unsigned max_read_request = 512;
    DllpAccounting accounting = DllpAccounting::exact;
};

/// Payload in one direction, in b/s, when transfers of `bytes` bytes (a multiple of 4, above 0) follow each other and
/// nothing but the link is a limit: addresses of 64 bits at the beginning of a page, completions of maximum payload
/// size, completions infinite at the device, posted and non-posted credits finite at the root port.
///
/// With DllpAccounting::exact a wire carries the Acks for the TLPs of the other one, and the UpdateFCs for those of
/// their classes that have finite credits: on the wire to the root port no UpdateFC at all. With
/// DllpAccounting::pcie_bench it is the formula of pcie-bench.
[[nodiscard]] double dma_bandwidth(const DmaPath& path, DmaOperation operation, unsigned bytes) noexcept;

/// The same as pcie-bench published it (data/pcie-bench), where there is a value for this path and size. Its accounting
/// is pcie-bench's whatever `path` says.
[[nodiscard]] std::optional<double> published_bandwidth(const DmaPath& path, DmaOperation operation,
                                                        unsigned bytes) noexcept;

} // namespace rootpool::pcie
