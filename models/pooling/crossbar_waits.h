#pragma once

#include <string>

#include "models/pooling/crossbar.h"
#include "rootpool/pcie/wait_graph.h"

namespace rootpool::models {

/// Why the TLPs of a crossbar output stand still. `egress`: the port behind it.
void explain_waits(const CrossbarOutput& output, const std::string& name, const Port& egress, pcie::WaitGraph& graph);

} // namespace rootpool::models
