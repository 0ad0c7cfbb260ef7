#pragma once

#include <memory>
#include <vector>

#include "models/core/wheel_scheduler.h"
#include "tests/twin/model_switch.h"

namespace rootpool::twin {

/// The models of several switch cases, side by side in one simulation.
class SwitchModels {
public:
    /// The cases of the seeds from `first` on.
    SwitchModels(unsigned first, unsigned count) : SwitchModels("case", first, count, Recording::everything) {}
    SwitchModels(const std::string& name, unsigned first, unsigned count, Recording recording);

    /// The whole simulation.
    void run();

    [[nodiscard]] std::size_t size() const noexcept { return cases_.size(); }
    [[nodiscard]] unsigned seed(std::size_t index) const noexcept { return first_ + static_cast<unsigned>(index); }
    [[nodiscard]] const SwitchCase& at(std::size_t index) const { return cases_[index]; }
    /// What the model of a case did; to be asked once.
    [[nodiscard]] SwitchTraces traces(std::size_t index) { return models_[index]->traces(); }

private:
    unsigned first_;
    pcie::TlpFactory factory_;
    models::WheelScheduler scheduler_;
    std::vector<SwitchCase> cases_;
    std::vector<std::unique_ptr<ModelSwitch>> models_;
};

} // namespace rootpool::twin
