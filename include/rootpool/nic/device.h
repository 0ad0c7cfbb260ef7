#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "rootpool/core/time.h"
#include "rootpool/nic/functions.h"
#include "rootpool/nic/interrupt_unit.h"
#include "rootpool/nic/l2_switch.h"
#include "rootpool/nic/mailbox.h"
#include "rootpool/nic/packet.h"
#include "rootpool/nic/queue_ring.h"
#include "rootpool/nic/register_file.h"
#include "rootpool/nic/statistics.h"

namespace rootpool::nic {

/// What the engines must do when software changed something.
class DeviceEvents {
public:
    virtual ~DeviceEvents() = default;
    /// TDT was written, the queue or the transmitter was enabled.
    virtual void on_transmit_work(unsigned queue) = 0;
    /// RDT was written, the queue or the receiver was enabled or disabled.
    virtual void on_receive_work(unsigned queue) = 0;
    /// The queue was disabled or its function reset: what it has under way is void.
    virtual void on_transmit_queue_stopped(unsigned queue) = 0;
    virtual void on_receive_queue_stopped(unsigned queue) = 0;
    /// Causes, masks, tables or throttles of the function changed so that messages may be due.
    virtual void on_interrupt_change(FunctionNumber function) = 0;
    /// The function may no longer use DMA (reset, Bus Master Enable cleared, VF gone): its requests are void.
    virtual void on_dma_stopped(FunctionNumber function) = 0;
};

/// The 82599 as software sees it: configuration spaces, registers of PF and VFs, MSI-X tables. Holds no clock: time
/// comes in.
class Device : private FunctionEvents {
public:
    /// `mac` is what the NVM holds for receive address 0; any value is possible, as in a card whose NVM is blank.
    Device(const FunctionOptions& options, const MacAddress& mac, DeviceEvents& events);

    // --- software
    [[nodiscard]] Functions& functions() noexcept { return functions_; }
    [[nodiscard]] const Functions& functions() const noexcept { return functions_; }
    [[nodiscard]] std::uint32_t read(const BarHit& hit, SimTime now);
    /// `byte_enables` other than all are ignored by registers, as the 82599 has 32-bit registers only (datasheet
    /// section 8.1.2).
    void write(const BarHit& hit, std::uint32_t value, SimTime now);

    // --- hardware
    [[nodiscard]] RegisterFile& registers() noexcept { return registers_; }
    [[nodiscard]] const RegisterFile& registers() const noexcept { return registers_; }
    [[nodiscard]] Statistics& statistics() noexcept { return statistics_; }
    [[nodiscard]] InterruptUnit& interrupts() noexcept { return interrupts_; }
    [[nodiscard]] InterruptGates interrupt_gates(FunctionNumber function) const noexcept;
    [[nodiscard]] QueueRing& rx_ring(unsigned queue) noexcept { return rx_rings_[queue]; }
    [[nodiscard]] QueueRing& tx_ring(unsigned queue) noexcept { return tx_rings_[queue]; }
    /// The filters, up to date with the registers.
    [[nodiscard]] const L2Switch& l2_switch();

