#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rootpool/scenario/parse.h"
#include "tests/unit/cli/program_fixture.h"

namespace rootpool::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Commands : public ProgramTest {};

TEST_F(Commands, HelpAndVersionGoToStandardOutputWithStatus0) {
    for (const char* option : {"--help", "-h"}) {
        EXPECT_EQ(run_program({option}), exit_met);
        EXPECT_THAT(out_.str(), HasSubstr("run"));
        EXPECT_EQ(err_.str(), "");
    }
    EXPECT_EQ(run_program({"run", "--help"}), exit_met);
    EXPECT_THAT(out_.str(), HasSubstr("--tlp-pcap"));
    EXPECT_EQ(run_program({"--version"}), exit_met);
    EXPECT_THAT(out_.str(), StartsWith("rootpool "));
    EXPECT_THAT(out_.str(), HasSubstr("a simulator of tests"));
    EXPECT_EQ(err_.str(), "");
}

TEST_F(Commands, WrongUsageGivesStatus2AndAMessage) {
    const std::vector<std::vector<std::string>> wrong{{},
                                                      {"frobnicate"},
                                                      {"run"},
                                                      {"check"},
                                                      {"show"},
                                                      {"explain"},
                                                      {"tlp"},
                                                      {"tlp", "decode"},
                                                      {"--foo"},
                                                      {"list", "too", "much"},
                                                      {"check", "a", "b"},
                                                      {"run", "--help-all"}};
    for (const auto& arguments : wrong) {
        EXPECT_EQ(run_program(arguments), exit_usage) << testing::PrintToString(arguments);
        EXPECT_NE(err_.str(), "");
        EXPECT_EQ(out_.str(), "");
    }
}

TEST_F(Commands, WrongUsageIsToldOnOneLineWithTheCommandThatHelps) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{}, "A subcommand is required; see rootpool --help"},
        {{"frobnicate"}, "'frobnicate' is not expected; see rootpool --help"},
        {{"--nonsense"}, "'--nonsense' is not expected; see rootpool --help"},
        {{"run"}, "script is required; see rootpool run --help"},
        {{"run", "a", "--nonsense"}, "'--nonsense' is not expected; see rootpool run --help"},
        {{"run", "a", "b\nc"}, "'b\\nc' is not expected; see rootpool run --help"},
        {{"run", "a", "--until", "1 s", "--until", "2 s"},
         "--until: At Most 1 required but received 2; see rootpool run --help"},
        {{"tlp"}, "A subcommand is required; see rootpool tlp --help"},
        {{"tlp", "decode"}, "hex is required; see rootpool tlp decode --help"}};
    for (const auto& [arguments, message] : wrong) {
        EXPECT_EQ(run_program(arguments), exit_usage);
        EXPECT_EQ(err_.str(), fmt::format("rootpool: {}\n", message));
    }
}

TEST_F(Commands, CheckAcceptsAFileAndABuiltIn) {
    EXPECT_EQ(run_program({"check", write("good.yaml", test::pooled_script).string()}), exit_met);
    EXPECT_EQ(run_program({"check", "test/pooled"}), exit_met);
    EXPECT_EQ(simulation_.runs_, 0);
}

TEST_F(Commands, CheckRefusesWithFileLineAndColumn) {
    const auto file = write("bad.yaml", test::replaced(test::pooled_script, "duration: 1 s", "duration: 1"));
    EXPECT_EQ(run_program({"check", file.string()}), exit_usage);
    EXPECT_EQ(out_.str(), "");
    EXPECT_THAT(err_.str(), StartsWith("rootpool: " + file.string() + ":18:61: '1' has no unit"));
}

TEST_F(Commands, UnknownScenarioIsRefusedWithASuggestion) {
    EXPECT_EQ(run_program({"run", "test/poled"}), exit_usage);
    EXPECT_THAT(err_.str(), HasSubstr("did you mean 'test/pooled'?"));
}

TEST_F(Commands, ShowPrintsAScriptWithDefaultsThatChecks) {
    EXPECT_EQ(run_program({"show", "test/pooled", "--set", "seed=9"}), exit_met);
    EXPECT_THAT(out_.str(), HasSubstr("seed: 9"));
    EXPECT_THAT(out_.str(), HasSubstr("tagging: reserved_bits"));
    EXPECT_EQ(run_program({"check", write("shown.yaml", out_.str()).string()}), exit_met);
}

TEST_F(Commands, ListNamesTheBuiltIns) {
    EXPECT_EQ(run_program({"list"}), exit_met);
    EXPECT_THAT(out_.str(), StartsWith("test/pooled"));
}

TEST_F(Commands, ExplainKnowsKeysAndRefusesOthers) {
    EXPECT_EQ(run_program({"explain", "iperf.duration"}), exit_met);
    EXPECT_THAT(out_.str(), HasSubstr("accepted: a time of 1 us to 1000 s"));
    EXPECT_EQ(run_program({"explain", "iperf.duratoin"}), exit_usage);
    EXPECT_EQ(out_.str(), "");
}

