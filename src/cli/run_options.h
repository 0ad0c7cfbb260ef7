#pragma once

#include <cstdint>
#include <string>

#include "rootpool/observe/capture_limit.h"

namespace rootpool::cli {

/// "10 ms:20 ms". Throws scenario::ScenarioError that names the option.
[[nodiscard]] observe::CaptureWindow parse_window(const std::string& text);
/// Throws scenario::ScenarioError that names the option.
[[nodiscard]] std::uint64_t parse_seed(const std::string& text);
/// "20 ms", for the option of this name. Throws scenario::ScenarioError.
[[nodiscard]] SimTime parse_time_option(const std::string& option, const std::string& text);

} // namespace rootpool::cli
