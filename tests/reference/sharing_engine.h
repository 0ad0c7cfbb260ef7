#pragma once

#include <memory>

#include "tests/reference/function_tables.h"
#include "tests/reference/return_table.h"
#include "tests/reference/switch_coverage.h"

namespace rootpool::reference {

/// What the engine makes of a TLP.
struct EngineResult {
    enum class Kind : std::uint8_t { forwarded, answered, dropped };
    Kind kind = Kind::dropped;
    pcie::TlpPtr tlp;  ///< forwarded: as it goes on; answered: the completion
    pcie::RootId root; ///< whose it is
};

/// The sharing engine of a device: exchanges the numbers of TLPs of lent VFs, and refuses what is not theirs.
class SharingEngine {
public:
    SharingEngine(DeviceTables tables, const SwitchSettings& settings, pcie::TlpFactory& factory,
                  SwitchCoverage& coverage);

    /// What a TLP does to the table of outstanding requests: one that is not whole, nothing.
    enum class State : std::uint8_t { follows, kept };

    /// Of the return route, for this request of a root.
    [[nodiscard]] ReturnPlace return_place(const pcie::Tlp& request) const;
    /// Of Tlp::root.
    [[nodiscard]] EngineResult from_root(const pcie::Tlp& tlp);
    [[nodiscard]] EngineResult from_device(const pcie::Tlp& tlp, State state);
    /// While the link of the device is down.
    [[nodiscard]] EngineResult without_link(const pcie::Tlp& tlp) const;

    // Resets (docs/timing.md 3.10).
    /// Of a root; the requests for function level resets of its VFs.
    [[nodiscard]] std::vector<pcie::TlpPtr> reset_root(pcie::RootId root);
    [[nodiscard]] ReturnPlace own_return_place() const { return returns_->own_place(); }
    [[nodiscard]] pcie::TlpPtr send_own(const pcie::Tlp& request);
    /// Of the device.
    void forget();
    [[nodiscard]] pcie::RootId master() const noexcept { return tables_.master; }

private:
    [[nodiscard]] EngineResult from_master(const pcie::Tlp& tlp);
    [[nodiscard]] EngineResult from_slave(const pcie::Tlp& tlp);
    /// The write of its Device Control that begins a function level reset.
    [[nodiscard]] pcie::TlpPtr reset_of(pcie::Bdf function);
    [[nodiscard]] EngineResult memory_of_slave(const pcie::Tlp& tlp, const BarHit& hit);
    [[nodiscard]] EngineResult configuration_of_slave(const pcie::Tlp& tlp, unsigned vf);
    [[nodiscard]] EngineResult completion_of_device(const pcie::Tlp& tlp, State state);
    [[nodiscard]] EngineResult request_of_device(const pcie::Tlp& tlp);
    [[nodiscard]] EngineResult send(const pcie::Tlp& tlp, pcie::TlpHeader header, std::optional<pcie::Bdf> lent);
    [[nodiscard]] EngineResult forward(const pcie::Tlp& tlp, const pcie::TlpHeader& header, pcie::RootId root) const;
    [[nodiscard]] EngineResult refuse(const pcie::Tlp& tlp, bool is_answered, pcie::Bdf refuser,
                                      pcie::RootId root) const;
    [[nodiscard]] bool concerns_lent(const pcie::TlpHeader& header) const;

    DeviceTables tables_;
    pcie::TlpFactory& factory_;
    SwitchCoverage& coverage_;
    Mutation mutation_;
    FunctionTables functions_;
    std::unique_ptr<ReturnTable> returns_;
};

/// The UR that a non-posted request gets.
[[nodiscard]] pcie::TlpPtr unsupported(pcie::TlpFactory& factory, const pcie::TlpHeader& request, pcie::Bdf refuser,
                                       pcie::RootId root);
/// The value that a read of one dword gets.
[[nodiscard]] pcie::TlpPtr one_dword(pcie::TlpFactory& factory, const pcie::TlpHeader& request, pcie::Bdf completer,
                                     std::uint32_t value, pcie::RootId root);

} // namespace rootpool::reference
