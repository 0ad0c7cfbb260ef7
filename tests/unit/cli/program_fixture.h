#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "rootpool/cli/program.h"
#include "tests/unit/scenario/scripts.h"

namespace rootpool::cli {

/// Stands in for the simulator: keeps what it was asked and answers what the test says.
class ScriptedSimulation final : public Simulation {
public:
    RunOutcome run(const scenario::Config& config, const RunOptions& options) override {
        config_ = config;
        options_ = options;
        ++runs_;
        return answer_(config, options);
    }
    [[nodiscard]] std::vector<std::string> features() const override { return {"a simulator of tests"}; }

    std::function<RunOutcome(const scenario::Config&, const RunOptions&)> answer_;
    scenario::Config config_;
    RunOptions options_;
    int runs_ = 0;
};

/// Runs the program inside the test, in a folder of its own.
class ProgramTest : public testing::Test {
protected:
    ProgramTest() {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
        simulation_.answer_ = [](const scenario::Config&, const RunOptions&) { return goodput(9.39); };
    }
    ~ProgramTest() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] static RunOutcome goodput(double value) {
        RunOutcome outcome;
        outcome.simulated_time = 1s;
        outcome.event_hash = 0x1234;
        outcome.metrics.add("iperf.server2.goodput", value, "Gb/s", "");
        return outcome;
    }

    int run_program(const std::vector<std::string>& arguments) {
        out_.str("");
        err_.str("");
        std::vector<const char*> argv{"rootpool"};
        for (const std::string& argument : arguments) {
            argv.push_back(argument.c_str());
        }
        return program_main(static_cast<int>(argv.size()), argv.data(), simulation_, builtins_, {out_, err_});
    }

    /// `rootpool run` of the built-in script into the test's folder.
    int run_builtin(std::vector<std::string> options = {}) {
        std::vector<std::string> arguments{"run", "test/pooled", "--out", result_folder().string()};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return run_program(arguments);
    }

    /// As the name of a file: '/' stands before a parameter's name.
    [[nodiscard]] static std::string test_name() {
        std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        std::ranges::replace(name, '/', '-');
        return name;
    }

    [[nodiscard]] std::filesystem::path result_folder() const { return folder_ / "out"; }
    [[nodiscard]] nlohmann::json result() const {
        return nlohmann::json::parse(test::read_file(result_folder() / "result.json"));
    }
    std::filesystem::path write(const std::string& name, std::string_view text) const {
        std::ofstream(folder_ / name, std::ios::binary) << text;
        return folder_ / name;
    }

    const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("rootpool-cli-" + test_name());
    ScriptedSimulation simulation_;
    std::vector<BuiltinScenario> builtins_{{"test/pooled", test::pooled_script}};
    std::ostringstream out_;
    std::ostringstream err_;
};

} // namespace rootpool::cli
