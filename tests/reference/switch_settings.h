#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rootpool/pcie/types.h"
#include "tests/reference/mutation.h"
#include "tests/reference/settings.h"

namespace rootpool::reference {

/// Cycles of the stages of docs/timing.md 3.7.
struct StageCycles {
    unsigned ingress = 16;
    unsigned arbitration = 2;
    unsigned id_lookup = 1;
    unsigned address_lookup = 2;
    unsigned interrupt_lookup = 1;
    unsigned compose = 1;
    unsigned egress = 12;
    unsigned local = 8;
    unsigned receive_crossing = 0;
    unsigned transmit_crossing = 0; ///< symbol times

    /// From a port to the queues, in front of the engine.
    [[nodiscard]] constexpr unsigned inward() const noexcept { return receive_crossing + ingress; }
    [[nodiscard]] constexpr unsigned toward_device() const noexcept {
        return (id_lookup > address_lookup ? id_lookup : address_lookup) + compose;
    }
    [[nodiscard]] constexpr unsigned toward_root() const noexcept {
        return (id_lookup > interrupt_lookup ? id_lookup : interrupt_lookup) + compose;
    }
};

enum class ArbiterKind : std::uint8_t { round_robin, weighted, age, strict_priority, byte_fair };
inline constexpr std::size_t arbiter_count = 5;
enum class ReturnRouteKind : std::uint8_t { scoreboard, completer_id };
enum class TaggingKind : std::uint8_t { reserved_bits, local_prefix };

/// Addresses, both ends included; nothing when the base is above the limit.
struct AddressRange {
    std::uint64_t base = 1;
    std::uint64_t limit = 0;
    [[nodiscard]] constexpr bool contains(std::uint64_t address) const noexcept {
        return base <= address && address <= limit;
    }
};

/// What a bridge of the switch was told by its root. All of them decode memory and forward requests of devices.
struct BridgeTable {
    pcie::Bdf id;
    std::uint8_t secondary = 0;
    std::uint8_t subordinate = 0;
    AddressRange memory;
    AddressRange prefetchable;
    bool present = true;         ///< downstream bridge: something is in the slot
    bool ari_forwarding = false; ///< downstream bridge: all device numbers below are function numbers

    [[nodiscard]] constexpr bool owns_bus(std::uint8_t bus) const noexcept {
        return secondary != 0 && secondary <= bus && bus <= subordinate; // 0: not numbered yet
    }
    [[nodiscard]] constexpr bool decodes(std::uint64_t address) const noexcept {
        return memory.contains(address) || prefetchable.contains(address);
    }
};

/// What one root sees of the switch.
struct RootTables {
    pcie::Bdf management; ///< endpoint; its BAR is not placed
    BridgeTable upstream;
    std::vector<BridgeTable> downstream; ///< by device
};

inline constexpr std::size_t bars_of_function = 6;

/// A VF that a root other than the master has.
struct LentFunction {
    pcie::RootId root;
    pcie::Bdf function;                                  ///< as that root calls it
    std::array<std::uint64_t, bars_of_function> bases{}; ///< that root placed its BARs there
};

/// What the sharing engine of a device knows.
struct DeviceTables {
    pcie::RootId master;
    pcie::Bdf physical_function; ///< in the master's numbering, as all routing IDs of the device
    std::uint16_t first_vf_offset = 0;
    std::uint16_t vf_stride = 1;
    unsigned max_payload = 128;
    pcie::Bdf engine;                       ///< requester ID of the engine itself: the bridge above the device
    std::vector<pcie::Bdf> refuser_of_root; ///< completer ID of what the engine refuses to a root: its function 0
    std::array<std::uint64_t, bars_of_function> bar_bases{}; ///< of VF 0
    std::array<std::uint64_t, bars_of_function> bar_bytes{}; ///< of each VF; 0: there is no such BAR
    std::vector<std::optional<LentFunction>> vfs;            ///< those that are enabled
    std::uint32_t vf_identity = 0;                           ///< vendor and device ID that a slave reads
    unsigned tags_used = 0;                                  ///< of configuration requests before time 0
};

/// Everything that a switch can be told.
struct SwitchSettings {
    StageCycles stages;
    ArbiterKind arbiter = ArbiterKind::round_robin;
    std::vector<unsigned> weights;    ///< of roots toward devices, 1 behind the end
    std::vector<unsigned> priorities; ///< of roots toward devices, the last behind the end
    ReturnRouteKind return_route = ReturnRouteKind::scoreboard;
    unsigned quota_per_root = 32;
    PerClass<ClassCredits> root_quota;   ///< of one root in the receive buffer of a device's port
    PerClass<ClassCredits> root_reserve; ///< of one root beside it
    SimTime fence_timeout{};             ///< 0: never
    TaggingKind tagging = TaggingKind::reserved_bits;
    QueuePolicy queue_policy = QueuePolicy::table;
    bool cut_through = false;
    std::vector<RootTables> roots;
    std::vector<DeviceTables> devices;
    Mutation mutation = Mutation::none;
};

} // namespace rootpool::reference
