#pragma once

#include "rootpool/cli/simulation.h"

namespace rootpool::models {

/// Runs a scenario on the SystemC models. One run per process: SystemC cannot start over.
class SystemcSimulation : public cli::Simulation {
public:
    [[nodiscard]] cli::RunOutcome run(const scenario::Config& config, const cli::RunOptions& options) override;
    [[nodiscard]] std::vector<std::string> features() const override;
};

} // namespace rootpool::models
