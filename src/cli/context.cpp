#include "cli/context.h"

#include <ostream>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "cli/output_folder.h"
#include "rootpool/core/error.h"
#include "rootpool/observe/atomic_file.h"
#include "rootpool/scenario/suggestion.h"

namespace rootpool::cli {
namespace {

int report(const Streams& streams, const std::string& message, int status) {
    fmt::print(streams.err, "rootpool: {}\n", message);
    return status;
}

/// A message that may repeat a name that the user gave.
int report(const Streams& streams, const std::exception& error, int status) {
    return report(streams, scenario::one_line(error.what()), status);
}

} // namespace

scenario::Script load(const std::string& file_or_name, const std::vector<std::string>& overrides,
                      BuiltinScenarios builtins) {
    std::error_code error;
    if (!std::filesystem::exists(file_or_name, error)) {
        std::vector<std::string> names;
        for (const BuiltinScenario& builtin : builtins) {
            if (builtin.name == file_or_name) {
                return scenario::parse(builtin.text, builtin.name, overrides);
            }
            names.emplace_back(builtin.name);
        }
        const std::string suggestion = scenario::nearest(file_or_name, names);
        throw scenario::ScenarioError(fmt::format(
            "'{}' is neither a file nor a built-in scenario; accepted: a YAML file or a name of `rootpool list`{}",
            file_or_name, suggestion.empty() ? "" : fmt::format("; did you mean '{}'?", suggestion)));
    }
    return scenario::parse_file(file_or_name, overrides);
}

int report_violation(const Streams& streams, std::string_view violation) {
    return report(streams, fmt::format("model violation: {}", violation), exit_violation);
}

int guarded(const Streams& streams, const std::function<int()>& command) {
    try {
        const int status = command();
        streams.out.flush();
        if (!streams.out) {
            fmt::print(streams.err, "rootpool: standard output could not be written\n");
            return exit_output;
        }
        return status;
    } catch (const scenario::ScenarioError& error) {
        return report(streams, error, exit_usage);
    } catch (const FolderRefused& error) {
        return report(streams, error, exit_output);
    } catch (const observe::OutputError& error) {
        return report(streams, error, exit_output);
    } catch (const std::filesystem::filesystem_error& error) {
        return report(streams, error, exit_output);
    } catch (const core::ModelViolation& error) {
        return report_violation(streams, error.what());
    } catch (const std::exception& error) {
        return report(streams, fmt::format("internal error: {}", error.what()), exit_violation);
    }
}

} // namespace rootpool::cli
