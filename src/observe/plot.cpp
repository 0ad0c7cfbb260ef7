#include "rootpool/observe/plot.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rootpool::observe {
namespace {

/// What a child process finds: the folder, and nothing on its standard streams, which are the program's own.
class SpawnActions {
public:
    explicit SpawnActions(const std::filesystem::path& folder) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
        for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            posix_spawn_file_actions_addopen(&actions_, stream, "/dev/null", O_RDWR, 0);
        }
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }

    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

/// `output`: the file that it draws, in the folder.
Drawn run_gnuplot(const std::filesystem::path& folder, std::string script, const std::string& output) {
    const SpawnActions actions(folder);
    std::string program = "gnuplot";
    std::string option = "-e";
    std::string command = fmt::format("output='{}'", output);
    const std::array<char*, 5> arguments{program.data(), option.data(), command.data(), script.data(), nullptr};
    pid_t child = 0;
    if (const int error = posix_spawnp(&child, program.c_str(), actions.get(), nullptr, arguments.data(), environ);
        error != 0) {
        return error == ENOENT ? Drawn::no_gnuplot : Drawn::failed;
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return Drawn::failed;
        }
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Drawn::yes : Drawn::failed;
}

} // namespace

std::string gnuplot_script(const Plot& plot) {
    std::string text = fmt::format("# gnuplot {0}.gp draws {0}.svg from ../data/{0}.csv\n"
                                   "set terminal svg size 800,500 background 'white'\n"
                                   "if (!exists('output')) output = '{0}.svg'\n"
                                   "set output output\n"
                                   "set datafile separator ','\n"
                                   "set title '{1}' noenhanced\n"
                                   "set xlabel '{2}'\n"
                                   "set ylabel '{3}'\n"
                                   "set yrange [0:*]\n"
                                   "set key bottom right\n"
                                   "set grid\n",
                                   plot.name, plot.title, plot.x_label, plot.y_label);
    constexpr auto line_with_dots = "linespoints pointtype 7 pointsize 0.5"; // a curve of one point shows, too
    std::string separator = "plot ";
    for (const Plot::Curve& curve : plot.curves) {
        text += fmt::format("{}'../data/{}.csv' skip 1 using 1:{} with {} title '{}'", separator, plot.name,
                            curve.column, curve.points ? "points" : line_with_dots, curve.title);
        separator = ", \\\n     ";
    }
    return text + "\n";
}

bool has_values(const Plot& plot, std::string_view csv) {
    for (std::size_t line = csv.find('\n'); line != std::string_view::npos; line = csv.find('\n', line + 1)) {
        unsigned column = 1;
        for (std::size_t at = line + 1; at < csv.size() && csv[at] != '\n'; ++at) {
            column += csv[at] == ',' ? 1 : 0;
            const bool is_drawn = std::ranges::find(plot.curves, column, &Plot::Curve::column) != plot.curves.end();
            if (csv[at] != ',' && is_drawn) {
                return true;
            }
        }
    }
    return false;
}

Drawn draw(const std::filesystem::path& folder, const std::string& name) {
    const std::filesystem::path unfinished = folder / (name + ".svg.partial");
    const Drawn drawn = run_gnuplot(folder, name + ".gp", unfinished.filename().string());
    std::error_code error;
    if (drawn == Drawn::yes) {
        std::filesystem::rename(unfinished, folder / (name + ".svg"), error);
        return error ? Drawn::failed : Drawn::yes;
    }
    std::filesystem::remove(unfinished, error);
    return drawn;
}

} // namespace rootpool::observe
