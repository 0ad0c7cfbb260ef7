#include "rootpool/host/ixgbe_pf_driver.h"

#include <algorithm>
#include <utility>

#include "host/ixgbe_mac_address.h"
#include "host/ixgbe_mailbox_messages.h"
#include "host/pci_log.h"
#include "rootpool/host/sriov.h"
#include "rootpool/nic/registers.h"

namespace rootpool::host {
namespace {

namespace reg = nic::reg;

constexpr unsigned queue_vector = 0;
constexpr unsigned other_vector = 1;
constexpr unsigned queues_per_pool = 2; // 64-pool mode
constexpr std::uint32_t other_causes = nic::EICR_MAILBOX | nic::EICR_LSC;
constexpr std::uint32_t all_causes = 0x7FFF'FFFF;
constexpr std::uint32_t gone = ~0U;
constexpr std::uint32_t other_vector_interval = 1950; // 488 us (ixgbe_configure_msix)
constexpr std::uint32_t receive_buffer_bytes = 512U << 10U;
constexpr std::uint32_t transmit_buffer_bytes = 160U << 10U;
constexpr std::uint32_t gpie_other_clear_disable = 1U << 5U; // OCD: EICR reads clear only in other modes
constexpr std::uint32_t gpie_vt_mode_64 = 3U << 14U;
constexpr std::uint32_t ctrl_ext_no_snoop_disable = 1U << 16U;
constexpr std::uint32_t hlreg0_jumbo = 1U << 2U; // MAXFRS counts only with it
constexpr unsigned master_disable_polls = 800;   // IXGBE_PCI_MASTER_DISABLE_TIMEOUT, 100 us apart
constexpr unsigned reset_polls = 10;
constexpr SimTime reset_settle = 50ms;

} // namespace

IxgbePfDriver::IxgbePfDriver(const IxgbeEnvironment& environment, PciDevice& device, const IxgbeSettings& settings,
                             std::string interface_name)
    : environment_(environment), device_(device), settings_(settings), name_(std::move(interface_name)) {}

IxgbePfDriver::~IxgbePfDriver() = default;

void IxgbePfDriver::log(std::string_view text) { pci_log(environment_.pci.log(), device_, "{}", text); }

std::string IxgbePfDriver::interface_prefix() const { return "ixgbe " + device_.name() + " " + name_ + ": "; }

void IxgbePfDriver::log_interface(std::string_view text) {
    environment_.pci.log().line(interface_prefix() + std::string(text));
}

// --- probe

bool IxgbePfDriver::map_registers() {
    if (!device_.bars[0].assigned || device_.bars[0].size < nic::register_space_bytes) {
        log("BAR 0 is missing or too small");
        return false;
    }
    registers_.emplace(environment_.mmio, device_.bars[0].address);
    filters_.emplace(*registers_);
    return true;
}

bool IxgbePfDriver::probe() {
    device_.driver = "ixgbe";
    if (!environment_.pci.enable_device(device_) || !map_registers() || !reset_hardware()) {
        device_.driver.clear();
        return false;
    }
    if (!is_valid_unicast(mac_)) {
        log("invalid MAC address");
        device_.driver.clear();
        return false;
    }
    device_.sriov.driver_max_vfs =
        std::min<std::uint16_t>(device_.sriov.total_vfs, IxgbeVfService::max_vfs); // pci_sriov_set_totalvfs
    log("Multiqueue Disabled: Rx Queue count = 1, Tx Queue count = 1 XDP Queue count = 0");
    log("MAC: 2, PHY: 1, PBA No: E68793-007");
    log(to_string(mac_));
    log("Intel(R) 10 Gigabit Network Connection");
    return true;
}

void IxgbePfDriver::stop_hardware() {
    registers_->modify(reg::RXCTRL, nic::RXCTRL_RXEN, 0);
    registers_->write(reg::EIMC, all_causes);
    registers_->write(reg::EIMC_EX(0), gone);
    registers_->write(reg::EIMC_EX(1), gone);
    (void)registers_->read(reg::EICR);
    // No request of the device may be outstanding when it is reset (datasheet 5.2.5.3.2).
    registers_->modify(reg::CTRL, 0, nic::CTRL_MASTER_DISABLE);
    if (!registers_->poll(environment_.pci.sleeper(), reg::STATUS, nic::STATUS_MASTER_ENABLE, 0, master_disable_polls,
                          100us)) {
        log("PCIe transaction pending bit also did not clear.");
    }
}

/// ixgbe_reset_hw_82599
bool IxgbePfDriver::reset_hardware() {
    stop_hardware();
    registers_->modify(reg::CTRL, 0, nic::CTRL_RST);
    if (!registers_->poll(environment_.pci.sleeper(), reg::CTRL, nic::CTRL_RST, 0, reset_polls, 1us)) {
        log("Hardware Error: Reset polling failed to complete");
        return false;
    }
    environment_.pci.sleeper().sleep(reset_settle);
    if (mac_ == MacAddress{}) {
        read_mac();
    }
    filters_->clear_all();
    registers_->modify(reg::CTRL_EXT, 0, ctrl_ext_no_snoop_disable);
    return true;
}

/// The address that the NVM put into receive address 0.
void IxgbePfDriver::read_mac() {
    const std::uint32_t low = registers_->read(reg::RAL(0));
    mac_ = mailbox::mac_of(low, registers_->read(reg::RAH(0)));
}

// --- open and close

IxgbeQueueLayout IxgbePfDriver::layout() const noexcept {
    const unsigned queue = pf_pool() * queues_per_pool; // 0 without VFs
    return {.rx_base = reg::RX_QUEUE(queue),
            .tx_base = reg::TX_QUEUE(queue),
            .eitr = reg::EITR(queue_vector),
            .unmask = reg::EIMS_EX(0),
            .unmask_bit = 1U << queue_vector};
}

void IxgbePfDriver::configure_packet_buffers() {
    registers_->write(reg::RXPBSIZE(0), receive_buffer_bytes);
    registers_->write(reg::TXPBSIZE(0), transmit_buffer_bytes);
    for (unsigned i = 1; i < 8; ++i) {
        registers_->write(reg::RXPBSIZE(i), 0);
        registers_->write(reg::TXPBSIZE(i), 0);
    }
}

/// ixgbe_configure_virtualization
void IxgbePfDriver::configure_virtualization() {
    if (!vfs_) {
        return;
    }
    const unsigned pool = pf_pool();
    const unsigned half = pool / 32;
    registers_->write(reg::VT_CTL, nic::VT_CTL_VT_ENA | nic::VT_CTL_REPLEN | pool << nic::VT_CTL_DEF_PL_SHIFT);
    for (const std::uint32_t enable : {reg::VFRE(0), reg::VFTE(0)}) {
        // VFs wait for their reset message; the PF's pool and what lies above it works at once
        registers_->write(enable + 4 * half, ~0U << (pool % 32));
        registers_->write(enable + 4 * (1 - half), half == 0 ? ~0U : 0U);
    }
    registers_->write(reg::PFDTXGSWC, nic::PFDTXGSWC_LBEN);
    registers_->write(reg::GCR_EXT, nic::GCR_EXT_MSIX_EN | nic::GCR_EXT_VT_MODE_64);
    vfs_->configure();
}

void IxgbePfDriver::configure_filters() {
    filters_->set_pf_address(mac_, pf_pool());
    registers_->write(reg::FCTRL, nic::FCTRL_BAM);
    registers_->write(reg::MCSTCTRL, nic::MCSTCTRL_MFE); // bits 47:36 of the address
    if (vfs_) {
        registers_->write(reg::VMOLR(pf_pool()), nic::VMOLR_BAM | nic::VMOLR_AUPE | nic::VMOLR_ROMPE | nic::VMOLR_ROPE);
    }
}

void IxgbePfDriver::configure_transmit() {
    registers_->modify(reg::RTTDCS, 0,
                       nic::RTTDCS_ARBDIS); // MTQC changes only with the arbiter off (datasheet 7.2.1.2.1)
    registers_->write(reg::MTQC, vfs_ ? nic::MTQC_VT_ENA | nic::MTQC_64VF : 0U);
    registers_->modify(reg::RTTDCS, nic::RTTDCS_ARBDIS, 0);
    registers_->modify(reg::DMATXCTL, 0, nic::DMATXCTL_TE);
}

void IxgbePfDriver::configure_receive() {
    registers_->write(reg::MAXFRS, settings_.max_frame << nic::MAXFRS_MFS_SHIFT);
    registers_->modify(reg::HLREG0, 0, hlreg0_jumbo);
    registers_->write(reg::MRQC, vfs_ ? nic::MRQC_VMDQ_64_RSS : 0U);
    registers_->write(reg::PSRTYPE(pf_pool()), 0); // one queue, no header split
}

bool IxgbePfDriver::setup_vectors(const IxgbeHandlers& handlers) {
    if (vectors_ready_) {
        return true;
    }
    msix_.emplace(environment_.pci, environment_.mmio, device_);
    if (!msix_->usable() || msix_->size() <= other_vector) {
        log("Failed to allocate MSI-X interrupts");
        return false;
    }
    messages_[queue_vector] = environment_.interrupts.allocate(handlers.queue, name_ + "-TxRx-0");
    messages_[other_vector] = environment_.interrupts.allocate(handlers.other, name_);
    vectors_ready_ = true;
    return true;
}

/// ixgbe_setup_gpie, ixgbe_configure_msix
void IxgbePfDriver::configure_vectors() {
    msix_->enable_masked();
    for (unsigned vector = 0; vector < messages_.size(); ++vector) {
        (void)msix_->program(vector, messages_[vector]);
    }
    msix_->unmask_all();
    registers_->write(reg::GPIE, nic::GPIE_MSIX_MODE | nic::GPIE_PBA_SUPPORT | nic::GPIE_EIAME |
                                     gpie_other_clear_disable | (vfs_ ? gpie_vt_mode_64 : 0U));
    registers_->write(reg::EIAM_EX(0), gone);
    registers_->write(reg::EIAM_EX(1), gone);
    const unsigned queue = pf_pool() * queues_per_pool; // even: the lower half of its IVAR
    constexpr std::uint32_t queue_entry = queue_vector | nic::IVAR_VALID;
    registers_->write(reg::IVAR(queue / 2), queue_entry | queue_entry << 8U);
    registers_->write(reg::IVAR_MISC, (other_vector | nic::IVAR_VALID) << 8U); // byte 1: other causes
    if (const unsigned vfs = num_vfs();
        vfs > 32 && vfs <= IxgbeVfService::max_vfs) { // throttle registers above 24 of the PF are VF n's second bank
                                                      // then (ixgbe_configure_msix)
        registers_->write(reg::EITRSEL, static_cast<std::uint32_t>((1ULL << (vfs - 32)) - 1));
    }
    registers_->write(reg::EITR(other_vector), other_vector_interval);
    registers_->write(reg::EIAC, nic::EICR_RTX_QUEUE_MASK);
}

void IxgbePfDriver::enable_interrupts() {
    (void)registers_->read(reg::EICR); // clears what came up meanwhile
    registers_->write(reg::EIMS, other_causes);
    registers_->write(reg::EIMS_EX(0), 1U << queue_vector);
}

/// ixgbe_configure and ixgbe_up_complete
bool IxgbePfDriver::up() {
    configure_packet_buffers();
    configure_virtualization();
    configure_filters();
    configure_transmit();
    configure_receive();
    configure_vectors();
    queues_->relocate(layout());
    if (!queues_->start(environment_.pci.sleeper())) {
        log_interface("RXDCTL.ENABLE or TXDCTL.ENABLE on Rx queue 0 not set within the polling period");
        return false;
    }
    registers_->modify(reg::RXCTRL, 0, nic::RXCTRL_RXEN);
    enable_interrupts();
    registers_->modify(reg::CTRL_EXT, 0, nic::CTRL_EXT_PFRSTD); // VFs see RSTD and may reset now
    open_ = true;
    check_link();
    return true;
}

bool IxgbePfDriver::open(const IxgbeHandlers& handlers) {
    if (!registers_ || removed_ || open_) {
        return open_;
    }
    if (!setup_vectors(handlers)) {
        return false;
    }
    if (!queues_) {
        queues_ = std::make_unique<IxgbeQueuePair>(environment_, *registers_, layout(), settings_);
    }
    return up();
}

/// ixgbe_down
void IxgbePfDriver::down() {
    open_ = false;
    if (link_up_) {
        link_up_ = false;
        log_interface("NIC Link is Down");
    }
    registers_->modify(reg::RXCTRL, nic::RXCTRL_RXEN, 0);
    registers_->write(reg::EIMC, all_causes);
    registers_->write(reg::EIMC_EX(0), gone);
    if (vfs_) {
        vfs_->revoke_all();
        vfs_->ping_all();
        for (const std::uint32_t enable : {reg::VFTE(0), reg::VFTE(1), reg::VFRE(0), reg::VFRE(1)}) {
            registers_->write(enable, 0);
        }
    }
    queues_->stop(environment_.pci.sleeper());
    registers_->modify(reg::DMATXCTL, nic::DMATXCTL_TE, 0);
    (void)reset_hardware();
}

void IxgbePfDriver::close() {
    if (open_) {
        down();
        msix_->disable();
    }
}

void IxgbePfDriver::restart() {
    if (open_) {
        down();
        (void)up();
    }
}

void IxgbePfDriver::remove() {
    if (removed_) {
        return;
    }
    if (registers_ && registers_->read(reg::STATUS) != gone) {
        disable_sriov();
        close();
        environment_.pci.disable_device(device_);
    } else if (queues_) {
        log("Adapter removed");
        queues_->forget();
    }
    open_ = false;
    link_up_ = false;
    removed_ = true;
    device_.driver.clear();
}

// --- SR-IOV

bool IxgbePfDriver::enable_sriov(unsigned num_vfs, bool probe_vfs) {
    if (!registers_ || removed_ || vfs_ || num_vfs == 0 || num_vfs > device_.sriov.driver_max_vfs) {
        log(fmt::format("Failed to enable PCI sriov: {} VFs, at most {}", num_vfs, device_.sriov.driver_max_vfs));
        return false;
    }
    vfs_ = std::make_unique<IxgbeVfService>(*registers_, *filters_, environment_.pci.log(), interface_prefix(), num_vfs,
                                            settings_.max_frame);
    log_interface(fmt::format("SR-IOV enabled with {} VFs", num_vfs));
    log_interface("configure port vlans to keep your VFs secure");
    restart(); // before the VFs exist, so that none talks to a mailbox that is not served yet (ixgbe_pci_sriov_enable)
    if (!sriov_enable(environment_.pci, device_, static_cast<std::uint16_t>(num_vfs), probe_vfs)) {
        log("Failed to enable PCI sriov");
        vfs_.reset();
        restart();
        return false;
    }
    return true;
}

void IxgbePfDriver::disable_sriov() {
    if (!vfs_) {
        return;
    }
    sriov_disable(environment_.pci, device_);
    vfs_.reset();
    registers_->write(reg::VT_CTL, 0);
    registers_->write(reg::GCR_EXT, 0);
    restart();
}

bool IxgbePfDriver::set_vf_mac(unsigned vf, const MacAddress& mac) {
    return vfs_ && vfs_->set_administrator_mac(vf, mac);
}

// --- service

void IxgbePfDriver::service_mailbox() {
    if (vfs_ && open_) {
        vfs_->serve();
    }
}

void IxgbePfDriver::service() {
    if (!open_) {
        return;
    }
    // Erratum: EICR is not read, which would clear queue causes that wait for their throttle; EICS shows the same
    // (ixgbe_msix_other).
    const std::uint32_t causes = registers_->read(reg::EICS);
    if (causes == gone) {
        remove();
        return;
    }
    registers_->write(reg::EICR,
                      causes & other_causes); // cleared before they are served: what comes later interrupts again
    queues_->refill();
    if ((causes & nic::EICR_LSC) != 0 || !link_up_) {
        check_link();
    }
    if ((causes & nic::EICR_MAILBOX) != 0) {
        service_mailbox();
    }
    registers_->write(reg::EIMS, other_causes);
}

/// ixgbe_watchdog_link_is_up, _down: VFs are told of every change.
void IxgbePfDriver::check_link() {
    const std::uint32_t links = registers_->read(reg::LINKS);
    const bool up = (links & nic::LINKS_UP) != 0 && links != gone;
    if (up == link_up_) {
        return;
    }
    link_up_ = up;
    log_interface(up ? "NIC Link is Up 10 Gbps, Flow Control: None" : "NIC Link is Down");
    if (vfs_) {
        vfs_->ping_all();
    }
}

// --- run time

bool IxgbePfDriver::transmit(const TxPacket& packet) { return open_ && queues_->transmit(packet); }
bool IxgbePfDriver::receive_pending() const { return open_ && queues_->receive_pending(); }
bool IxgbePfDriver::transmit_done_pending() const { return open_ && queues_->transmit_done_pending(); }

unsigned IxgbePfDriver::poll_receive(unsigned budget, NetDeviceClient& client) {
    return open_ ? queues_->poll_receive(budget, client) : 0;
}

unsigned IxgbePfDriver::poll_transmit_done(NetDeviceClient& client) {
    return open_ ? queues_->poll_transmit_done(client) : 0;
}

void IxgbePfDriver::polling_done() {
    if (open_) {
        queues_->polling_done(environment_.pci.sleeper().now());
    }
}

} // namespace rootpool::host
