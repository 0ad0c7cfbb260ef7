#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rootpool/nic/registers.h"

namespace rootpool::nic {

/// Registers whose access does more than store and load. What each does is the Device's business.
enum class RegisterHook : std::uint8_t {
    none,
    clear_on_read,
    ctrl,
    status,
    ctrl_ext,
    timer,
    links,
    eicr,
    eics,
    eiac,
    eims,
    eimc,
    eiam,
    eics_ex,
    eims_ex,
    eimc_ex,
    eiam_ex,
    eitr,
    pvfctrl,
    pvteicr,
    pvteics,
    pvteims,
    pvteimc,
    pvteiac,
    pvteiam,
    pfmailbox,
    pvfmailbox,
    pfmbmem,
    pfmbicr,
    vflre,
    vflrec,
    qde,
    filter,
    pools,
    rate,
    receive_enable,
    transmit_enable,
    rx_ring,
    rdt,
    rxdctl,
    tx_ring,
    tdt,
    txdctl,
};
inline constexpr std::size_t register_hook_count = static_cast<std::size_t>(RegisterHook::txdctl) + 1;

/// One register, or an array of them `stride` bytes apart whose first has index `first_index`.
struct RegisterDefinition {
    std::uint32_t offset = 0;
    std::uint16_t count = 1;
    std::uint16_t stride = 4;
    std::uint16_t first_index = 0;
    std::uint32_t reset = 0;
    std::uint32_t writable = 0xFFFF'FFFFU;
    RegisterHook hook = RegisterHook::none;
};

/// The registers of the device model (datasheet section 8.2.3).
[[nodiscard]] std::span<const RegisterDefinition> register_definitions() noexcept;

/// Values of all registers of the PF view. Offsets are multiples of 4 below register_space_bytes.
class RegisterFile {
public:
    explicit RegisterFile(std::span<const RegisterDefinition> definitions);

    /// The definition that covers `offset`; nullptr for an offset without register.
    [[nodiscard]] const RegisterDefinition* find(std::uint32_t offset) const noexcept;
    /// Index within the array of registers.
    [[nodiscard]] static unsigned index(const RegisterDefinition& definition, std::uint32_t offset) noexcept {
        return definition.first_index + (offset - definition.offset) / definition.stride;
    }

    [[nodiscard]] std::uint32_t operator[](std::uint32_t offset) const noexcept { return values_[offset / 4]; }
    /// Hardware side: no mask.
    void set(std::uint32_t offset, std::uint32_t value) noexcept { values_[offset / 4] = value; }
    /// Software side: writable bits only.
    void store(const RegisterDefinition& definition, std::uint32_t offset, std::uint32_t value) noexcept;
    void add(std::uint32_t offset, std::uint32_t amount) noexcept { values_[offset / 4] += amount; }
    void reset() noexcept;
    /// One register; an offset without register stays as it is.
    void reset(std::uint32_t offset) noexcept;

private:
    static constexpr std::uint8_t undefined = 0xFF;

    std::span<const RegisterDefinition> definitions_;
    std::vector<std::uint8_t> definition_of_; ///< by dword
    std::vector<std::uint32_t> values_;       ///< by dword
};

} // namespace rootpool::nic
