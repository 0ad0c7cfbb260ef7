#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rootpool/core/delegate.h"
#include "rootpool/nic/function_number.h"
#include "rootpool/nic/interrupt_causes.h"
#include "rootpool/nic/interrupt_throttle.h"
#include "rootpool/nic/msix_table.h"

namespace rootpool::nic {

/// What outside of the unit decides about messages of a function.
struct InterruptGates {
    bool msix_enabled = false;
    bool function_masked = false;
    bool auto_masks = false;              ///< GPIE.EIAME
    std::optional<unsigned> other_vector; ///< PF: IVAR_MISC byte 1, if valid
};

/// From causes over throttling to MSI-X messages, for the PF and all VFs (datasheet section 7.3).
class InterruptUnit {
public:
    using Sink = core::Delegate<void(FunctionNumber, MsixMessage)>;

    InterruptUnit();

    [[nodiscard]] InterruptCauses& causes(FunctionNumber function) noexcept { return causes_[function.index()]; }
    /// EICR 31:16 of the PF, in those bits.
    [[nodiscard]] InterruptCauses& other_causes() noexcept { return other_; }
    [[nodiscard]] MsixTable& table(FunctionNumber function) noexcept { return tables_[function.index()]; }
    [[nodiscard]] const MsixTable& table(FunctionNumber function) const noexcept { return tables_[function.index()]; }
    /// `vector` below throttle_count for the PF, below vf_vector_count for a VF. Every vector of a VF has its own
    /// throttle: the sharing that EITRSEL selects on the device for VFs 32 and up is not modelled.
    [[nodiscard]] InterruptThrottle& throttle(FunctionNumber function, unsigned vector) noexcept;

    /// Sends what is due at `now`; a message whose vector or function is masked becomes a pending bit. Returns when to
    /// come back: never, if nothing waits for a throttle.
    [[nodiscard]] SimTime service(FunctionNumber function, const InterruptGates& gates, SimTime now, Sink sink);
    /// Vectors that wait now, due or pending.
    [[nodiscard]] bool quiet(FunctionNumber function) const noexcept {
        return causes_[function.index()].due() == 0 && tables_[function.index()].pending_bits() == 0 &&
               (is_virtual(function) || other_.due() == 0);
    }

    /// Registers back to reset values; the MSI-X table is the configuration's and stays.
    void reset_registers(FunctionNumber function) noexcept;

private:
    void send_pending(FunctionNumber function, const InterruptGates& gates, Sink sink);
    [[nodiscard]] SimTime fire(FunctionNumber function, unsigned vector, const InterruptGates& gates, SimTime now,
                               Sink sink);

    std::array<InterruptCauses, function_count> causes_{};
    InterruptCauses other_;
    std::vector<MsixTable> tables_;
    std::array<InterruptThrottle, throttle_count> pf_throttles_{};
    std::array<std::array<InterruptThrottle, vf_vector_count>, vf_count> vf_throttles_{};
};

} // namespace rootpool::nic
