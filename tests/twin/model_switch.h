#pragma once

#include "models/pooling/multi_root_switch.h"
#include "tests/twin/recorded_model_link.h"
#include "tests/twin/switch_case.h"
#include "tests/twin/switch_trace.h"

namespace rootpool::twin {

/// The model of a switch and of its links with the traffic of a case around them. Made before the simulation starts.
class ModelSwitch {
public:
    /// Notes in the case what its set-up used up.
    ModelSwitch(const std::string& name, models::Scheduler& scheduler, pcie::TlpFactory& factory, SwitchCase& of,
                Recording recording = Recording::everything);
    ~ModelSwitch();

    /// What it did; after the simulation, once.
    [[nodiscard]] SwitchTraces traces();

private:
    class Above;
    class GrantWriter;

    void add_port(const std::string& name, models::Scheduler& scheduler, pcie::TlpFactory& factory, bool at_device,
                  std::size_t number, Recording recording);

    const SwitchCase& case_;
    SwitchTraces traces_;
    std::unique_ptr<GrantWriter> grants_;
    models::MultiRootSwitch switch_;
    std::vector<std::unique_ptr<RecordedModelLink>> links_; ///< of roots, then of devices
    std::vector<std::unique_ptr<Above>> above_;
};

} // namespace rootpool::twin
