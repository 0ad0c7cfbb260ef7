#pragma once

#include <cstddef>
#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

/// An output of the crossbar.
struct GrantPlace {
    enum class Leads : std::uint8_t { to_device, to_root, to_own_functions };
    Leads leads = Leads::to_device;
    std::size_t number = 0; ///< DeviceIndex, or RootId

    friend bool operator==(const GrantPlace&, const GrantPlace&) = default;
};

struct GrantSighting {
    GrantPlace place;
    std::size_t input; ///< RootId or DeviceIndex; behind them answers of the switch
    SimTime edge;
    const pcie::Tlp& tlp; ///< as it stood in the queue
};

class GrantObserver {
public:
    GrantObserver() = default;
    GrantObserver(const GrantObserver&) = delete;
    GrantObserver& operator=(const GrantObserver&) = delete;
    virtual ~GrantObserver() = default;

    /// In the order of edges; of one edge in any order.
    virtual void on_grant(const GrantSighting& grant) = 0;
};

} // namespace rootpool::models
