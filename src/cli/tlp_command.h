#pragma once

#include <string>
#include <vector>

#include "rootpool/cli/program.h"

namespace rootpool::cli {

/// `rootpool tlp decode`: bytes as hexadecimal digits, with or without blanks, to JSON.
[[nodiscard]] int tlp_decode(const std::vector<std::string>& words, const Streams& streams);
/// `rootpool tlp encode`: the reverse.
[[nodiscard]] int tlp_encode(const std::string& json, const Streams& streams);

} // namespace rootpool::cli
