#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "rootpool/core/error.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {

/// The bytes of one memory request.
struct RequestPart {
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
    friend bool operator==(const RequestPart&, const RequestPart&) = default;
};

/// Splits a DMA range into the fewest memory requests: none touches more dwords than `limit` bytes (maximum payload
/// size for writes, maximum read request size for reads; PCIe base 2.2.2, 2.2.7.1) or crosses 4 KB. An empty range has
/// no parts.
///
///     for (const RequestPart& part : RequestSplitter(address, bytes, max_read_request)) ...
class RequestSplitter {
public:
    class Iterator {
    public:
        using value_type = RequestPart;
        using difference_type = std::ptrdiff_t;

        constexpr Iterator(std::uint64_t address, std::uint64_t bytes, std::uint32_t limit) noexcept
            : address_(address), left_(bytes), limit_(limit) {
            take();
        }
        [[nodiscard]] constexpr const RequestPart& operator*() const noexcept { return part_; }
        constexpr Iterator& operator++() noexcept {
            address_ += part_.bytes;
            left_ -= part_.bytes;
            take();
            return *this;
        }
        constexpr void operator++(int) noexcept { ++*this; }
        friend constexpr bool operator==(const Iterator& it, std::default_sentinel_t) noexcept { return it.left_ == 0; }

    private:
        constexpr void take() noexcept {
            const std::uint32_t to_boundary =
                request_boundary - static_cast<std::uint32_t>(address_ % request_boundary);
            const std::uint32_t to_limit = limit_ - static_cast<std::uint32_t>(address_ % 4U);
            part_ = {address_,
                     static_cast<std::uint32_t>(std::min<std::uint64_t>(left_, std::min(to_boundary, to_limit)))};
        }

        RequestPart part_;
        std::uint64_t address_;
        std::uint64_t left_;
        std::uint32_t limit_;
    };

    /// Throws core::ModelViolation unless `limit` is a multiple of 4 from 4 to 4096.
    constexpr RequestSplitter(std::uint64_t address, std::uint64_t bytes, std::uint32_t limit)
        : address_(address), bytes_(bytes), limit_(limit) {
        if (limit == 0 || limit % 4U != 0 || limit > request_boundary) {
            throw core::ModelViolation("request limit is not a multiple of 4 up to 4096 bytes");
        }
    }

    [[nodiscard]] constexpr Iterator begin() const noexcept { return {address_, bytes_, limit_}; }
    [[nodiscard]] static constexpr std::default_sentinel_t end() noexcept { return {}; }

private:
    std::uint64_t address_;
    std::uint64_t bytes_;
    std::uint32_t limit_;
};

} // namespace rootpool::pcie
