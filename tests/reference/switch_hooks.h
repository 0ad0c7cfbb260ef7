#pragma once

#include <cstdint>

#include "rootpool/pcie/tlp.h"
#include "tests/reference/fabric_clock.h"

namespace rootpool::reference {

/// Which output of the crossbar.
struct OutputName {
    enum class Leads : std::uint8_t { to_device, to_root, to_own_functions };
    Leads leads = Leads::to_device;
    std::size_t number = 0; ///< of the device or root
};

/// An output grants a TLP.
struct Granted {
    OutputName output;
    std::size_t input;
    Edge now;
    const pcie::Tlp& tlp; ///< as it was in the queue
};

/// Is told of all grants in the order of edges.
class GrantRecorder {
public:
    virtual ~GrantRecorder() = default;
    virtual void granted(const Granted& /*event*/) {}
};

} // namespace rootpool::reference
