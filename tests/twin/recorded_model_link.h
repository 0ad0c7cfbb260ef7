#pragma once

#include <array>
#include <memory>
#include <string>

#include "models/pcie/link.h"
#include "tests/twin/link_case.h"
#include "tests/twin/trace.h"

namespace rootpool::twin {

/// What is recorded of a link. Packets are told to an observer; a link that has none passes idle time at once.
enum class Recording : std::uint8_t { everything, without_packets };

/// What a port advertises, as the models have it.
[[nodiscard]] pcie::Credits credits_of(const reference::PerClass<reference::ClassCredits>& of);

/// The model of the link of a case with its faults and down times, and what it did.
class RecordedModelLink {
public:
    RecordedModelLink(const std::string& name, models::Scheduler& scheduler, const LinkCase& of, Recording recording);
    ~RecordedModelLink();

    [[nodiscard]] models::Link& link() noexcept { return link_; }
    /// To be filled up by who stands at its ends.
    [[nodiscard]] Traces& events() noexcept { return traces_; }
    /// What it did before `end`; after the simulation.
    [[nodiscard]] Traces traces(SimTime end);

private:
    class Faults;
    class Writer;

    Traces traces_;
    std::array<std::unique_ptr<Faults>, 2> faults_;
    std::unique_ptr<Writer> writer_;
    models::Link link_;
};

} // namespace rootpool::twin
