#include "rootpool/pcie/dma_bandwidth.h"

#include <algorithm>
#include <chrono>

namespace rootpool::pcie {
namespace {

constexpr double bits_per_byte = 8;
/// Framing and header: requests have addresses of 64 bits, completions have none (PCIe base 2.2.4.1, 2.2.9).
constexpr unsigned request_overhead = tlp_framing_bytes + 16;
constexpr unsigned completion_overhead = tlp_framing_bytes + 12;

[[nodiscard]] constexpr unsigned parts(unsigned bytes, unsigned limit) noexcept { return (bytes + limit - 1) / limit; }

[[nodiscard]] double byte_time(const DmaPath& path) noexcept {
    return bits_per_byte / static_cast<double>(bandwidth(path.link));
}

/// The Ack limit, which is the UpdateFC limit too, in seconds (PCIe base tables 3-10 to 3-12, 2.6.1.2).
[[nodiscard]] double dllp_limit(const DmaPath& path) noexcept {
    const std::chrono::duration<double> symbol = symbol_time(path.link.generation);
    return symbol.count() * ack_latency_symbols(path.link, path.max_payload);
}

/// The part of a wire's time that SKP ordered sets take (PCIe base 4.2.8.4).
[[nodiscard]] constexpr double skip_share(const LinkParameters& link) noexcept {
    return has_8b10b(link.generation) ? 4.0 / 1538 : 16.0 / (375 * 16);
}

/// The TLPs of one transfer, by the wire that they travel on.
struct Transfer {
    unsigned writes = 0;      ///< towards the root port
    unsigned reads = 0;       ///< towards the root port
    unsigned completions = 0; ///< towards the device
    unsigned bytes_up = 0;    ///< all that the wire towards the root port carries, with framing
    unsigned bytes_down = 0;
};

[[nodiscard]] Transfer transfer_of(const DmaPath& path, DmaOperation operation, unsigned bytes) noexcept {
    Transfer transfer;
    if (operation != DmaOperation::read) {
        transfer.writes = parts(bytes, path.max_payload);
        transfer.bytes_up += bytes;
    }
    if (operation != DmaOperation::write) {
        const unsigned whole_requests = bytes / path.max_read_request;
        transfer.reads = parts(bytes, path.max_read_request);
        transfer.completions = whole_requests * parts(path.max_read_request, path.max_payload) +
                               parts(bytes % path.max_read_request, path.max_payload);
        transfer.bytes_down = bytes + transfer.completions * completion_overhead;
    }
    transfer.bytes_up += (transfer.writes + transfer.reads) * request_overhead;
    return transfer;
}

/// The part of one wire's time that DLLPs take while transfers follow each other.
class DllpShare {
public:
    DllpShare(const DmaPath& path, double transfer_time) noexcept
        : path_(path), transfer_time_(transfer_time), limit_(dllp_limit(path)) {}

    /// Acks for `acknowledged` TLPs in each transfer, on a wire with `carried` TLPs in each; or UpdateFCs of one class.
    ///
    /// Such a DLLP is due one limit after the first TLP that it answers, waits for the TLP that is on the wire (half of
    /// one, on average), and speaks for all that came until then; the first TLP for the next one comes half a gap
    /// later.
    void add(unsigned acknowledged, unsigned carried) noexcept {
        if (acknowledged == 0) {
            return;
        }
        const double gap = transfer_time_ / acknowledged;
        const double wait = carried == 0 ? 0 : transfer_time_ / carried / 2;
        share_ += dllp_wire_bytes * byte_time(path_) / (limit_ + wait + gap / 2);
    }
    [[nodiscard]] double value() const noexcept { return share_; }

private:
    const DmaPath& path_;
    double transfer_time_;
    double limit_;
    double share_ = 0;
};

/// One Ack and one UpdateFC for each limit, of 8 bytes where the limit is in symbol times.
[[nodiscard]] double pcie_bench_share(const DmaPath& path) noexcept {
    return 2.0 * dllp_wire_bytes / ack_latency_symbols(path.link, path.max_payload);
}

struct WireShares {
    double up;
    double down;
};

[[nodiscard]] WireShares dllp_shares(const DmaPath& path, const Transfer& transfer, double transfer_time) noexcept {
    if (path.accounting == DllpAccounting::pcie_bench) {
        return {pcie_bench_share(path), pcie_bench_share(path)};
    }
    DllpShare up(path, transfer_time);
    up.add(transfer.completions, transfer.writes + transfer.reads); // Acks
    DllpShare down(path, transfer_time);
    down.add(transfer.writes + transfer.reads, transfer.completions); // Acks
    down.add(transfer.writes, transfer.completions);                  // UpdateFC-P
    down.add(transfer.reads, transfer.completions);                   // UpdateFC-NP
    return {up.value(), down.value()};
}

} // namespace

double dma_bandwidth(const DmaPath& path, DmaOperation operation, unsigned bytes) noexcept {
    const Transfer transfer = transfer_of(path, operation, bytes);
    const double least_time = byte_time(path) * std::max(transfer.bytes_up, transfer.bytes_down);
    const double skips = skip_share(path.link);
    const WireShares dllps = dllp_shares(path, transfer, least_time);
    const double time_up = byte_time(path) * transfer.bytes_up / (1 - skips - dllps.up);
    const double time_down = byte_time(path) * transfer.bytes_down / (1 - skips - dllps.down);
    return bits_per_byte * bytes / std::max(time_up, time_down);
}

} // namespace rootpool::pcie