TEST_F(Commands, TlpDecodesWhatItEncodes) {
    const std::string read = "00000001 0100 01 0f fee00000"; // MRd32, one dword, from 01:00.0, tag 1
    EXPECT_EQ(run_program({"tlp", "decode", read}), exit_met);
    const std::string json = out_.str();
    EXPECT_TRUE(nlohmann::json::accept(json));
    EXPECT_EQ(run_program({"tlp", "encode", json}), exit_met);
    EXPECT_EQ(out_.str(), "000000010100010ffee00000\n");
    EXPECT_EQ(run_program({"tlp", "decode", "00000001", "0100010f", "fee00000"}), exit_met);
    EXPECT_EQ(out_.str(), json);
}

TEST_F(Commands, TlpRefusesWhatIsNone) {
    for (const char* hex : {"xyz", "0", "00", "000000010100010ffee0000", "ffffffffffffffffffffffff", " "}) {
        EXPECT_EQ(run_program({"tlp", "decode", hex}), exit_usage) << hex;
        EXPECT_EQ(out_.str(), "");
    }
    for (const char* json : {"", "{", "[]", "5", "{\"kind\": 5}", "{\"kind\": \"nothing\"}", "{\"kind\": \"MRd\"}"}) {
        EXPECT_EQ(run_program({"tlp", "encode", json}), exit_usage) << json;
        EXPECT_EQ(out_.str(), "");
    }
}

TEST_F(Commands, TlpSaysWhereTextIsNotJson) {
    for (const auto& [json, place] : {std::pair{"[", "line 1, column 2"}, std::pair{"", "line 1, column 1"},
                                      std::pair{"{\n  \"kind\": MRd}", "line 2, column 11"}}) {
        EXPECT_EQ(run_program({"tlp", "encode", json}), exit_usage);
        EXPECT_THAT(err_.str(), StartsWith(fmt::format("rootpool: not JSON: {}; accepted: an object as", place)));
        EXPECT_THAT(err_.str(), Not(HasSubstr("json.exception")));
    }
    EXPECT_EQ(run_program({"tlp", "encode", "{\"tag\": 1e999}"}), exit_usage);
    EXPECT_THAT(err_.str(), StartsWith("rootpool: a number of the JSON is too large; accepted: whole numbers"));
}

TEST_F(Commands, TlpEncodesTheExampleOfItsMessage) {
    EXPECT_EQ(run_program({"tlp", "encode", "["}), exit_usage);
    const std::string message = err_.str();
    const std::string example = message.substr(message.find('{'), message.rfind('}') - message.find('{') + 1);
    EXPECT_EQ(run_program({"tlp", "encode", example}), exit_met) << example;
}

TEST_F(Commands, MessageHasOneLineWhateverItRepeats) {
    const std::string odd = "no\n\x1b[2J\rfile\xC2\x85\xFF";
    const std::vector<std::vector<std::string>> wrong{{"check", odd},
                                                      {"explain", odd},
                                                      {"check", "test/pooled", "--set", odd + "=1"},
                                                      {"check", "test/pooled", "--set", "seed=\"a\\nb\""},
                                                      {"run", "test/pooled", "--until", odd},
                                                      {"run", "test/pooled", "--out", write(odd, "").string()},
                                                      {"tlp", "encode", R"({"a\nb": 1})"},
                                                      {"check", write("key.yaml", "\"a\\nb\": 1\n").string()},
                                                      {"check", write(odd + "2", "x").string()}};
    for (const auto& arguments : wrong) {
        EXPECT_NE(run_program(arguments), exit_met) << testing::PrintToString(arguments);
        const std::string message = err_.str();
        EXPECT_THAT(message, StartsWith("rootpool: "));
        EXPECT_EQ(std::ranges::find_if(message, [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
                  message.end() - 1)
            << testing::PrintToString(message);
        EXPECT_THAT(message, EndsWith("\n"));
    }
}

TEST_F(Commands, UsageErrorEscapesWhatItRepeats) {
    EXPECT_EQ(run_program({"list", "--a\nb"}), exit_usage);
    EXPECT_THAT(err_.str(), HasSubstr("--a\\nb"));
    EXPECT_THAT(err_.str(), EndsWith("; see rootpool list --help\n"));
}

TEST_F(Commands, ProgramOfOneScenarioHasTheOptionsOfRun) {
    const std::string out = result_folder().string();
    const std::vector<const char*> argv{"pooled", "--out", out.c_str(), "--quiet", "--seed", "3"};
    EXPECT_EQ(scenario_main(static_cast<int>(argv.size()), argv.data(), simulation_, builtins_[0], {out_, err_}),
              exit_met);
    EXPECT_EQ(simulation_.config_.seed, 3U);
    const std::vector<const char*> wrong{"pooled", "file.yaml"};
    EXPECT_EQ(scenario_main(2, wrong.data(), simulation_, builtins_[0], {out_, err_}), exit_usage);
}

class BuiltIns : public ProgramTest {};

TEST_F(BuiltIns, AllScriptsOfTheRepositoryCheckAndNameThemselves) {
    ASSERT_FALSE(builtin_scenarios().empty());
    for (const BuiltinScenario& builtin : builtin_scenarios()) {
        const scenario::Script script = scenario::parse(builtin.text, builtin.name);
        EXPECT_EQ(script.config.name, builtin.name);
        EXPECT_FALSE(script.config.description.empty()) << builtin.name;
        EXPECT_FALSE(script.config.expectations.empty()) << builtin.name;
    }
}

} // namespace
} // namespace rootpool::cli
