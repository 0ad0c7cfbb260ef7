#pragma once

#include <cstdint>
#include <optional>

#include "models/pcie/root_complex_config.h"
#include "rootpool/pcie/config_space.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

/// The functions of a root complex on its bus 0, host bridge 00:00.0 and root port 00:01.0: their configuration spaces,
/// and what software chose there.
class RootFunctions {
public:
    static constexpr pcie::Bdf host_bridge_id{0, 0, 0};
    static constexpr pcie::Bdf root_port_id{0, 1, 0};
    // capabilities of the root port
    static constexpr std::uint16_t msi_offset = 0x90;
    static constexpr std::uint16_t express_offset = 0xA0;
    static constexpr std::uint16_t aer_offset = 0x100;

    explicit RootFunctions(const RootComplexConfig& config);

    /// Null: there is no such function on bus 0.
    [[nodiscard]] pcie::ConfigSpace* find(pcie::Bdf function) noexcept;
    [[nodiscard]] pcie::ConfigSpace& root_port() noexcept { return root_port_; }
    [[nodiscard]] const pcie::ConfigSpace& root_port() const noexcept { return root_port_; }

    /// Type of the request that reaches `function` through the root port; nothing if its bus is not behind it.
    [[nodiscard]] std::optional<pcie::ConfigType> behind_root_port(pcie::Bdf function) const noexcept;
    /// The root port claims the address from the processor.
    [[nodiscard]] bool window_contains(std::uint64_t address) const noexcept;
    /// Maximum payload that software allowed, bytes, never above what the port supports.
    [[nodiscard]] unsigned payload_limit() const noexcept;
    [[nodiscard]] bool bus_master_enabled() const noexcept;
    /// Software wants the link below down: Secondary Bus Reset or Link Disable.
    [[nodiscard]] bool holds_reset() const noexcept;

    /// Link Status says what was negotiated.
    void set_link(const pcie::LinkParameters& link) noexcept;
    /// Data Link Layer Link Active, and the mark of its change in Slot Status.
    void set_link_active(bool active) noexcept;

private:
    void define_host_bridge();
    void define_root_port(const RootComplexConfig& config);

    unsigned max_payload_; ///< bytes
    pcie::ConfigSpace host_bridge_;
    pcie::ConfigSpace root_port_;
};

} // namespace rootpool::models
