#include "models/platform/script_order.h"

#include <algorithm>
#include <string>
#include <variant>

namespace rootpool::models {
namespace {

/// What the metrics of steps begin with, in the order of the script.
class StepPaths {
public:
    explicit StepPaths(const std::vector<scenario::Step>& timeline) { add(timeline); }

    /// How many steps stand before the one that a metric belongs to.
    [[nodiscard]] std::size_t place_of(const observe::Metric& metric) const {
        const auto found =
            std::find_if(paths_.begin(), paths_.end(), [&](const auto& path) { return metric.name.starts_with(path); });
        return static_cast<std::size_t>(found - paths_.begin());
    }

private:
    void add(const std::vector<scenario::Step>& steps) {
        for (const scenario::Step& step : steps) {
            std::visit([this](const auto& action) { add(action); }, step.action);
        }
    }
    void add(const scenario::Parallel& step) { add(step.steps); }
    void add(const scenario::Iperf& step) { paths_.push_back("iperf." + step.name + "."); }
    void add(const scenario::Ping& step) { paths_.push_back("ping." + step.name + "."); }
    void add(const scenario::Copy& step) { paths_.push_back("copy." + step.name + "."); }
    void add(const scenario::Lspci& step) { paths_.push_back("lspci." + step.label + "."); }
    void add(const scenario::PcieBench& step) { paths_.push_back("pcie_bench." + step.name + "."); }
    template <typename Silent>
    void add(const Silent& /*has_no_metrics*/) {}

    std::vector<std::string> paths_;
};

} // namespace

observe::MetricSet in_script_order(const observe::MetricSet& metrics, const std::vector<scenario::Step>& timeline) {
    const StepPaths paths(timeline);
    std::vector<observe::Metric> sorted = metrics.all();
    std::stable_sort(sorted.begin(), sorted.end(), [&paths](const observe::Metric& one, const observe::Metric& other) {
        return paths.place_of(one) < paths.place_of(other);
    });
    observe::MetricSet made;
    for (observe::Metric& metric : sorted) {
        made.add(std::move(metric));
    }
    return made;
}

} // namespace rootpool::models
