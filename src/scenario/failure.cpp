#include "scenario/failure.h"

#include <fmt/format.h>

#include "rootpool/scenario/parse.h"

namespace rootpool::scenario {

void fail(const Failure& failure) {
    std::string message = failure.where.empty() ? failure.what : fmt::format("{}: {}", failure.where, failure.what);
    if (!failure.key.empty()) {
        message += fmt::format("; key '{}'", failure.key);
    }
    if (!failure.accepted.empty()) {
        message += fmt::format("; accepted: {}", failure.accepted);
    }
    if (!failure.suggestion.empty()) {
        message += fmt::format("; did you mean '{}'?", failure.suggestion);
    }
    throw ScenarioError(message);
}

} // namespace rootpool::scenario
