#include <csignal>

#include "cli/output_folder.h"
#include "rootpool/core/error.h"
#include "rootpool/observe/atomic_file.h"
#include "tests/unit/cli/program_fixture.h"

namespace rootpool::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class RunCommand : public ProgramTest {};

TEST_F(RunCommand, MetExpectationGivesStatus0AndAResult) {
    EXPECT_EQ(run_builtin(), exit_met);
    EXPECT_THAT(out_.str(), HasSubstr("pass"));
    EXPECT_EQ(result()["scenario"], "test/pooled");
    EXPECT_EQ(result()["passed"], true);
    EXPECT_EQ(result()["partial"], false);
    EXPECT_EQ(result()["event_hash"], "0000000000001234");
}

TEST_F(RunCommand, FailedExpectationGivesStatus1) {
    simulation_.answer_ = [](const auto&, const auto&) { return goodput(9.0); };
    EXPECT_EQ(run_builtin(), exit_expectation);
    EXPECT_THAT(out_.str(), HasSubstr("FAIL"));
    EXPECT_THAT(out_.str(), HasSubstr("-4.153 %"));
    EXPECT_EQ(result()["passed"], false);
}

TEST_F(RunCommand, MissingMetricGivesStatus2AndNamesThoseThatExist) {
    simulation_.answer_ = [](const auto&, const auto&) {
        RunOutcome outcome;
        outcome.metrics.add("switch.refusals", 0, "1", "");
        return outcome;
    };
    EXPECT_EQ(run_builtin(), exit_usage);
    EXPECT_THAT(err_.str(), HasSubstr("no metric 'iperf.server2.goodput'"));
    EXPECT_THAT(err_.str(), HasSubstr("switch.refusals"));
    EXPECT_EQ(result()["passed"], false);
}

