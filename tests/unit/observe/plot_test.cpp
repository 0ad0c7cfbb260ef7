#include <cstdlib>
#include <gmock/gmock.h>

#include "rootpool/observe/atomic_file.h"
#include "rootpool/observe/plot.h"
#include "tests/unit/observe/temporary_folder.h"

namespace rootpool::observe {
namespace {

using testing::HasSubstr;

const Plot plot{"write", "DMA writes", "bytes", "Gb/s", {{2, "measured", true}, {3, "calculated"}}};

TEST(Plot, ScriptNamesFilesBesideItself) {
    const std::string script = gnuplot_script(plot);
    EXPECT_THAT(script, HasSubstr("set output 'write.svg'"));
    EXPECT_THAT(script, HasSubstr("plot '../data/write.csv' skip 1 using 1:2 with points title 'measured', \\\n"));
    EXPECT_THAT(
        script,
        HasSubstr(
            "'../data/write.csv' skip 1 using 1:3 with linespoints pointtype 7 pointsize 0.5 title 'calculated'\n"));
}

TEST(Plot, WithoutGnuplotNothingIsDrawn) {
    const std::string path = std::getenv("PATH");
    setenv("PATH", "/nonexistent", 1);
    const Drawn drawn = draw("/tmp/plot.gp");
    setenv("PATH", path.c_str(), 1);
    EXPECT_EQ(drawn, Drawn::no_gnuplot);
}

} // namespace
} // namespace rootpool::observe
