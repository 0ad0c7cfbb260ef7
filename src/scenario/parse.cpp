#include "rootpool/scenario/parse.h"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "scenario/builder.h"
#include "scenario/failure.h"
#include "scenario/overrides.h"
#include "scenario/reading.h"
#include "scenario/schema.h"
#include "scenario/yaml_reader.h"

namespace rootpool::scenario {
namespace {

[[noreturn]] void fail_to_read(const std::filesystem::path& path, const std::string& reason) {
    fail({.where = path.string(), .what = "cannot be read: " + reason});
}

} // namespace

Script parse(std::string_view text, std::string_view file, std::span<const std::string> overrides) {
    Node root = read_yaml(text, file);
    if (root.kind == Node::Kind::null) {
        fail({.where = fmt::format("{}:1:1", file),
              .what = "the script is empty",
              .accepted = "version, name, topology, timeline, ..."});
    }
    for (const std::string& option : overrides) {
        apply_override(root, option);
    }
    check_against_table(root);
    Script script;
    Config& config = script.config;
    config.name = root.at("name").text;
    config.description = root.at("description").text;
    config.seed = static_cast<std::uint64_t>(read_whole(root, "seed"));
    build_simulation(root, config);
    build_topology(root, config);
    build_interfaces(root, config);
    build_timeline(root, config);
    build_expectations(root, config);
    check_against_table(root); // what the builders computed fits the table too, and moves to its place in it
    script.resolved = to_yaml(root);
    return script;
}

Script parse_file(const std::filesystem::path& path, std::span<const std::string> overrides) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        fail_to_read(path, "it is a folder");
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        fail_to_read(path, std::filesystem::exists(path, error) ? "no permission" : "no such file");
    }
    // One byte more than a script may have, so that read_yaml() sees the excess without a large file being loaded.
    std::string text(max_script_bytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad()) {
        fail_to_read(path, std::generic_category().message(errno));
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return parse(text, path.string(), overrides);
}

} // namespace rootpool::scenario
