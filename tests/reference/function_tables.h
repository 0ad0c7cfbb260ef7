#pragma once

#include <optional>

#include "rootpool/pcie/tlp.h"
#include "tests/reference/switch_settings.h"

namespace rootpool::reference {

/// What an address of a root hits.
struct BarHit {
    unsigned vf = 0;
    std::size_t bar = 0;
    std::uint64_t offset = 0;
};

/// The tables of a sharing engine: every function and BAR as its root and as the device call them.
class FunctionTables {
public:
    FunctionTables(const DeviceTables& tables, Mutation mutation) : tables_(tables), mutation_(mutation) {}

    /// ID CAM.
    [[nodiscard]] std::optional<unsigned> vf_of(pcie::RootId root, pcie::Bdf function) const;
    /// ID RAM; null for a VF that the master has.
    [[nodiscard]] const LentFunction* lent(unsigned vf) const {
        const std::optional<LentFunction>& one = tables_.vfs.at(vf);
        return one ? &*one : nullptr;
    }
    /// The address CAMs.
    [[nodiscard]] std::optional<BarHit> find(pcie::RootId root, std::uint64_t address) const;
    /// The RAM of the master's bases, and the composer.
    [[nodiscard]] std::uint64_t compose(const BarHit& hit) const;

    /// Routing IDs of the device (SR-IOV 2.1.2).
    [[nodiscard]] pcie::Bdf routing_id(unsigned vf) const;
    [[nodiscard]] std::optional<unsigned> vf_of(pcie::Bdf routing_id) const;
    [[nodiscard]] bool is_physical_function(pcie::Bdf routing_id) const {
        return routing_id == tables_.physical_function;
    }
    /// The VF of the BARs that an address of the master is in.
    [[nodiscard]] std::optional<unsigned> vf_at(std::uint64_t address) const;

private:
    const DeviceTables& tables_;
    Mutation mutation_;
};

} // namespace rootpool::reference
