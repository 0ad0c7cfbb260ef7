#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pcie {

/// One completion of a memory read: which dwords of the requested range it carries.
struct CompletionPart {
    std::uint16_t data_offset = 0; ///< bytes from the request's (dword aligned) address
    std::uint16_t data_bytes = 0;  ///< payload, a multiple of 4
    std::uint16_t byte_count = 0;  ///< bytes that remain, this completion included
    std::uint8_t lower_address = 0;
    friend bool operator==(const CompletionPart&, const CompletionPart&) = default;
};

/// Splits a memory read into the fewest completions that PCIe base 2.3.1.1 permits: each but the last ends on a
/// multiple of the read completion boundary and carries at most `max_payload` bytes. For completions of one boundary
/// each, as some root complexes send them, `max_payload` is the boundary.
///
///     for (const CompletionPart& part : CompletionSplitter(request, 64, 256)) ...
class CompletionSplitter {
public:
    class Iterator {
    public:
        using value_type = CompletionPart;
        using difference_type = std::ptrdiff_t;

        explicit Iterator(CompletionSplitter splitter) noexcept;
        [[nodiscard]] const CompletionPart& operator*() const noexcept { return part_; }
        Iterator& operator++() noexcept;
        void operator++(int) noexcept { ++*this; }
        friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept { return it.ended_; }

    private:
        CompletionPart part_;
        std::uint32_t address_;
        std::uint32_t data_left_;
        std::uint32_t boundary_;
        std::uint32_t max_payload_;
        bool ended_ = false;

        void take() noexcept;
    };

    /// `boundary`: 64 or 128, for all but root complexes 128; `max_payload` at least that. Throws core::ModelViolation
    /// for others.
    CompletionSplitter(const TlpHeader& memory_read, unsigned boundary, unsigned max_payload);

    [[nodiscard]] Iterator begin() const noexcept { return Iterator(*this); }
    [[nodiscard]] static std::default_sentinel_t end() noexcept { return {}; }

private:
    CompletionPart whole_;
    std::uint32_t address_; ///< low bits are enough: a request does not cross 4 KB
    std::uint32_t boundary_;
    std::uint32_t max_payload_;
};

/// The header of one part.
[[nodiscard]] TlpHeader completion_with_data(const TlpHeader& request, Bdf completer,
                                             const CompletionPart& part) noexcept;

} // namespace rootpool::pcie
