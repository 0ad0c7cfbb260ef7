#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

/// Numbers from 0 to `count` - 1, each of which is taken or free.
template <std::size_t count>
class NumberPool {
public:
    NumberPool() noexcept { std::iota(free_.rbegin(), free_.rend(), std::uint16_t{0}); }

    [[nodiscard]] std::uint16_t take() noexcept { return free_[--left_]; }
    void give_back(std::uint16_t number) noexcept { free_[left_++] = number; }
    [[nodiscard]] std::size_t taken() const noexcept { return count - left_; }

private:
    std::array<std::uint16_t, count> free_{};
    std::size_t left_ = count;
};

/// The read requests that a DmaProbe has outstanding, by tag, and the transfers that they belong to. Compares the data
/// that comes with DmaPattern.
class DmaReads {
public:
    static constexpr unsigned most_tags = 256; ///< with Extended Tag (PCIe base 2.2.6.2)

    /// A transfer that has all its bytes, or all that will come.
    struct Done {
        std::uint32_t bytes = 0;
        SimTime started{};
        bool failed = false;
    };

    /// A transfer of `bytes` bytes whose requests follow.
    void begin_transfer(std::uint32_t bytes, SimTime at) noexcept;
    /// The next request of the transfer begun last, by `requester`. Fewer than most_tags may be outstanding.
    [[nodiscard]] pcie::Tag issue(pcie::Bdf requester, std::uint64_t address, std::uint32_t bytes) noexcept;
    [[nodiscard]] std::size_t outstanding() const noexcept { return tags_.taken(); }
    /// Transfers that have begun and are not done.
    [[nodiscard]] std::size_t transfers() const noexcept { return slots_.taken(); }

    /// What a completion did.
    struct Taken {
        bool expected = true;          ///< a request waits for it
        bool last = false;             ///< the request waits for nothing more: give finish() its tag
        std::uint64_t wrong_bytes = 0; ///< that differ from the pattern
    };
    [[nodiscard]] Taken take(const pcie::Tlp& completion) noexcept;
    /// Frees a tag. What its transfer came to, if this was the transfer's last request.
    [[nodiscard]] std::optional<Done> finish(pcie::Tag tag) noexcept;

private:
    struct Request {
        pcie::Bdf requester;
        std::uint64_t address = 0; ///< of the next byte
        std::uint32_t bytes = 0;
        std::uint32_t bytes_left = 0; ///< 0: nothing is outstanding
        std::uint16_t transfer = 0;
    };
    struct Transfer {
        Done result;
        std::uint32_t bytes_left = 0;
    };

    /// The request with the completion's Transaction ID (PCIe base 2.2.6.2); null: none is outstanding.
    [[nodiscard]] Request* find(const pcie::TlpHeader& completion) noexcept;

    std::array<Request, most_tags> requests_{};
    std::array<Transfer, most_tags + 1> transfers_{}; // one for each tag, and one that has no request yet
    NumberPool<most_tags> tags_;
    NumberPool<most_tags + 1> slots_;
    std::uint16_t current_ = 0; ///< the transfer begun last
};

} // namespace rootpool::models
