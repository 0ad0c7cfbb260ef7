#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/observe/metrics.h"
#include "rootpool/observe/name_list.h"
#include "rootpool/observe/reorder_buffer.h"
#include "rootpool/pcie/tlp_observer.h"

namespace rootpool::observe {

/// Counts how often two roots really use equal identities at the same time: a device's memory read with the same
/// {requester ID, tag, address} is outstanding toward two roots. Each such moment would break a switch that told roots
/// apart by less than the root.
///
/// A read is outstanding from its first beat on the link toward the root until the last beat of the completion, on the
/// other direction of the same link, that brings its last byte or an error.
class AliasMonitor final : public pcie::TlpObserver {
public:
    /// Reads that one root may have outstanding before more are counted in untracked() and left out.
    static constexpr std::size_t most_outstanding = 65'536;

    /// Watches one root's link; before the places announce themselves. `up_place` is the direction toward the root.
    void watch_root(std::string up_place, std::string down_place);

    pcie::PlaceId add_place(const std::string& name) override;
    void on_tlp(const pcie::TlpSighting& sighting) override;
    /// Takes into account what is still being put in order; once, at the end.
    void finish();

    /// Reads that started while an equal one of another root was outstanding.
    [[nodiscard]] std::uint64_t equal_outstanding() const noexcept { return equal_outstanding_; }
    [[nodiscard]] std::uint64_t reads() const noexcept { return reads_; }
    [[nodiscard]] std::uint64_t untracked() const noexcept { return untracked_; }
    /// Adds `identity.equal_outstanding` and its companions.
    void add_metrics(MetricSet& metrics) const;

private:
    struct Root {
        std::string up_place;
        std::string down_place;
        std::unordered_map<std::uint32_t, std::uint64_t> outstanding; ///< {requester, tag} -> address
    };
    enum class Role : std::uint8_t { none, request, completion };
    struct Watch {
        Role role = Role::none;
        std::uint16_t root = 0;
    };
    struct Event {
        Watch watch;
        std::uint32_t identity = 0;
        std::uint64_t address = 0;
    };

    void apply(const Event& event);
    [[nodiscard]] bool equal_elsewhere(const Event& event) const;

    NameList<pcie::PlaceId> places_;
    std::vector<Watch> watches_; ///< by place
    std::vector<Root> roots_;
    ReorderBuffer<Event> events_{default_reorder_horizon};
    std::uint64_t equal_outstanding_ = 0;
    std::uint64_t reads_ = 0;
    std::uint64_t untracked_ = 0;
};

} // namespace rootpool::observe
