#pragma once

#include <string>

#include "models/pcie/link.h"
#include "rootpool/observe/metrics.h"

namespace rootpool::models {

/// Adds what happened on a link until now, by direction: <owner>.link_<down or up>_<quantity>, and <owner>.link_downs.
void add_link_metrics(observe::MetricSet& metrics, const std::string& owner, Link& link);

} // namespace rootpool::models
