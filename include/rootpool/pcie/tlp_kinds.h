#pragma once

#include <cstdint>
#include <initializer_list>

#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pcie {

/// A set of kinds of TLPs, for tables of rules.
class TlpKinds {
public:
    constexpr TlpKinds(std::initializer_list<TlpKind> kinds) noexcept {
        for (const TlpKind kind : kinds) {
            bits_ |= bit(kind);
        }
    }
    /// Those of which `is` says true.
    [[nodiscard]] static constexpr TlpKinds that(bool (*is)(TlpKind)) noexcept {
        TlpKinds kinds({});
        for (int number = 0; number < tlp_kind_count; ++number) {
            const auto kind = static_cast<TlpKind>(number);
            kinds.bits_ |= is(kind) ? bit(kind) : 0;
        }
        return kinds;
    }
    [[nodiscard]] constexpr bool contains(TlpKind kind) const noexcept { return (bits_ & bit(kind)) != 0; }

private:
    static_assert(tlp_kind_count <= 32);
    [[nodiscard]] static constexpr std::uint32_t bit(TlpKind kind) noexcept {
        return std::uint32_t{1} << static_cast<unsigned>(kind);
    }

    std::uint32_t bits_ = 0;
};

} // namespace rootpool::pcie
