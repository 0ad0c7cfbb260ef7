#include "rootpool/nic/device.h"

#include "nic/device_hooks.h"

namespace rootpool::nic {

namespace {

[[nodiscard]] const RegisterFunctionTable& register_functions() noexcept {
    static const RegisterFunctionTable functions = [] {
        RegisterFunctionTable table{};
        GeneralHooks::install(table);
        InterruptHooks::install(table);
        MailboxHooks::install(table);
        QueueHooks::install(table);
        return table;
    }();
    return functions;
}

[[nodiscard]] std::uint32_t byte_of(std::uint32_t value, unsigned byte) noexcept { return value >> 8U * byte & 0xFFU; }

/// What a VF's reset should clear, heads and tails aside. The real device stops after the first ones: it leaves RDH/T,
/// TDH/T, PSRTYPE, SRRCTL, RXDCTL, TXDCTL, TDWBAL/H and the DCA controls (specification update, "VFLR").
constexpr std::array rx_queue_registers{queue::RDBAL,  queue::RDBAH,  queue::RDLEN, queue::DCA_RXCTRL,
                                        queue::SRRCTL, queue::RXDCTL, queue::RSCCTL};
constexpr std::array tx_queue_registers{queue::TDBAL,  queue::TDBAH,  queue::TDLEN, queue::DCA_TXCTRL,
                                        queue::TXDCTL, queue::TDWBAL, queue::TDWBAH};
constexpr std::size_t vf_flr_resets = 3; ///< base and length

} // namespace

Device::Device(const FunctionOptions& options, const MacAddress& mac, DeviceEvents& events)
    : events_(events), mac_(mac), vf_flr_keeps_queues_(options.vf_flr_keeps_queues), registers_(register_definitions()),
      functions_(options, *this), statistics_(registers_) {
    load_nvm();
    update_pools();
}

std::uint32_t Device::read(const BarHit& hit, SimTime now) {
    const bool is_registers = hit.bar == 0;
    if (!is_registers) {
        return interrupts_.table(hit.function).read(hit.offset);
    }
    return is_virtual(hit.function) ? read_vf(vf_of(hit.function), hit.offset, now) : read_register(hit.offset, now);
}

void Device::write(const BarHit& hit, std::uint32_t value, SimTime now) {
    if (hit.bar != 0) {
        interrupts_.table(hit.function).write(hit.offset, value);
        events_.on_interrupt_change(hit.function);
    } else if (is_virtual(hit.function)) {
        write_vf(vf_of(hit.function), hit.offset, value, now);
    } else {
        write_register(hit.offset, value, now);
    }
}

std::uint32_t Device::read_register(std::uint32_t offset, SimTime now) {
    const RegisterDefinition* definition = registers_.find(offset);
    if (definition == nullptr) {
        ++unknown_accesses_;
        return 0;
    }
    const auto read = register_functions()[slot(definition->hook)].read;
    return read == nullptr ? registers_[offset] : read(*this, {offset, RegisterFile::index(*definition, offset), now});
}

void Device::write_register(std::uint32_t offset, std::uint32_t value, SimTime now) {
    const RegisterDefinition* definition = registers_.find(offset);
    if (definition == nullptr) {
        ++unknown_accesses_;
        return;
    }
    const auto write = register_functions()[slot(definition->hook)].write;
    if (write == nullptr) {
        registers_.store(*definition, offset, value);
    } else {
        write(*this, {offset, RegisterFile::index(*definition, offset), now}, value);
    }
}

std::uint32_t Device::read_vf(unsigned vf, std::uint32_t offset, SimTime now) {
    if (const auto vector = vf_throttle_vector(offset)) {
        return interrupts_.throttle(function_of(pcie::VfIndex(static_cast<std::uint16_t>(vf))), *vector).read();
    }
    const auto alias = pf_alias(offset, vf, queues_per_pool_);
    if (!alias) {
        ++unknown_accesses_;
        return 0;
    }
    return read_register(*alias, now);
}

void Device::write_vf(unsigned vf, std::uint32_t offset, std::uint32_t value, SimTime now) {
    if (const auto vector = vf_throttle_vector(offset)) {
        const FunctionNumber function = function_of(pcie::VfIndex(static_cast<std::uint16_t>(vf)));
        interrupts_.throttle(function, *vector).write(value, now);
        events_.on_interrupt_change(function);
        return;
    }
    const auto alias = pf_alias(offset, vf, queues_per_pool_);
    if (!alias) {
        ++unknown_accesses_;
        return;
    }
    write_register(*alias, value, now);
}

InterruptGates Device::interrupt_gates(FunctionNumber function) const noexcept {
    InterruptGates gates;
    gates.msix_enabled = functions_.msix_enabled(function);
    gates.function_masked = functions_.msix_function_masked(function);
    gates.auto_masks = (registers_[reg::GPIE] & GPIE_EIAME) != 0;
    const std::uint32_t other = byte_of(registers_[reg::IVAR_MISC], 1);
    if (!is_virtual(function) && (other & IVAR_VALID) != 0) {
        gates.other_vector = other % pf_vector_count;
    }
    return gates;
}

const L2Switch& Device::l2_switch() {
    if (filters_changed_) {
        l2_switch_.load(registers_);
        filters_changed_ = false;
    }
    return l2_switch_;
}

bool Device::pool_receives(unsigned pool) const noexcept {
    return !virtualization_ || (registers_[reg::VFRE(pool / 32)] >> pool % 32 & 1U) != 0;
}

bool Device::queue_transmits(unsigned queue) const noexcept {
    const unsigned pool = pool_of(queue);
    return (registers_[reg::DMATXCTL] & DMATXCTL_TE) != 0 &&
           (!virtualization_ || (registers_[reg::VFTE(pool / 32)] >> pool % 32 & 1U) != 0);
}

bool Device::drops_without_descriptor(unsigned queue) const noexcept {
    return forced_drop_[queue] || (registers_[reg::RX_QUEUE(queue) + queue::SRRCTL] & SRRCTL_DROP_EN) != 0;
}

std::uint32_t Device::allocation(unsigned queue, unsigned transmit) const noexcept {
    const bool of_vf = is_virtual(owner_of(queue));
    const unsigned within = of_vf ? queue % queues_per_pool_ : queue;
    if (of_vf && within >= 2) {
        return 0; // one VTIVAR per VF is reachable: two queues
    }
    const std::uint32_t entry = of_vf ? registers_[reg::PVTIVAR(pool_of(queue))] : registers_[reg::IVAR(queue / 2)];
    return byte_of(entry, 2 * (within & 1U) + transmit);
}

void Device::raise_vector(FunctionNumber function, std::uint32_t ivar_byte) {
    const unsigned vectors = is_virtual(function) ? vf_vector_count : pf_vector_count;
    const unsigned vector = ivar_byte & (is_virtual(function) ? 0x3U : 0x3FU);
    if ((ivar_byte & IVAR_VALID) != 0 && vector < vectors) {
        interrupts_.causes(function).raise(std::uint64_t{1} << vector);
        events_.on_interrupt_change(function);
    }
}

void Device::raise_rx(unsigned queue) { raise_vector(owner_of(queue), allocation(queue, 0)); }
void Device::raise_tx(unsigned queue) { raise_vector(owner_of(queue), allocation(queue, 1)); }

void Device::raise_other(std::uint32_t eicr_bits) {
    interrupts_.other_causes().raise(eicr_bits);
    events_.on_interrupt_change(physical_function);
}

void Device::set_link(bool up) {
    if (link_up_ != up) {
        link_up_ = up;
        raise_other(EICR_LSC);
    }
}

void Device::update_pools() {
    const std::uint32_t mode = registers_[reg::GCR_EXT] & GCR_EXT_VT_MODE_MASK;
    constexpr std::array<unsigned, 4> queues_by_mode{2, 8, 4, 2}; // 64 pools also while software has not chosen yet
    queues_per_pool_ = queues_by_mode[mode];
    virtualization_ = (registers_[reg::VT_CTL] & VT_CTL_VT_ENA) != 0;
    filters_changed_ = true;
}

void Device::stop_pool(unsigned pool) {
    for (unsigned q = pool * queues_per_pool_; q < (pool + 1) * queues_per_pool_ && q < queue_count; ++q) {
        events_.on_transmit_queue_stopped(q);
        events_.on_receive_queue_stopped(q);
    }
}

/// What resets of a VF do to its registers. VFRE and VFTE close the pool until the PF opens it anew (datasheet section
/// 4.2.2.2).
void Device::reset_vf_registers(unsigned vf) {
    const FunctionNumber function = function_of(pcie::VfIndex(static_cast<std::uint16_t>(vf)));
    events_.on_dma_stopped(function);
    stop_pool(vf);
    interrupts_.reset_registers(function);
    for (const std::uint32_t offset : {reg::PVTIVAR(vf), reg::PVTIVAR_MISC(vf), reg::PVTRSCINT(vf)}) {
        registers_.set(offset, 0);
    }
    for (const std::uint32_t offset : {reg::VFRE(vf / 32), reg::VFTE(vf / 32)}) {
        registers_.set(offset, registers_[offset] & ~(1U << vf % 32));
    }
    if (!vf_flr_keeps_queues_) {
        registers_.reset(reg::PSRTYPE(vf));
    }
    for (unsigned q = vf * queues_per_pool_; q < (vf + 1) * queues_per_pool_ && q < queue_count; ++q) {
        reset_ring(rx_rings_[q], reg::RX_QUEUE(q), rx_queue_registers);
        reset_ring(tx_rings_[q], reg::TX_QUEUE(q), tx_queue_registers);
    }
}

/// Heads, tails and `registers` of a queue, or without the heads, tails and controls that the real device forgets to
/// reset.
void Device::reset_ring(QueueRing& ring, std::uint32_t block, std::span<const std::uint32_t> registers) {
    for (const std::uint32_t offset : vf_flr_keeps_queues_ ? registers.first(vf_flr_resets) : registers) {
        registers_.reset(block + offset);
    }
    if (!vf_flr_keeps_queues_) {
        ring = QueueRing();
    }
    ring.base = 0;
    ring.length = 0; // so that an enabled queue has no descriptors until it is set up anew
}

void Device::note_vf_reset(unsigned vf) {
    mailbox_.note_vf_reset(vf);
    raise_other(EICR_MAILBOX);
}

void Device::software_reset() {
    for (unsigned f = 0; f < function_count; ++f) {
        const FunctionNumber function(static_cast<std::uint8_t>(f));
        events_.on_dma_stopped(function);
        interrupts_.reset_registers(function);
    }
    for (unsigned q = 0; q < queue_count; ++q) {
        rx_rings_[q] = QueueRing();
        tx_rings_[q] = QueueRing();
        events_.on_transmit_queue_stopped(q);
        events_.on_receive_queue_stopped(q);
    }
    registers_.reset();
    load_nvm();
    mailbox_.reset();
    rate_factors_ = {};
    forced_drop_ = {};
    update_pools();
}

/// Every reset of the PF reads the NVM again (datasheet section 4.2.1); Address Valid of entry 0 comes with it (section
/// 8.2.3.7.9).
void Device::load_nvm() {
    const std::uint64_t number = mac_number(mac_.data());
    registers_.set(reg::RAL(0), static_cast<std::uint32_t>(number));
    registers_.set(reg::RAH(0), static_cast<std::uint32_t>(number >> 32U) | RAH_AV);
}

void Device::conventional_reset() {
    software_reset();
    functions_.conventional_reset();
    for (unsigned f = 0; f < function_count; ++f) {
        interrupts_.table(FunctionNumber(static_cast<std::uint8_t>(f))).reset();
    }
}

void Device::on_function_level_reset(FunctionNumber function) {
    interrupts_.table(function).reset();
    if (is_virtual(function)) {
        reset_vf_registers(vf_of(function));
        note_vf_reset(vf_of(function));
    } else {
        software_reset();
    }
}

void Device::on_vf_enable(bool enabled, unsigned vfs) {
    if (enabled) {
        return;
    }
    for (unsigned vf = 0; vf < vfs; ++vf) {
        reset_vf_registers(vf);
        interrupts_.table(function_of(pcie::VfIndex(static_cast<std::uint16_t>(vf)))).reset();
        // The pools' queues fall to the PF now; they must not go on with a VF's addresses under its requester ID.
        for (unsigned q = vf * queues_per_pool_; q < (vf + 1) * queues_per_pool_ && q < queue_count && virtualization_;
             ++q) {
            rx_rings_[q].enabled = false;
            tx_rings_[q].enabled = false;
        }
    }
}

void Device::on_control_changed(FunctionNumber function) {
    if (!functions_.bus_master(function)) {
        events_.on_dma_stopped(function);
    }
    events_.on_interrupt_change(function);
}

} // namespace rootpool::nic
