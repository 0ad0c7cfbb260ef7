#include "rootpool/nic/functions.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/completion_timeout.h"
#include "rootpool/pcie/config_registers.h"

namespace rootpool::nic {

namespace r = pcie::registers;
using pcie::Bdf;
using pcie::ConfigSpace;

namespace {

constexpr std::uint16_t intel = 0x8086;
constexpr std::uint16_t pf_device = 0x10FB;
constexpr std::uint16_t vf_device = 0x10ED;
constexpr std::uint32_t ethernet_class = 0x02'0000;
constexpr std::uint8_t revision = 1;

// Where capabilities are, datasheet section 9.3 and lspci of real cards
constexpr std::uint16_t power_at = 0x40;
constexpr std::uint16_t msi_at = 0x50;
constexpr std::uint16_t msix_at = 0x70;
constexpr std::uint16_t express_at = 0xA0;
constexpr std::uint16_t vpd_at = 0xE0;
constexpr std::uint16_t aer_at = 0x100;
constexpr std::uint16_t serial_at = 0x140;
constexpr std::uint16_t ari_at = 0x150;
constexpr std::uint16_t sriov_at = 0x160;

constexpr std::uint16_t power_control_at = power_at + 4;
constexpr std::uint16_t device_control_at = express_at + r::device_control;
constexpr std::uint16_t device_status_at = express_at + r::device_status;
constexpr std::uint16_t sriov_control_at = sriov_at + r::sriov_control;
constexpr std::uint16_t num_vfs_at = sriov_at + r::sriov_num_vfs;
constexpr std::uint16_t page_size_at = sriov_at + r::sriov_system_page_size;
constexpr std::uint16_t vf_bar0_at = sriov_at + r::sriov_vf_bar0;
constexpr std::uint16_t vf_bar3_at = vf_bar0_at + 12;

constexpr std::uint16_t vf_enable = 1U << 0U;
constexpr std::uint16_t vf_memory_enable = 1U << 3U;
constexpr std::uint16_t ari_hierarchy = 1U << 4U;
constexpr std::uint16_t msix_enable = 1U << 15U;
constexpr std::uint16_t msix_function_mask = 1U << 14U;
constexpr std::uint16_t power_state = 3;

constexpr std::uint16_t offset_with_ari = 128;
constexpr std::uint16_t offset_without_ari = 384;
constexpr std::uint16_t stride = 2;

constexpr std::uint32_t device_capabilities = 0x1000'8CC2; ///< MPS 512, FLR, role-based errors, no Extended Tag
constexpr std::uint32_t link_capabilities = 0x0002'3482;   ///< 5 GT/s, x8, L0s
constexpr std::uint32_t device_capabilities_2 = 0x1F;      ///< completion timeout ranges A to D, disable
constexpr std::uint16_t link_status = 0x1082;              ///< 5 GT/s, x8, slot clock
constexpr std::uint32_t error_severity = 0x0006'2010;      ///< DLP, FCP, receiver overflow, malformed
constexpr std::uint16_t vf_device_control_writable =
    0x8000; ///< FLR; the rest is the PF's, error reporting too (PCIe base 6.2.9, 7.5.3.4)

constexpr std::uint16_t transactions_pending = 1U << 5U;

[[nodiscard]] pcie::Identity identity(const FunctionOptions& options, std::uint16_t vendor, std::uint16_t device,
                                      std::uint8_t pin) {
    pcie::Identity result;
    result.vendor = vendor;
    result.device = device;
    result.class_code = ethernet_class;
    result.revision = revision;
    result.subsystem_vendor = options.subsystem_vendor;
    result.subsystem = options.subsystem_id;
    result.interrupt_pin = pin;
    return result;
}

[[nodiscard]] pcie::Bar memory_bar(unsigned index, std::uint64_t bytes, bool prefetchable) {
    return {.index = index, .bytes = bytes, .bits_64 = true, .prefetchable = prefetchable, .io = false};
}

[[nodiscard]] std::uint64_t bar_address(const ConfigSpace& space, std::uint16_t offset) noexcept {
    return (space.get32(offset) & ~0xFULL) | static_cast<std::uint64_t>(space.get32(offset + 4)) << 32U;
}

/// The bits of a 16-bit register at `offset` that a dword write named and set.
[[nodiscard]] std::uint16_t written16(const ConfigSpace::Write& write, std::uint16_t offset) noexcept {
    return write.offset == (offset & ~3U) ? static_cast<std::uint16_t>(write.written >> 8U * (offset & 3U))
                                          : std::uint16_t{0};
}

} // namespace

Functions::Functions(const FunctionOptions& options, FunctionEvents& events) : options_(options), events_(events) {
    if (!std::has_single_bit(options.bar0_bytes) || options.bar0_bytes < register_space_bytes) {
        throw std::invalid_argument("BAR0 of an 82599 is a power of two from 128 KiB");
    }
    for (unsigned f = 0; f < function_count; ++f) {
        const FunctionNumber function(static_cast<std::uint8_t>(f));
        spaces_[f] = std::make_unique<ConfigSpace>();
        if (is_virtual(function)) {
            define_vf(*spaces_[f], options);
        } else {
            define_pf(options);
        }
        spaces_[f]->on_write([this, function](const ConfigSpace::Write& write) { on_write(function, write); });
    }
    update_sriov();
}

void Functions::set_link(const pcie::LinkParameters& negotiated) noexcept {
    pcie::set_link_status(*spaces_[0], express_at, negotiated);
}

void Functions::define_pf(const FunctionOptions& options) {
    pcie::ConfigSpaceBuilder builder(*spaces_[0]);
    builder.type_0_header(identity(options, intel, pf_device, 1))
        .bar(memory_bar(0, options.bar0_bytes, options.prefetchable_bars))
        .bar({.index = 2, .bytes = 32, .bits_64 = false, .prefetchable = false, .io = true})
        .bar(memory_bar(4, msix_space_bytes, options.prefetchable_bars))
        .power_management(power_at, {.capabilities = 0x4823, .control = 0x2000})
        .msi(msi_at, true)
        .msix(msix_at, {.vectors = pf_vector_count,
                        .table_bar = 4,
                        .table_offset = 0,
                        .pending_bar = 4,
                        .pending_offset = msix_pba_offset});
    pcie::Express express;
    express.device_capabilities = device_capabilities;
    express.link_capabilities = link_capabilities;
    express.link_status = link_status;
    express.device_capabilities_2 = device_capabilities_2;
    express.link_control_2 = 2;
    builder.express(express_at, express);
    pcie::set_link_capability(*spaces_[0], express_at, options.link);
    pcie::set_link_status(*spaces_[0], express_at, options.link);
    if (options.vital_product_data) {
        builder.vital_product_data(vpd_at);
    }
    pcie::AdvancedErrorReporting aer;
    aer.ecrc = true;
    aer.severity = error_severity;
    pcie::SingleRootIov sriov;
    sriov.total_vfs = vf_count;
    sriov.first_vf_offset = offset_without_ari;
    sriov.vf_stride = stride;
    sriov.vf_device = vf_device;
    sriov.vf_bars = {memory_bar(0, vf_register_space_bytes, options.prefetchable_bars),
                     memory_bar(3, msix_space_bytes, options.prefetchable_bars)};
    builder.advanced_error_reporting(aer_at, aer).serial_number(serial_at, options.serial_number);
    if (options.ari) {
        builder.alternative_routing_id(ari_at, 0);
    }
    builder.single_root_iov(sriov_at, sriov);
}

void Functions::define_vf(ConfigSpace& space, const FunctionOptions& options) {
    pcie::Express express;
    express.version = options.erratum_35 ? 0 : 2;
    express.device_capabilities = options.erratum_35 ? 0 : device_capabilities;
    express.link_capabilities = options.erratum_35 ? 0 : link_capabilities;
    express.device_capabilities_2 = options.erratum_35 ? 0 : device_capabilities_2;
    pcie::AdvancedErrorReporting aer;
    aer.ecrc = true;
    aer.severity = error_severity;
    // Vendor and device read FFFFh (SR-IOV 9.3.4.1.1): a VF is found through its PF only.
    pcie::ConfigSpaceBuilder builder(space);
    builder.type_0_header(identity(options, 0xFFFF, 0xFFFF, 0))
        .msix(msix_at, {.vectors = vf_vector_count,
                        .table_bar = 3,
                        .table_offset = 0,
                        .pending_bar = 3,
                        .pending_offset = msix_pba_offset})
        .express(express_at, express)
        .advanced_error_reporting(aer_at, aer);
    if (!options.erratum_35) {
        pcie::set_link_capability(space, express_at, options.link);
    }
    if (options.ari) {
        builder.alternative_routing_id(ari_at, 0);
    }
    // Masks, severities and enables of errors are the PF's (PCIe base 7.8.4.3 to 7.8.4.7).
    for (const std::uint16_t of_pf :
         {r::aer_uncorrectable_mask, r::aer_uncorrectable_severity, r::aer_correctable_mask}) {
        space.define32(static_cast<std::uint16_t>(aer_at + of_pf), 0);
    }
    space.define32(aer_at + r::aer_control, r::aer_ecrc_generation_capable | r::aer_ecrc_check_capable);
    // The PF's registers rule: Memory Space Enable, interrupt line, MPS, MRRS, link control (SR-IOV 9.3.4, 9.3.5).
    space.define16(r::command, 0, r::command_bus_master);
    space.define8(r::cache_line_size, 0);
    space.define8(r::interrupt_line, 0);
    space.define16(device_control_at, 0, vf_device_control_writable);
    space.define16(express_at + r::link_control, 0);
    space.define16(express_at + r::device_control_2, 0);
}

std::optional<FunctionNumber> Functions::at(Bdf target) const noexcept {
    if (target.devfn() == 0) {
        return physical_function;
    }
    const auto distance = static_cast<std::uint16_t>(target.routing_id() - pf_id_.routing_id() - first_vf_offset_);
    if (distance % stride != 0 || distance / stride >= active_vfs_) {
        return std::nullopt;
    }
    return function_of(pcie::VfIndex(distance / stride));
}

std::uint32_t Functions::read(FunctionNumber function, std::uint16_t offset) const noexcept {
    return spaces_[function.index()]->read(offset);
}

void Functions::write(FunctionNumber function, Bdf target, std::uint16_t offset, std::uint32_t value,
                      std::uint8_t byte_enables) {
    if (!is_virtual(function)) {
        pf_id_ = target;
    }
    spaces_[function.index()]->write(offset, value, byte_enables);
}

Bdf Functions::configuration_completer(FunctionNumber function) const noexcept {
    const Bdf id = routing_id(function);
    // Erratum 36 names the function part and no value: here it is the PF's, as of a device that forgets the VF.
    return is_virtual(function) && options_.erratum_36 ? Bdf::from_bus_devfn(id.bus(), pf_id_.devfn()) : id;
}

std::optional<BarHit> Functions::decode(std::uint64_t address) const noexcept {
    const auto offset = [address](const Window& window) { return static_cast<std::uint32_t>(address - window.base); };
    if (pf_bar0_.holds(address)) {
        return BarHit{physical_function, 0, offset(pf_bar0_)};
    }
    if (pf_bar4_.holds(address)) {
        return BarHit{physical_function, 4, offset(pf_bar4_)};
    }
    for (const auto& [window, bar] : {std::pair{&vf_bar0_, std::uint8_t{0}}, std::pair{&vf_bar3_, std::uint8_t{3}}}) {
        if (window->holds(address)) {
            const std::uint32_t vf = offset(*window) / vf_bar_bytes_;
            return BarHit{function_of(pcie::VfIndex(static_cast<std::uint16_t>(vf))), bar,
                          offset(*window) % vf_bar_bytes_};
        }
    }
    return std::nullopt;
}

Bdf Functions::routing_id(FunctionNumber function) const noexcept {
    if (!is_virtual(function)) {
        return pf_id_;
    }
    return Bdf(static_cast<std::uint16_t>(pf_id_.routing_id() + first_vf_offset_ + vf_of(function) * stride));
}

bool Functions::exists(FunctionNumber function) const noexcept {
    return !is_virtual(function) || vf_of(function) < active_vfs_;
}

bool Functions::bus_master(FunctionNumber function) const noexcept {
    return exists(function) && (spaces_[function.index()]->get16(r::command) & r::command_bus_master) != 0 &&
           (spaces_[0]->get16(power_control_at) & power_state) == 0;
}

SimTime Functions::completion_timeout(SimTime usual) const noexcept {
    return pcie::completion_timeout(spaces_[0]->get16(express_at + r::device_control_2), usual);
}

bool Functions::msix_enabled(FunctionNumber function) const noexcept {
    return exists(function) && (spaces_[function.index()]->get16(msix_at + 2) & msix_enable) != 0;
}

bool Functions::msix_function_masked(FunctionNumber function) const noexcept {
    return (spaces_[function.index()]->get16(msix_at + 2) & msix_function_mask) != 0;
}

void Functions::on_write(FunctionNumber function, const ConfigSpace::Write& write) {
    ConfigSpace& space = *spaces_[function.index()];
    reporter(function).follow_write();
    if (!is_virtual(function)) {
        on_pf_write(write);
    }
    if ((written16(write, device_control_at) & r::device_control_flr) != 0) {
        space.set16(device_control_at, space.get16(device_control_at) & ~r::device_control_flr); // reads 0
        reset_function(function);
        return;
    }
    if (write.offset == r::command || write.offset == msix_at) {
        events_.on_control_changed(function);
    }
}

void Functions::on_pf_write(const ConfigSpace::Write& write) {
    ConfigSpace& pf = *spaces_[0];
    constexpr std::uint32_t enable_and_ari = vf_enable | ari_hierarchy;
    if (write.offset == sriov_control_at && (write.before & write.after & vf_enable) != 0) {
        // ARI Capable Hierarchy is fixed while VF Enable is set (SR-IOV 9.3.3.3.5).
        pf.set32(sriov_control_at, (write.after & ~enable_and_ari) | (write.before & enable_and_ari));
    }
    if (write.offset == num_vfs_at) {
        const auto wanted = static_cast<std::uint16_t>(active_vfs_ != 0 ? write.before : write.after);
        pf.set16(num_vfs_at, std::min<std::uint16_t>(wanted, vf_count)); // beyond TotalVFs is undefined: bounded here
    }
    if (wakes_from_d3(write)) {
        reset_function(physical_function); // PMCSR.No_Soft_Reset is 0
        return;
    }
    update_sriov();
}

bool Functions::wakes_from_d3(const ConfigSpace::Write& write) const noexcept {
    return write.offset == power_control_at && (write.before & power_state) == power_state &&
           (write.after & power_state) == 0;
}

void Functions::reset_function(FunctionNumber function) {
    spaces_[function.index()]->function_level_reset();
    if (!is_virtual(function)) {
        update_sriov(); // VF Enable is clear now: the VFs vanish
    }
    events_.on_function_level_reset(function);
}

void Functions::update_sriov() {
    ConfigSpace& pf = *spaces_[0];
    const std::uint16_t control = pf.get16(sriov_control_at);
    first_vf_offset_ = (control & ari_hierarchy) != 0 ? offset_with_ari : offset_without_ari;
    pf.set16(sriov_at + r::sriov_first_vf_offset, first_vf_offset_);
    const std::uint16_t device_control = pf.get16(device_control_at);
    constexpr unsigned largest_payload_code = 2; // 512 bytes, DevCap
    constexpr unsigned largest_read_code = 5;    // 4096 bytes
    max_payload_ = 128U << std::min(device_control >> r::device_control_payload_shift & 7U, largest_payload_code);
    max_read_request_ =
        128U << std::min(device_control >> r::device_control_read_request_shift & 7U, largest_read_code);

    generates_ecrc_ = reporter(physical_function).generates_ecrc();
    checks_ecrc_ = reporter(physical_function).checks_ecrc();

    const unsigned vfs = (control & vf_enable) != 0 ? pf.get16(num_vfs_at) : 0U;
    if (vfs != active_vfs_) {
        const bool enabled = vfs != 0;
        const unsigned before = std::exchange(active_vfs_, vfs);
        if (!enabled) {
            for (unsigned f = 1; f < function_count; ++f) {
                spaces_[f]->conventional_reset();
            }
        }
        update_windows();
        events_.on_vf_enable(enabled, enabled ? vfs : before);
        return;
    }
    update_windows();
}

void Functions::update_windows() {
    ConfigSpace& pf = *spaces_[0];
    const bool awake = (pf.get16(power_control_at) & power_state) == 0;
    const bool memory = awake && (pf.get16(r::command) & r::command_memory_enable) != 0;
    pf_bar0_ = {bar_address(pf, r::bar0), memory ? options_.bar0_bytes : 0U};
    pf_bar4_ = {bar_address(pf, r::bar0 + 16), memory ? msix_space_bytes : 0U};

    // A VF's BAR takes at least one system page (SR-IOV 9.3.3.13); a value that is no supported page size counts as 4
    // KiB.
    const std::uint32_t page = pf.get32(page_size_at);
    const std::uint32_t page_bytes = std::has_single_bit(page) ? page << 12U : 4096U;
    vf_bar_bytes_ = std::max(vf_register_space_bytes, page_bytes);
    const bool vf_memory = awake && (pf.get16(sriov_control_at) & vf_memory_enable) != 0;
    const std::uint64_t vf_window = vf_memory ? std::uint64_t{active_vfs_} * vf_bar_bytes_ : 0U;
    for (const std::uint16_t bar : {vf_bar0_at, vf_bar3_at}) {
        pf.set32(bar, (pf.get32(bar) & ~(vf_bar_bytes_ - 1)) | (pf.get32(bar) & 0xFU));
    }
    vf_bar0_ = {bar_address(pf, vf_bar0_at), vf_window};
    vf_bar3_ = {bar_address(pf, vf_bar3_at), vf_window};
}

void Functions::conventional_reset() {
    for (const auto& space : spaces_) {
        space->conventional_reset();
    }
    pf_id_ = Bdf();
    update_sriov();
}

/// VFs record errors under the controls of the PF (PCIe base 6.2.9).
pcie::ErrorReporter Functions::reporter(FunctionNumber function) noexcept {
    return {*spaces_[function.index()], *spaces_[0], {.express = express_at, .aer = aer_at}};
}

std::optional<pcie::TlpHeader> Functions::report_error(FunctionNumber function, pcie::ErrorKind kind,
                                                       const pcie::ErrorDetails& details) noexcept {
    const FunctionNumber owner = pcie::definition_of(kind).function_specific ? function : physical_function;
    const pcie::ErrorMessage message = reporter(owner).report(kind, details);
    if (message == pcie::ErrorMessage::none) {
        return std::nullopt;
    }
    return pcie::error_message_header(message, routing_id(owner));
}

void Functions::note_unsuccessful(FunctionNumber function, pcie::CompletionStatus status) noexcept {
    reporter(function).note_unsuccessful(status);
}

void Functions::set_transactions_pending(FunctionNumber function, bool pending) noexcept {
    ConfigSpace& space = *spaces_[function.index()];
    const unsigned status = space.get16(device_status_at);
    space.set16(device_status_at, static_cast<std::uint16_t>(pending ? status | transactions_pending
                                                                     : status & ~unsigned{transactions_pending}));
}

} // namespace rootpool::nic