    [[nodiscard]] unsigned queues_per_pool() const noexcept { return queues_per_pool_; }
    [[nodiscard]] bool virtualization() const noexcept { return virtualization_; }
    [[nodiscard]] unsigned pool_of(unsigned queue) const noexcept {
        return virtualization_ ? queue / queues_per_pool_ : 0;
    }
    /// Whose requester ID the queue's DMA carries.
    [[nodiscard]] FunctionNumber owner_of(unsigned queue) const noexcept {
        const unsigned pool = pool_of(queue);
        return virtualization_ && pool < functions_.active_vfs()
                   ? function_of(pcie::VfIndex(static_cast<std::uint16_t>(pool)))
                   : physical_function;
    }
    [[nodiscard]] bool receiver_enabled() const noexcept { return (registers_[reg::RXCTRL] & RXCTRL_RXEN) != 0; }
    /// VFRE or VFTE; without virtualization every pool counts as enabled.
    [[nodiscard]] bool pool_receives(unsigned pool) const noexcept;
    /// DMATXCTL.TE and VFTE.
    [[nodiscard]] bool queue_transmits(unsigned queue) const noexcept;
    [[nodiscard]] bool drops_without_descriptor(unsigned queue) const noexcept;
    /// Link rate over the queue's rate, 10.14 fixed point; 0: unlimited (RTTBCNRC).
    [[nodiscard]] std::uint32_t rate_factor(unsigned queue) const noexcept {
        const std::uint32_t value = rate_factors_[queue];
        return (value & RTTBCNRC_RS_ENA) != 0 ? value & rate_factor_mask : 0;
    }
    static constexpr unsigned rate_fraction_bits = 14;
    [[nodiscard]] bool link_up() const noexcept { return link_up_; }

    /// The queue's receive or transmit cause, by IVAR or VTIVAR.
    void raise_rx(unsigned queue);
    void raise_tx(unsigned queue);
    void raise_other(std::uint32_t eicr_bits);
    void set_link(bool up);
    /// Power-on state of everything.
    void conventional_reset();

    [[nodiscard]] std::uint64_t unknown_accesses() const noexcept { return unknown_accesses_; }

    /// Bus Master Enable, and CTRL's master disable.
    [[nodiscard]] bool dma_allowed(FunctionNumber function) const noexcept {
        return functions_.bus_master(function) && (registers_[reg::CTRL] & CTRL_MASTER_DISABLE) == 0;
    }

private:
    static constexpr std::uint32_t rate_factor_mask = 0xFF'FFFFU;
    // What registers do beyond storing, by subject (src/nic/*_hooks.cpp).
    friend struct GeneralHooks;
    friend struct InterruptHooks;
    friend struct MailboxHooks;
    friend struct QueueHooks;

    // FunctionEvents
    void on_function_level_reset(FunctionNumber function) override;
    void on_vf_enable(bool enabled, unsigned vfs) override;
    void on_control_changed(FunctionNumber function) override;

    [[nodiscard]] std::uint32_t read_register(std::uint32_t offset, SimTime now);
    void write_register(std::uint32_t offset, std::uint32_t value, SimTime now);
    [[nodiscard]] std::uint32_t read_vf(unsigned vf, std::uint32_t offset, SimTime now);
    void write_vf(unsigned vf, std::uint32_t offset, std::uint32_t value, SimTime now);

    void raise_vector(FunctionNumber function, std::uint32_t ivar_byte);
    /// The IVAR or VTIVAR byte of the queue's receive (0) or transmit (1) cause.
    [[nodiscard]] std::uint32_t allocation(unsigned queue, unsigned transmit) const noexcept;
    void stop_pool(unsigned pool);
    void reset_vf_registers(unsigned vf);
    void reset_ring(QueueRing& ring, std::uint32_t block, std::span<const std::uint32_t> registers);
    void note_vf_reset(unsigned vf);
    void software_reset();
    void load_nvm();
    void update_pools();

    DeviceEvents& events_;
    MacAddress mac_;
    bool vf_flr_keeps_queues_;
    RegisterFile registers_;
    Functions functions_;
    Statistics statistics_;
    Mailbox mailbox_;
    InterruptUnit interrupts_;
    L2Switch l2_switch_;
    std::array<QueueRing, queue_count> rx_rings_{};
    std::array<QueueRing, queue_count> tx_rings_{};
    std::array<std::uint32_t, queue_count> rate_factors_{}; ///< RTTBCNRC
    std::array<bool, queue_count> forced_drop_{};           ///< QDE
    unsigned queues_per_pool_ = 2;
    bool virtualization_ = false;
    bool filters_changed_ = true;
    bool link_up_ = false;
    std::uint64_t unknown_accesses_ = 0;
};

} // namespace rootpool::nic