TEST_F(RunCommand, ModelViolationGivesStatus3AndKeepsWhatThereIsButDoesNotPass) {
    simulation_.answer_ = [](const auto&, const RunOptions& options) {
        observe::write_atomically(options.output_directory / "log/server1.txt", "booted\n");
        RunOutcome outcome = goodput(9.39); // what the script expects
        outcome.end = RunEnd::violated;
        outcome.violation = "credit below zero";
        outcome.stopped_sinks.push_back({"pcap", 100'000, 5ms, "100000 frames are the most without --window"});
        return outcome;
    };
    EXPECT_EQ(run_builtin(), exit_violation);
    EXPECT_THAT(err_.str(), HasSubstr("model violation: credit below zero"));
    EXPECT_EQ(result()["violation"], "credit below zero");
    EXPECT_EQ(result()["partial"], true);
    EXPECT_EQ(result()["passed"], false);
    EXPECT_EQ(result()["metrics"].size(), 1U);
    EXPECT_EQ(result()["simulated_time"]["seconds"], 1.0);
    EXPECT_EQ(result()["event_hash"], "0000000000001234");
    EXPECT_EQ(test::read_file(result_folder() / "log/server1.txt"), "booted\n");
    EXPECT_TRUE(std::filesystem::exists(result_folder() / "captures.json"));
}

TEST_F(RunCommand, ModelThatCannotBeSetUpGivesStatus3) {
    simulation_.answer_ = [](const auto&, const auto&) -> RunOutcome { throw core::ModelViolation("no room for it"); };
    EXPECT_EQ(run_builtin(), exit_violation);
    EXPECT_THAT(err_.str(), HasSubstr("model violation: no room for it"));
}

TEST_F(RunCommand, OutputThatCannotBeWrittenGivesStatus4) {
    simulation_.answer_ = [](const auto&, const auto& options) -> RunOutcome {
        throw observe::OutputError(options.output_directory / "tlp.pcapng", ENOSPC);
    };
    EXPECT_EQ(run_builtin(), exit_output);
    EXPECT_THAT(err_.str(), HasSubstr("tlp.pcapng: No space left on device"));
}

TEST_F(RunCommand, OutWithoutANameGivesStatus4BeforeTheRun) {
    EXPECT_EQ(run_program({"run", "test/pooled", "--out", ""}), exit_output);
    EXPECT_EQ(run_program({"run", "test/pooled", "--out", "/"}), exit_output);
    EXPECT_EQ(simulation_.runs_, 0);
}

TEST_F(RunCommand, OutBelowAFileGivesStatus4BeforeTheRun) {
    const auto file = write("file", "");
    EXPECT_EQ(run_program({"run", "test/pooled", "--out", (file / "below").string()}), exit_output);
    EXPECT_EQ(simulation_.runs_, 0);
}

/// Runs of a program that a signal asks to end; the parameter is the signal.
class InterruptedRun : public ProgramTest, public testing::WithParamInterface<int> {
protected:
    void TearDown() override { std::signal(GetParam(), before_); }

private:
    // Whoever starts the tests may have it ignored.
    void (*before_)(int) = std::signal(GetParam(), SIG_DFL);
};

TEST_P(InterruptedRun, KeepsWhatThereIsAndGivesStatus128PlusTheSignal) {
    simulation_.answer_ = [](const auto&, const RunOptions& options) {
        EXPECT_FALSE(options.interrupted());
        raise(GetParam());
        EXPECT_TRUE(options.interrupted());
        RunOutcome outcome = goodput(9.39);
        outcome.end = RunEnd::interrupted;
        return outcome;
    };
    EXPECT_EQ(run_builtin(), 128 + GetParam());
    EXPECT_EQ(result()["partial"], true);
    EXPECT_EQ(result()["passed"], false);
    EXPECT_EQ(result()["metrics"].size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(result_folder().string() + ".partial"));
}

TEST_P(InterruptedRun, SecondSignalEndsTheProgramAtOnce) {
    simulation_.answer_ = [](const auto&, const auto&) {
        raise(GetParam());
        raise(GetParam());
        return goodput(9.39);
    };
    EXPECT_EXIT((void)run_builtin(), testing::KilledBySignal(GetParam()), "");
    EXPECT_TRUE(std::filesystem::exists(result_folder().string() + ".partial"));
}

TEST_P(InterruptedRun, IgnoredSignalStaysIgnoredInTheRunAndAfterIt) {
    std::signal(GetParam(), SIG_IGN);
    simulation_.answer_ = [](const auto&, const RunOptions& options) {
        raise(GetParam());
        EXPECT_FALSE(options.interrupted());
        return goodput(9.39);
    };
    EXPECT_EQ(run_builtin(), exit_met);
    EXPECT_EQ(std::signal(GetParam(), SIG_DFL), SIG_IGN);
}

TEST_P(InterruptedRun, SignalAfterTheRunIsNoMoreOfItsConcern) {
    EXPECT_EQ(run_builtin(), exit_met);
    EXPECT_EQ(std::signal(GetParam(), SIG_DFL), SIG_DFL);
}

INSTANTIATE_TEST_SUITE_P(Signals, InterruptedRun, testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& parameters) { return "Signal" + std::to_string(parameters.param); });

TEST_F(RunCommand, GreatestSeedIsTakenAndTheNextOneIsToldTheLimit) {
    EXPECT_EQ(run_builtin({"--seed", "9223372036854775807"}), exit_met);
    EXPECT_EQ(simulation_.config_.seed, 9'223'372'036'854'775'807U);
    EXPECT_EQ(run_builtin({"--seed", "9223372036854775808"}), exit_usage);
    EXPECT_THAT(err_.str(), HasSubstr("a whole number from 0 to 9223372036854775807"));
}

TEST_F(RunCommand, OptionsReachTheSimulator) {
    EXPECT_EQ(
        run_builtin({"--pcap", "--tlp-pcap", "--lspci", "--window", "10 ms:20 ms", "--until", "1.5 s", "--seed", "7"}),
        exit_met);
    const RunOptions& options = simulation_.options_;
    EXPECT_TRUE(options.pcap && options.tlp_pcap && options.lspci);
    EXPECT_EQ(options.window->from, SimTime{10ms});
    EXPECT_EQ(options.window->to, SimTime{20ms});
    EXPECT_EQ(options.until, SimTime{1500ms});
    EXPECT_EQ(simulation_.config_.seed, 7U);
    EXPECT_EQ(result()["seed"], 7);
}

TEST_F(RunCommand, NothingIsOnUnlessAsked) {
    EXPECT_EQ(run_builtin(), exit_met);
    const RunOptions& options = simulation_.options_;
    EXPECT_FALSE(options.pcap || options.tlp_pcap || options.lspci);
    EXPECT_FALSE(options.window || options.until);
    EXPECT_EQ(simulation_.config_.seed, 1U);
}

TEST_F(RunCommand, RunCutShortDoesNotPassWithoutItsMetrics) {
    simulation_.answer_ = [](const auto&, const auto&) {
        RunOutcome outcome;
        outcome.end = RunEnd::until;
        return outcome;
    };
    EXPECT_EQ(run_builtin({"--until", "1 ms"}), exit_expectation);
}

TEST_F(RunCommand, SetChangesTheScript) {
    EXPECT_EQ(run_builtin({"--set", "topology.servers.server1.max_payload=128 B", "--set", "name=test/other"}),
              exit_met);
    EXPECT_EQ(simulation_.config_.servers[0].max_payload, 128U);
    EXPECT_EQ(result()["scenario"], "test/other");
}

TEST_F(RunCommand, WrongOptionsGiveStatus2BeforeTheRun) {
    const std::vector<std::vector<std::string>> wrong{{"--window", "10 ms"},
                                                      {"--window", "20 ms:10 ms"},
                                                      {"--window", "10:20"},
                                                      {"--window", "10 ms:10 ms"},
                                                      {"--lspci", "--window", "10 ms:20 ms"}, // no capture
                                                      {"--until", "5"},
                                                      {"--until", "-1 s"},
                                                      {"--until", "nan s"},
                                                      {"--seed", ""},
                                                      {"--until", ""},
                                                      {"--window", ""},
                                                      {"--seed", "-1"},
                                                      {"--seed", "x"},
                                                      {"--seed", "1.5"},
                                                      {"--set", "seed=x"},
                                                      {"--set"},
                                                      {"--out"},
                                                      {"--vcd"},
                                                      {"--quiet=5"},
                                                      {"--seed", "99999999999999999999"},
                                                      {"--set", "no.such=key"}};
    for (const auto& options : wrong) {
        EXPECT_EQ(run_builtin(options), exit_usage) << options.front() << ' ' << options.back();
        EXPECT_NE(err_.str(), "");
        EXPECT_EQ(out_.str(), "");
    }
    EXPECT_EQ(simulation_.runs_, 0);
    EXPECT_FALSE(std::filesystem::exists(result_folder()));
}

TEST_F(RunCommand, ConsoleLinesGoToStandardOutputUnlessQuiet) {
    simulation_.answer_ = [](const auto&, const RunOptions& options) {
        options.console("server2", "64 bytes from 10.0.3.1");
        options.progress({1ms, "ping"});
        return goodput(9.39);
    };
    EXPECT_EQ(run_builtin(), exit_met);
    EXPECT_THAT(out_.str(), HasSubstr("server2: 64 bytes from 10.0.3.1\n"));
    EXPECT_EQ(run_builtin({"--quiet"}), exit_met);
    EXPECT_THAT(out_.str(), Not(HasSubstr("64 bytes")));
    EXPECT_THAT(out_.str(), HasSubstr("pass"));
    EXPECT_EQ(err_.str(), "");
}

TEST_F(RunCommand, StoppedSinkIsTold) {
    simulation_.answer_ = [](const auto&, const auto&) {
        RunOutcome outcome = goodput(9.39);
        outcome.stopped_sinks.push_back({"pcap", 100'000, 5ms, "100000 frames are the most without --window"});
        return outcome;
    };
    EXPECT_EQ(run_builtin({"--pcap", "--quiet"}), exit_met);
    EXPECT_THAT(err_.str(), HasSubstr("pcap: 100000 frames are the most"));
    EXPECT_THAT(test::read_file(result_folder() / "captures.json"), HasSubstr("\"sink\": \"pcap\""));
    EXPECT_THAT(test::read_file(result_folder() / "result.json"), Not(HasSubstr("pcap")));
}

TEST_F(RunCommand, EqualRunsWriteEqualBytes) {
    EXPECT_EQ(run_builtin(), exit_met);
    const std::string first = test::read_file(result_folder() / "result.json");
    EXPECT_EQ(run_builtin({"--quiet"}), exit_met);
    EXPECT_EQ(test::read_file(result_folder() / "result.json"), first);
}

TEST_F(RunCommand, StandardOutputThatIsGoneGivesStatus4) {
    out_.setstate(std::ios::badbit);
    EXPECT_EQ(
        program_main(2, std::vector<const char*>{"rootpool", "list"}.data(), simulation_, builtins_, {out_, err_}),
        exit_output);
}

class Folder : public ProgramTest {};

TEST_F(Folder, EarlierRunIsReplacedAsAWhole) {
    EXPECT_EQ(run_builtin(), exit_met);
    std::ofstream(result_folder() / "left over.txt") << "x";
    EXPECT_EQ(run_builtin(), exit_met);
    EXPECT_FALSE(std::filesystem::exists(result_folder() / "left over.txt"));
    EXPECT_TRUE(std::filesystem::exists(result_folder() / "result.json"));
    EXPECT_FALSE(std::filesystem::exists(result_folder().string() + ".partial"));
}

TEST_F(Folder, ForeignFolderIsRefusedAndLeftAsItIs) {
    std::filesystem::create_directories(result_folder());
    std::ofstream(result_folder() / "result.json") << "{}";
    EXPECT_EQ(run_builtin(), exit_output);
    EXPECT_EQ(simulation_.runs_, 0);
    EXPECT_EQ(test::read_file(result_folder() / "result.json"), "{}");
    EXPECT_THAT(err_.str(), HasSubstr("is not the folder of an earlier run"));
}

TEST_F(Folder, FileAndLinkAreRefused) {
    write("out", "text");
    EXPECT_EQ(run_builtin(), exit_output);
    std::filesystem::remove(result_folder());
    std::filesystem::create_directories(folder_ / "elsewhere");
    std::filesystem::create_directory_symlink(folder_ / "elsewhere", result_folder());
    EXPECT_EQ(run_builtin(), exit_output);
    EXPECT_EQ(simulation_.runs_, 0);
}

TEST_F(Folder, EmptyFolderIsTaken) {
    std::filesystem::create_directories(result_folder());
    EXPECT_EQ(run_builtin(), exit_met);
}

TEST_F(Folder, ForeignWorkingFolderIsRefused) {
    std::filesystem::create_directories(result_folder().string() + ".partial/mine");
    EXPECT_EQ(run_builtin(), exit_output);
    EXPECT_TRUE(std::filesystem::exists(result_folder().string() + ".partial/mine"));
}

TEST_F(Folder, TrailingSlashNamesTheSameFolder) {
    EXPECT_EQ(run_program({"run", "test/pooled", "--out", result_folder().string() + "/"}), exit_met);
    EXPECT_EQ(run_builtin(), exit_met);
}

TEST_F(Folder, RunThatFailsLeavesTheEarlierResult) {
    EXPECT_EQ(run_builtin(), exit_met);
    simulation_.answer_ = [](const auto&, const auto& options) -> RunOutcome {
        throw observe::OutputError(options.output_directory, ENOSPC);
    };
    EXPECT_EQ(run_builtin(), exit_output);
    EXPECT_EQ(result()["passed"], true);
    simulation_.answer_ = [](const auto&, const auto&) { return goodput(9.39); };
    EXPECT_EQ(run_builtin(), exit_met) << "what the failed run left is ours to replace";
}

TEST_F(Folder, SecondRunIsRefusedWhileTheFirstOneWrites) {
    OutputFolder first(result_folder());
    observe::write_atomically(first.working_path() / "log.txt", "of the first run");
    EXPECT_EQ(run_builtin(), exit_output);
    EXPECT_EQ(simulation_.runs_, 0);
    EXPECT_THAT(err_.str(), HasSubstr("another run is writing to"));
    EXPECT_EQ(test::read_file(first.working_path() / "log.txt"), "of the first run");
    first.commit();
    EXPECT_EQ(test::read_file(result_folder() / "log.txt"), "of the first run");
    EXPECT_EQ(run_builtin(), exit_met) << "the first run has put its folder in place";
}

TEST_F(Folder, KilledRunDoesNotBlockTheNextOne) {
    const std::filesystem::path working = result_folder().string() + ".partial";
    std::filesystem::create_directories(working); // killed before the marker
    EXPECT_EQ(run_builtin(), exit_met);
    {
        const OutputFolder killed(result_folder());
        observe::write_atomically(killed.working_path() / "log/server1.txt", "left over");
    }
    EXPECT_TRUE(std::filesystem::exists(working / "log/server1.txt"));
    EXPECT_EQ(run_builtin(), exit_met);
    EXPECT_FALSE(std::filesystem::exists(working));
    EXPECT_FALSE(std::filesystem::exists(result_folder() / "log"));
}

TEST_F(Folder, WhatSomebodyPutThereDuringTheRunStays) {
    simulation_.answer_ = [this](const auto&, const auto&) {
        std::filesystem::create_directories(result_folder() / "mine");
        return goodput(9.39);
    };
    EXPECT_EQ(run_builtin(), exit_output);
    EXPECT_TRUE(std::filesystem::exists(result_folder() / "mine"));
}

} // namespace
} // namespace rootpool::cli
