#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/pcie/types.h"
#include "tests/reference/mutation.h"
#include "tests/reference/ticks.h"

namespace rootpool::reference {

/// Something for each flow-control class.
template <typename T>
using PerClass = std::array<T, pcie::flow_class_count>;
inline constexpr std::array<pcie::FlowClass, pcie::flow_class_count> flow_classes = {
    pcie::FlowClass::posted, pcie::FlowClass::non_posted, pcie::FlowClass::completion};
[[nodiscard]] constexpr std::size_t index_of(pcie::FlowClass flow_class) noexcept {
    return static_cast<std::size_t>(flow_class);
}

/// What a receiver advertises for a class: TLPs and units of 16 bytes, or more than anybody can send.
struct ClassCredits {
    unsigned headers = 0;
    unsigned data = 0;
    bool infinite = false;
};

/// The link is down from `from` until `until`. Intervals are in order and do not touch.
struct DownInterval {
    SimTime from{};
    SimTime until{};
};

/// How the transmit queue is served (docs/timing.md 2.3).
enum class QueuePolicy : std::uint8_t { table, fifo };

/// Everything that a link can be told.
struct LinkSettings {
    unsigned generation = 2;
    unsigned width = 8;
    SimTime latency = 60ns;
    unsigned max_payload = 256;
    SimTime retrain = 2us;
    SimTime training = 100us; ///< after a hot reset
    QueuePolicy queue_policy = QueuePolicy::table;
    DllpLength dllp_length = DllpLength::exact;
    std::array<PerClass<ClassCredits>, 2> advertised{}; ///< by end 0 and by end 1
    std::vector<DownInterval> down;
    Mutation mutation = Mutation::none;
};

} // namespace rootpool::reference
