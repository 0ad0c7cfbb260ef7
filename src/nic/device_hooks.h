#pragma once

#include <array>
#include <cstdint>

#include "rootpool/nic/device.h"

namespace rootpool::nic {

/// One access to a register of the PF view.
struct RegisterAccess {
    std::uint32_t offset = 0;
    unsigned index = 0; ///< in the array of registers
    SimTime now{};
};

/// What reading and writing registers of one kind does. Without `read`, the stored value is read; without `write`, the
/// writable bits are stored.
struct RegisterFunctions {
    std::uint32_t (*read)(Device&, const RegisterAccess&) = nullptr;
    void (*write)(Device&, const RegisterAccess&, std::uint32_t) = nullptr;
};
using RegisterFunctionTable = std::array<RegisterFunctions, register_hook_count>;

struct GeneralHooks {
    static void install(RegisterFunctionTable& table) noexcept;
};
struct InterruptHooks {
    struct Causes;
    static void install(RegisterFunctionTable& table) noexcept;
};
struct MailboxHooks {
    static void install(RegisterFunctionTable& table) noexcept;
};
struct QueueHooks {
    template <bool transmit>
    struct Ring;
    static void install(RegisterFunctionTable& table) noexcept;
};

/// For registers that can only be written.
[[nodiscard]] inline std::uint32_t reads_zero(Device& /*device*/, const RegisterAccess& /*access*/) { return 0; }
/// For registers that can only be read.
inline void ignores_writes(Device& /*device*/, const RegisterAccess& /*access*/, std::uint32_t /*value*/) {}

[[nodiscard]] constexpr std::size_t slot(RegisterHook hook) noexcept { return static_cast<std::size_t>(hook); }

} // namespace rootpool::nic
