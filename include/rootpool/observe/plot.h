#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rootpool::observe {

/// A diagram of columns of a CSV file whose first line has their names and whose first column is x. A cell that is
/// empty is left out.
struct Plot {
    std::string name; ///< of the files: data/<name>.csv, plot/<name>.gp, plot/<name>.svg
    std::string title;
    std::string x_label; ///< with unit
    std::string y_label; ///< with unit
    struct Curve {
        unsigned column = 2; ///< from 1, as gnuplot counts
        std::string title;
        bool points = false; ///< points instead of a line
    };
    std::vector<Curve> curves;
};

/// Whether the text of the CSV file has a value in some column of `plot`: gnuplot fails at a diagram without any.
[[nodiscard]] bool has_values(const Plot& plot, std::string_view csv);

/// The gnuplot script, to be run in the folder plot/ beside data/.
[[nodiscard]] std::string gnuplot_script(const Plot& plot);

enum class Drawn : std::uint8_t { yes, no_gnuplot, failed };
/// Runs gnuplot on the script of a plot in `folder`, which then has <name>.svg, whole or not at all. Waits for its end.
[[nodiscard]] Drawn draw(const std::filesystem::path& folder, const std::string& name);

} // namespace rootpool::observe
