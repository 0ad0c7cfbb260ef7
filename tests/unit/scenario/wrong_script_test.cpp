#include <algorithm>
#include <filesystem>
#include <vector>

#include <gmock/gmock.h>

#include "rootpool/scenario/parse.h"
#include "tests/unit/scenario/scripts.h"

namespace rootpool::scenario {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// What a text is refused with; empty if it is accepted.
std::string refusal(std::string_view text) {
    try {
        static_cast<void>(parse(text, "file.yaml"));
        return {};
    } catch (const ScenarioError& error) {
        return error.what();
    }
}

/// Every file of tests/scenario/wrong says in its first line what it has to be refused with.
class WrongScript : public testing::TestWithParam<std::string> {};

TEST_P(WrongScript, IsRefusedWithItsReasonAndPlace) {
    constexpr std::string_view mark = "# refused: ";
    const std::string text = test::read_file(std::filesystem::path(WRONG_SCRIPTS) / (GetParam() + ".yaml"));
    ASSERT_THAT(text, StartsWith(mark));
    const std::string expected = text.substr(mark.size(), text.find('\n') - mark.size());
    ASSERT_FALSE(expected.empty());
    const std::string message = refusal(text);
    EXPECT_THAT(message, StartsWith("file.yaml"));
    EXPECT_THAT(message, HasSubstr(expected));
    EXPECT_EQ(message.find('\n'), std::string::npos) << "one line";
}

std::vector<std::string> wrong_scripts() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(WRONG_SCRIPTS)) {
        names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

INSTANTIATE_TEST_SUITE_P(Files, WrongScript, testing::ValuesIn(wrong_scripts()), [](const auto& parameters) {
    std::string name = parameters.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(WrongText, EmptyFileIsRefused) {
    EXPECT_EQ(refusal(""), "file.yaml:1:1: the script is empty; accepted: version, name, topology, timeline, ...");
    EXPECT_EQ(refusal("\n\n"), "file.yaml:1:1: the script is empty; accepted: version, name, topology, timeline, ...");
    EXPECT_EQ(refusal("---\n"), "file.yaml:1:1: the script is empty; accepted: version, name, topology, timeline, ...");
}

TEST(WrongText, MessageEscapesWhatWouldBreakItsLine) {
    EXPECT_EQ(one_line("a\nb\tc\r\x1b\x7f"), "a\\nb\\tc\\r\\x1b\\x7f");
    EXPECT_EQ(one_line("\xC2\x85\xC2\xA0\xFF"), "\\u0085\xC2\xA0\\xff");
    EXPECT_EQ(one_line(one_line("a\nb")), "a\\nb");
    EXPECT_THAT(refusal("\"a\\nb\": 1\n"), HasSubstr("unknown key; key 'a\\nb'; accepted: "));
}

TEST(WrongText, NulByteIsRefusedWithItsPlace) {
    EXPECT_THAT(refusal(std::string_view("version: 1\nna\0me", 16)),
                StartsWith("file.yaml:2:3: not a text file: a control"));
}

TEST(WrongText, BytesThatAreNotUtf8AreRefused) {
    for (const std::string_view bytes : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                         "\xF8\x88\x80\x80\x80", "\xFF\xFE"}) {
        EXPECT_THAT(refusal(std::string("name: ") + std::string(bytes)),
                    HasSubstr(":1:7: not a text file: a byte that is not UTF-8"));
    }
}

TEST(WrongText, TextInUtf8IsAccepted) {
    EXPECT_EQ(refusal(test::replaced(test::pooled_script, "name: test/pooled\n",
                                     "name: test/pooled\ndescription: \"\xC3\xBC \xE6\xB1\xA0 \xF0\x9F\x98\x80\"\n")),
              "");
}

TEST(WrongText, DeepNestingIsRefusedBeforeItIsFollowed) {
    std::string lists = "a: ";
    std::string dashes;
    std::string questions;
    for (int i = 0; i < 10'000; ++i) {
        lists += "[\n ";
        dashes += "- ";
        questions += "? ";
    }
    lists += std::string(10'000, ']');
    EXPECT_THAT(refusal(lists), HasSubstr("nested deeper than 32 levels"));
    EXPECT_THAT(refusal(dashes), HasSubstr("nested deeper than 32 levels"));
    EXPECT_THAT(refusal("a: " + std::string(40, '[') + "x" + std::string(40, ']')),
                HasSubstr("nested deeper than 32 levels"));
    EXPECT_NE(refusal(questions), "");
    for (const char bracket : {'[', '{'}) {
        EXPECT_NE(refusal(std::string(1'000'000, bracket)), "");
    }
}

TEST(WrongText, LargeFileIsRefusedBeforeItIsParsed) {
    std::string text;
    text.resize(10'000'000, '[');
    EXPECT_EQ(refusal(text), "file.yaml: the script is larger than 1048576 bytes");
}

TEST(WrongText, TooManyValuesAreRefused) {
    std::string text = "a:\n";
    for (int i = 0; i < 30'000; ++i) {
        text += "- x\n";
    }
    EXPECT_THAT(refusal(text), HasSubstr("more than 20000 values"));
}

TEST(WrongFile, MissingFileAndFolderAreRefused) {
    EXPECT_THROW(static_cast<void>(parse_file("/nowhere/at/all.yaml")), ScenarioError);
    EXPECT_THROW(static_cast<void>(parse_file("/tmp")), ScenarioError);
}

TEST(WrongFile, ReadErrorIsNotAnEmptyScript) {
    try {
        static_cast<void>(parse_file("/proc/self/mem")); // nothing is mapped at its beginning
        FAIL() << "/proc/self/mem was accepted";
    } catch (const ScenarioError& error) {
        EXPECT_STREQ(error.what(), "/proc/self/mem: cannot be read: Input/output error");
    }
}

TEST(WrongFile, DeviceWithoutEndIsRefused) {
    try {
        static_cast<void>(parse_file("/dev/zero"));
        FAIL() << "/dev/zero was accepted";
    } catch (const ScenarioError& error) {
        EXPECT_THAT(error.what(), HasSubstr("larger than"));
    }
}

/// Values of every kind, cut and changed at every place, end in a message or in a configuration: nothing else leaves
/// parse().
TEST(WrongText, EveryPrefixOfAScriptIsAcceptedOrRefused) {
    for (std::size_t length = 0; length < test::pooled_script.size(); ++length) {
        static_cast<void>(refusal(test::pooled_script.substr(0, length)));
    }
}

TEST(WrongText, EveryChangeOfOneCharacterIsAcceptedOrRefused) {
    for (std::size_t at = 0; at < test::pooled_script.size(); ++at) {
        for (const char c : {'\0', '-', '9', '[', ':', '*', '&', '%', '\n', '\xFF', '.'}) {
            std::string text(test::pooled_script);
            text[at] = c;
            static_cast<void>(refusal(text));
        }
    }
}

} // namespace
} // namespace rootpool::scenario
