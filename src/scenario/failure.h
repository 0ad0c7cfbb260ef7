#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rootpool/scenario/parse.h"

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

/// The candidate that `word` is probably a slip of; empty if none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "a, b or c".
[[nodiscard]] std::string enumerate(const std::vector<std::string>& words);

} // namespace rootpool::scenario
