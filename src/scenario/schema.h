#pragma once

#include "scenario/node.h"

namespace rootpool::scenario {

/// Checks a script against the key table: which keys there are, what type, unit and range their values have. Writes the
/// defaults into the tree and expands short forms. Throws ScenarioError. What concerns several keys at once is not
/// checked here.
void check_against_table(Node& root);

} // namespace rootpool::scenario
