#pragma once

#include "rootpool/pcie/types.h"

namespace rootpool::pooling {

/// Roots that are cut off from the devices because they took nothing for too long (docs/timing.md 3.8), as the
/// management registers show them. `root` is one that there is.
class RootFences {
public:
    virtual ~RootFences() = default;
    [[nodiscard]] virtual bool fenced(pcie::RootId root) const = 0;
    virtual void unfence(pcie::RootId root) = 0;
};

} // namespace rootpool::pooling
