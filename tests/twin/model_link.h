#pragma once

#include <array>
#include <memory>

#include "tests/twin/recorded_model_link.h"

namespace rootpool::twin {

/// The model of a link with the traffic of a case around it. Made before the simulation starts.
class ModelLink {
public:
    ModelLink(const std::string& name, models::Scheduler& scheduler, const LinkCase& of,
              Recording recording = Recording::everything);
    ~ModelLink();

    /// What it did by direction; after the simulation.
    [[nodiscard]] Traces traces() { return link_.traces(case_.end); }
    /// Of what end n has sent up to now.
    [[nodiscard]] const models::LinkEndCounters& counters(unsigned end) {
        return (end == 0 ? link_.link().down() : link_.link().up()).counters();
    }

private:
    class Above;

    const LinkCase& case_;
    RecordedModelLink link_;
    std::array<std::unique_ptr<Above>, 2> above_;
};

} // namespace rootpool::twin
