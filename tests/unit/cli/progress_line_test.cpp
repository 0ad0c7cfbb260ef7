#include "cli/progress_line.h"

#include <sstream>

#include <gmock/gmock.h>

#include "cli/expectation_table.h"

namespace rootpool::cli {
namespace {

TEST(ProgressLine, TellsTimeRateAndWhatIsLeft) {
    EXPECT_EQ(progress_text({500ms, "iperf"}, 2s, std::chrono::seconds(5)),
              "simulated 0.500000 s, 100.000 ms each second, iperf, about 15 s left");
    EXPECT_EQ(progress_text({3s, ""}, 2s, std::chrono::seconds(1)), "simulated 3.000000 s, 3000.000 ms each second");
}

TEST(ProgressLine, IsSilentWhereThereIsNoTerminal) {
    std::ostringstream stream;
    {
        ProgressLine line(stream, false, 1s);
        line.show({1ms, "iperf"});
    }
    EXPECT_EQ(stream.str(), "");
}

TEST(ProgressLine, LeavesNothingBehind) {
    std::ostringstream stream;
    {
        ProgressLine line(stream, true, 1s);
        line.show({1ms, "iperf"});
    }
    EXPECT_TRUE(stream.str().ends_with("\r\033[K"));
}

TEST(ExpectationTable, ShowsNumbersDifferenceAndVerdict) {
    observe::ExpectationResult good{"a.b", "near 10 Gb/s within 1 %", 10.0, 10.05, "Gb/s", "paper", true};
    observe::ExpectationResult count{"b.c", "equals 4", 4.0, 4.0, "1", "", true};
    observe::ExpectationResult missing{"c.d", "min 1", {}, {}, "", "", false};
    const std::vector<observe::ExpectationResult> results{good, count, missing};
    EXPECT_EQ(expectation_table(results), "metric  expected                 simulated   difference  result  source\n"
                                          "a.b     near 10 Gb/s within 1 %  10.05 Gb/s  +0.500 %    pass    paper\n"
                                          "b.c     equals 4                 4           +0.000 %    pass\n"
                                          "c.d     min 1                    -           -           FAIL\n");
    EXPECT_EQ(expectation_table({}), "");
}

} // namespace
} // namespace rootpool::cli
