#pragma once

#include <cstdint>

#include "rootpool/pcie/tlp.h"
#include "tests/reference/mutation.h"

/// The ordering table of docs/timing.md 2.3 (PCIe base table 2-42).
namespace rootpool::reference {

/// Rows and columns of the table.
enum class OrderingKind : std::uint8_t { posted, non_posted, non_posted_with_data, completion };
inline constexpr std::size_t ordering_kind_count = 4;

[[nodiscard]] OrderingKind ordering_kind(pcie::TlpKind kind) noexcept;

/// May `later` pass `earlier`?
[[nodiscard]] bool may_pass(const pcie::Tlp& later, const pcie::Tlp& earlier, Mutation mutation) noexcept;

} // namespace rootpool::reference
