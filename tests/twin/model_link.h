#pragma once

#include <array>
#include <memory>

#include "models/pcie/link.h"
#include "tests/twin/link_case.h"
#include "tests/twin/trace.h"

namespace rootpool::twin {

/// The model of a link with the traffic of a case around it. Made before the simulation starts.
class ModelLink {
public:
    ModelLink(const std::string& name, models::Scheduler& scheduler, const LinkCase& of);
    ~ModelLink();

    /// What it did by direction; after the simulation.
    [[nodiscard]] Traces traces();

private:
    class Above;
    class Faults;
    class Writer;

    const LinkCase& case_;
    Traces traces_;
    std::array<std::unique_ptr<Faults>, 2> faults_;
    std::unique_ptr<Writer> writer_;
    models::Link link_;
    std::array<std::unique_ptr<Above>, 2> above_;
};

} // namespace rootpool::twin
