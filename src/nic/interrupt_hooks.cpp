#include "nic/device_hooks.h"

// EICR ... EITR of the PF and PVTEICR ... of the VFs (datasheet sections 8.2.3.5 and 8.3.5.3).
namespace rootpool::nic {

namespace {

constexpr std::uint32_t queue_bits = EICR_RTX_QUEUE_MASK;
constexpr std::uint32_t other_bits = ~queue_bits;
constexpr std::uint32_t cleared_with_ocd = 0x3FFF'0000U; ///< GPIE.OCD: reading clears causes 29:16 only
constexpr std::uint32_t gpie_ocd = 1U << 5U;
constexpr std::uint64_t vf_vectors = (1U << vf_vector_count) - 1;

using Access = RegisterAccess;
using Change = void (InterruptCauses::*)(std::uint64_t) noexcept;

[[nodiscard]] std::uint64_t high_half(unsigned index, std::uint32_t value) noexcept {
    return static_cast<std::uint64_t>(value) << 32U * index;
}
[[nodiscard]] FunctionNumber vf_function(const Access& access) noexcept {
    return function_of(pcie::VfIndex(static_cast<std::uint16_t>(access.index)));
}

} // namespace

/// The access of a hook to the causes: the PF's 32-bit registers show vectors 15:0 and the other causes together.
struct InterruptHooks::Causes {
    static InterruptCauses& queues(Device& device) { return device.interrupts_.causes(physical_function); }
    static InterruptCauses& other(Device& device) { return device.interrupts_.other_causes(); }
    static InterruptCauses& vf(Device& device, const Access& access) {
        return device.interrupts_.causes(vf_function(access));
    }
    static std::uint32_t pf_causes(Device& device) {
        return static_cast<std::uint32_t>((queues(device).causes() & queue_bits) |
                                          (other(device).causes() & other_bits));
    }
    static void clear_pf(Device& device, std::uint32_t bits) {
        queues(device).clear(bits & queue_bits);
        other(device).clear(bits & other_bits);
    }
    static void changed(Device& device, FunctionNumber function) { device.events_.on_interrupt_change(function); }

    /// Writing 1 does `change` to the bits of a 32-bit register of the PF.
    template <Change change>
    static void write_pf(Device& device, const Access& /*access*/, std::uint32_t value) {
        (queues(device).*change)(value & queue_bits);
        (other(device).*change)(value & other_bits);
        changed(device, physical_function);
    }
    /// The same for one half of the PF's 64 vectors.
    template <Change change>
    static void write_extended(Device& device, const Access& access, std::uint32_t value) {
        (queues(device).*change)(high_half(access.index, value));
        changed(device, physical_function);
    }
    template <Change change>
    static void write_vf(Device& device, const Access& access, std::uint32_t value) {
        (vf(device, access).*change)(value & vf_vectors);
        changed(device, vf_function(access));
    }
    template <auto get>
    static std::uint32_t read_vf(Device& device, const Access& access) {
        return static_cast<std::uint32_t>((vf(device, access).*get)());
    }
    template <auto get>
    static std::uint32_t read_pf(Device& device, const Access& /*access*/) {
        return static_cast<std::uint32_t>(((queues(device).*get)() & queue_bits) |
                                          ((other(device).*get)() & other_bits));
    }
    template <auto get>
    static std::uint32_t read_extended(Device& device, const Access& access) {
        return static_cast<std::uint32_t>((queues(device).*get)() >> 32U * access.index);
    }

    static std::uint32_t read_eicr(Device& device, const Access& /*access*/) {
        const std::uint32_t value = pf_causes(device);
        clear_pf(device, (device.registers_[reg::GPIE] & gpie_ocd) != 0 ? cleared_with_ocd : ~0U);
        return value;
    }
    static void write_eicr(Device& device, const Access& /*access*/, std::uint32_t value) { clear_pf(device, value); }
    static std::uint32_t read_eics(Device& device, const Access& /*access*/) { return pf_causes(device); }
    static std::uint32_t read_vteicr(Device& device, const Access& access) {
        const auto value = static_cast<std::uint32_t>(vf(device, access).causes());
        vf(device, access).clear(vf_vectors);
        return value;
    }
    static std::uint32_t read_eitr(Device& device, const Access& access) {
        return device.interrupts_.throttle(physical_function, access.index).read();
    }
    static void write_eitr(Device& device, const Access& access, std::uint32_t value) {
        device.interrupts_.throttle(physical_function, access.index).write(value, access.now);
        changed(device, physical_function);
    }
    /// EIAM of the PF covers vectors 15:0 without touching what EIAM_EX set for the others.
    static void write_eiam(Device& device, const Access& /*access*/, std::uint32_t value) {
        queues(device).set_auto_mask((queues(device).auto_mask() & ~std::uint64_t{queue_bits}) | (value & queue_bits));
        other(device).set_auto_mask(value & other_bits);
    }
    static void write_eiam_ex(Device& device, const Access& access, std::uint32_t value) {
        const std::uint64_t kept = queues(device).auto_mask() & ~high_half(access.index, ~0U);
        queues(device).set_auto_mask(kept | high_half(access.index, value));
    }
    /// Vectors above 15 clear themselves always: EICR cannot show them (datasheet section 7.3.1.3).
    static void write_eiac(Device& device, const Access& /*access*/, std::uint32_t value) {
        queues(device).set_auto_clear((value & queue_bits) | ~std::uint64_t{queue_bits});
        other(device).set_auto_clear(value & other_bits);
    }
};

void InterruptHooks::install(RegisterFunctionTable& table) noexcept {
    using C = InterruptCauses;
    using H = Causes;
    table[slot(RegisterHook::eicr)] = {H::read_eicr, H::write_eicr};
    table[slot(RegisterHook::eics)] = {H::read_eics, H::write_pf<&C::raise>};
    table[slot(RegisterHook::eiac)] = {H::read_pf<&C::auto_clear>, H::write_eiac};
    table[slot(RegisterHook::eims)] = {H::read_pf<&C::enabled>, H::write_pf<&C::enable>};
    table[slot(RegisterHook::eimc)] = {reads_zero, H::write_pf<&C::disable>};
    table[slot(RegisterHook::eiam)] = {H::read_pf<&C::auto_mask>, H::write_eiam};
    table[slot(RegisterHook::eics_ex)] = {reads_zero, H::write_extended<&C::raise>};
    table[slot(RegisterHook::eims_ex)] = {H::read_extended<&C::enabled>, H::write_extended<&C::enable>};
    table[slot(RegisterHook::eimc_ex)] = {reads_zero, H::write_extended<&C::disable>};
    table[slot(RegisterHook::eiam_ex)] = {H::read_extended<&C::auto_mask>, H::write_eiam_ex};
    table[slot(RegisterHook::eitr)] = {H::read_eitr, H::write_eitr};
    table[slot(RegisterHook::pvteicr)] = {H::read_vteicr, H::write_vf<&C::clear>};
    table[slot(RegisterHook::pvteics)] = {reads_zero, H::write_vf<&C::raise>};
    table[slot(RegisterHook::pvteims)] = {H::read_vf<&C::enabled>, H::write_vf<&C::enable>};
    table[slot(RegisterHook::pvteimc)] = {reads_zero, H::write_vf<&C::disable>};
    table[slot(RegisterHook::pvteiac)] = {H::read_vf<&C::auto_clear>, H::write_vf<&C::set_auto_clear>};
    table[slot(RegisterHook::pvteiam)] = {H::read_vf<&C::auto_mask>, H::write_vf<&C::set_auto_mask>};
}

} // namespace rootpool::nic
