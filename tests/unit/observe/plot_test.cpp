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
    EXPECT_THAT(script, HasSubstr("if (!exists('output')) output = 'write.svg'\nset output output\n"));
    EXPECT_THAT(script, HasSubstr("plot '../data/write.csv' skip 1 using 1:2 with points title 'measured', \\\n"));
    EXPECT_THAT(
        script,
        HasSubstr(
            "'../data/write.csv' skip 1 using 1:3 with linespoints pointtype 7 pointsize 0.5 title 'calculated'\n"));
}

TEST(Plot, HasNoValuesIfTheColumnsOfAllCurvesAreEmpty) {
    EXPECT_TRUE(has_values(plot, "bytes,measured,calculated,other\n64,,,\n128,,2.5,\n"));
    EXPECT_TRUE(has_values(plot, "bytes,measured,calculated,other\n64,1,,"));
    EXPECT_FALSE(has_values(plot, "bytes,measured,calculated,other\n64,,,7\n128,,,7\n"));
    EXPECT_FALSE(has_values(plot, "bytes,measured,calculated,other\n"));
    EXPECT_FALSE(has_values(plot, ""));
}

TEST(Plot, WhatGnuplotCannotDrawLeavesNoFile) {
    const test::TemporaryFolder folder;
    write_atomically(folder / "write.gp", "set output output\nplot 'missing.csv'\n");
    EXPECT_NE(draw(folder.path(), "write"), Drawn::yes);
    EXPECT_FALSE(std::filesystem::exists(folder / "write.svg"));
    EXPECT_FALSE(std::filesystem::exists(folder / "write.svg.partial"));
}

TEST(Plot, WithoutGnuplotNothingIsDrawn) {
    const test::TemporaryFolder folder;
    const std::string path = std::getenv("PATH");
    setenv("PATH", "/nonexistent", 1);
    const Drawn drawn = draw(folder.path(), "write");
    setenv("PATH", path.c_str(), 1);
    EXPECT_EQ(drawn, Drawn::no_gnuplot);
}

} // namespace
} // namespace rootpool::observe
