#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {

/// One completion of a memory read.
struct CompletionPart {
    std::uint16_t data_offset;   ///< of its payload in the dwords of the whole request, bytes
    std::uint16_t data_bytes;    ///< of its payload, a multiple of 4
    std::uint16_t remaining;     ///< Byte Count field
    std::uint8_t lower_address;  ///< Lower Address field
};

/// Cuts the answer to a memory read into completions: every one but the last ends on a read completion boundary, none carries more than the
/// maximum payload (PCIe base 2.3.1.1).
class CompletionSplitter {
public:
    /// `boundary`: 64 or 128 for a root complex, 128 for all others; `max_payload`: a multiple of it, or at least 128.
    constexpr CompletionSplitter(const TlpHeader& request, unsigned boundary, unsigned max_payload) noexcept
        : base_(request.address), next_(first_byte_address(request)), end_(next_ + byte_length(request)),
          boundary_(boundary), max_payload_(max_payload) {}

    /// The next completion in ascending address; nothing after the last.
    [[nodiscard]] constexpr std::optional<CompletionPart> next() noexcept {
        if (next_ == end_) {
            return std::nullopt;
        }
        const std::uint64_t first_dword = next_ & ~3ULL;
        std::uint64_t stop = end_;
        if (end_ - first_dword > max_payload_) {
            stop = (first_dword + max_payload_) / boundary_ * boundary_;
        }
        const CompletionPart part{static_cast<std::uint16_t>(first_dword - base_),
                                  static_cast<std::uint16_t>((stop - first_dword + 3) & ~3ULL),
                                  static_cast<std::uint16_t>(end_ - next_), static_cast<std::uint8_t>(next_ & 0x7FU)};
        next_ = stop;
        return part;
    }

private:
    std::uint64_t base_;
    std::uint64_t next_;
    std::uint64_t end_;
    std::uint64_t boundary_;
    std::uint64_t max_payload_;
};

} // namespace rootpool::pcie
