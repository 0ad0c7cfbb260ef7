#pragma once

#include <array>
#include <memory>

#include "models/pcie/link.h"
#include "tests/twin/link_case.h"
#include "tests/twin/trace.h"

namespace rootpool::twin {

/// What is recorded of a link. Packets are told to an observer; a link that has none passes idle time at once.
enum class Recording : std::uint8_t { everything, without_packets };

/// The model of a link with the traffic of a case around it. Made before the simulation starts.
class ModelLink {
public:
    ModelLink(const std::string& name, models::Scheduler& scheduler, const LinkCase& of,
              Recording recording = Recording::everything);
    ~ModelLink();

    /// What it did by direction; after the simulation.
    [[nodiscard]] Traces traces();
    /// Of what end n has sent up to now.
    [[nodiscard]] const models::LinkEndCounters& counters(unsigned end) {
        return (end == 0 ? link_.down() : link_.up()).counters();
    }

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
