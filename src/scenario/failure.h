#pragma once

#include <string>
#include <string_view>

#include "rootpool/scenario/suggestion.h"

namespace rootpool::scenario {

/// The parts of a message about a script; empty parts are left out.
struct Failure {
    std::string_view where = {};
    std::string what = {};
    std::string key = {};
    std::string accepted = {};
    std::string suggestion = {};
};

/// "where: what; key 'k'; accepted: a; did you mean 's'?"
[[noreturn]] void fail(const Failure& failure);

} // namespace rootpool::scenario
