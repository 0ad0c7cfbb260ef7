#pragma once

#include <memory>
#include <vector>

#include "models/core/wheel_scheduler.h"
#include "tests/twin/model_link.h"

namespace rootpool::twin {

/// The models of several cases. SystemC elaborates once, so all links stand side by side in one simulation.
class ModelsOfCases {
public:
    /// The cases of the seeds from `first` on.
    ModelsOfCases(unsigned first, unsigned count);

    /// The whole simulation.
    void run();

    [[nodiscard]] std::size_t size() const noexcept { return cases_.size(); }
    [[nodiscard]] unsigned seed(std::size_t index) const noexcept { return first_ + static_cast<unsigned>(index); }
    [[nodiscard]] const LinkCase& at(std::size_t index) const { return cases_[index]; }
    /// What the model of a case did; to be asked once.
    [[nodiscard]] Traces traces(std::size_t index) { return models_[index]->traces(); }

private:
    unsigned first_;
    pcie::TlpFactory factory_;
    models::WheelScheduler scheduler_{"scheduler"};
    std::vector<LinkCase> cases_;
    std::vector<std::unique_ptr<ModelLink>> models_;
};

} // namespace rootpool::twin
