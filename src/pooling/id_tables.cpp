#include "rootpool/pooling/id_tables.h"

#include "rootpool/core/error.h"

namespace rootpool::pooling {

IdTables::IdTables(unsigned vfs) : entries_(vfs), index_(vfs) {}

void IdTables::lend(pcie::VfIndex vf, RootFunction as) {
    if (at(vf).valid() || find(as).has_value() || vf.index() >= entries_.size()) {
        throw core::ModelViolation("ID CAM: a second entry would hit");
    }
    entries_[vf.index()] = IdEntry(as);
    rebuild();
}

void IdTables::take_back(pcie::VfIndex vf) {
    entries_.at(vf.index()) = IdEntry{};
    rebuild();
}

void IdTables::set_bus(pcie::RootId root, std::uint8_t bus) {
    for (IdEntry& entry : entries_) {
        if (entry.valid() && entry.owner().root == root) {
            entry = IdEntry({root, pcie::Bdf::from_bus_devfn(bus, entry.owner().function.devfn())});
        }
    }
    rebuild();
}

std::optional<pcie::VfIndex> IdTables::find(RootFunction function) const noexcept {
    const auto entry = index_.find(IdEntry(function).bits());
    return entry ? std::optional(pcie::VfIndex(*entry)) : std::nullopt;
}

void IdTables::rebuild() {
    index_.clear();
    for (std::size_t vf = 0; vf < entries_.size(); ++vf) {
        if (entries_[vf].valid() && !index_.insert(entries_[vf].bits(), static_cast<std::uint16_t>(vf))) {
            throw core::ModelViolation("ID CAM: two entries hit");
        }
    }
}

} // namespace rootpool::pooling
