#pragma once

#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "rootpool/scenario/config.h"
#include "rootpool/scenario/one_line.h"

namespace rootpool::scenario {

/// A script that cannot be used. what() is the whole message:
/// "file:line:column: what is wrong; key 'a.b.c'; accepted: ...; did you mean 'x'?", on one line. Exit status 2.
class ScenarioError : public std::runtime_error {
public:
    explicit ScenarioError(std::string_view message) : std::runtime_error(one_line(message)) {}
};

/// A script and what it means.
struct Script {
    Config config;
    std::string resolved; ///< the script as YAML with every default written out
};

/// Reads a script. `file` is its name in messages. `overrides` are "path=value" from the command line, applied in order
/// before any check; an error that one causes names the option. Throws ScenarioError.
[[nodiscard]] Script parse(std::string_view text, std::string_view file, std::span<const std::string> overrides = {});

/// The same for a file. Throws ScenarioError also if it cannot be read.
[[nodiscard]] Script parse_file(const std::filesystem::path& path, std::span<const std::string> overrides = {});

/// Largest script that is read.
inline constexpr std::size_t max_script_bytes = std::size_t{1} << 20U;

} // namespace rootpool::scenario
