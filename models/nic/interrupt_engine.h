#pragma once

#include <array>
#include <vector>

#include "models/nic/dma_engine.h"

namespace rootpool::models {

/// Sends MSI-X messages when causes, masks and throttles allow, behind the data that they announce.
class InterruptEngine {
public:
    InterruptEngine(const NicContext& context, DmaEngine& dma);

    /// Something changed that may make messages of the function due.
    void on_change(nic::FunctionNumber function);

private:
    void wait_until(nic::FunctionNumber function, SimTime at);
    void serve_due();
    void send(nic::FunctionNumber function, nic::MsixMessage message);

    NicContext context_;
    DmaEngine& dma_;
    std::array<SimTime, nic::function_count> due_{};
    std::vector<nic::FunctionNumber> waiting_; ///< functions whose due_ is not "never"
    Timer timer_;
};

} // namespace rootpool::models
