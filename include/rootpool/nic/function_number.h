#pragma once

#include <cstdint>

#include "rootpool/core/strong.h"
#include "rootpool/nic/registers.h"
#include "rootpool/pcie/types.h"

namespace rootpool::nic {

/// A function of the device: 0 is the PF, n is the VF that SR-IOV calls VF n (VfIndex n - 1).
using FunctionNumber = core::Strong<struct FunctionNumberKind, std::uint8_t>;

inline constexpr unsigned function_count = 1 + vf_count;
inline constexpr FunctionNumber physical_function{0};

[[nodiscard]] constexpr bool is_virtual(FunctionNumber function) noexcept { return function != physical_function; }
[[nodiscard]] constexpr FunctionNumber function_of(pcie::VfIndex vf) noexcept {
    return FunctionNumber(static_cast<std::uint8_t>(vf.value() + 1));
}
/// Of a virtual function.
[[nodiscard]] constexpr unsigned vf_of(FunctionNumber function) noexcept { return function.value() - 1U; }

} // namespace rootpool::nic
