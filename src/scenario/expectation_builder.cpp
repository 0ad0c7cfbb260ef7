#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "rootpool/scenario/step_metrics.h"
#include "scenario/builder.h"
#include "scenario/failure.h"
#include "scenario/key_lookup.h"
#include "scenario/scalar_check.h"

namespace rootpool::scenario {
namespace {

constexpr std::string_view metric_syntax = "iperf.<step>.goodput and the like: names with '.' between them";

/// The names that steps of one kind have: "server2" of iperf.server2.goodput.
std::vector<std::string> step_names(const Node& timeline, const std::string& kind) {
    std::vector<std::string> names;
    for (const Node& step : timeline.items) {
        if (const Node* parallel = step.find("parallel")) {
            std::ranges::copy(step_names(*parallel, kind), std::back_inserter(names));
        } else if (const Node* node = step.find(kind)) {
            names.push_back(node->at(kind == "lspci" ? "as" : "name").text);
        }
    }
    return names;
}

/// First words of metrics: the kinds of steps, and what the platform measures in this topology.
std::vector<std::string> metric_families(const Config& config) {
    std::vector<std::string> families;
    for (const StepMetric& metric : step_metrics()) {
        if (families.empty() || families.back() != metric.step) {
            families.emplace_back(metric.step);
        }
    }
    families.insert(families.end(), {"device", "server", "links", "identity"});
    if (config.multi_root_switch) {
        families.emplace_back("switch");
    }
    return families;
}

template <typename Element>
std::vector<std::string> names_of(const std::vector<Element>& elements) {
    std::vector<std::string> names;
    std::ranges::transform(elements, std::back_inserter(names), &Element::name);
    return names;
}

class ExpectationReader {
public:
    ExpectationReader(const Node& node, std::string path, const Node& timeline, const Config& config)
        : node_(node), path_(std::move(path)), timeline_(timeline), config_(config) {}

    Expectation read() {
        Expectation result;
        result.metric = node_.at("metric").text;
        result.source = node_.at("source").text;
        result.where = node_.where;
        check_condition();
        settle_dimension();
        result.near = number("near");
        result.equals = number("equals");
        result.min = number("min");
        result.max = number("max");
        if (result.near) {
            result.within = tolerance(*result.near);
        }
        if (result.min && result.max && *result.min > *result.max) {
            fail({.where = node_.at("max").where, .what = "max is below min", .key = path_ + ".max"});
        }
        result.dimension = *dimension_;
        for (const std::string_view key : {"near", "within", "equals", "min", "max"}) {
            if (const Node* value = node_.find(key)) {
                result.condition += fmt::format("{}{} {}", result.condition.empty() ? "" : " ", key, value->text);
            }
        }
        return result;
    }

private:
    [[nodiscard]] bool has(std::string_view key) const { return node_.find(key) != nullptr; }

    void check_condition() const {
        const int kinds = (has("near") ? 1 : 0) + (has("equals") ? 1 : 0) + (has("min") || has("max") ? 1 : 0);
        if (kinds != 1 || has("near") != has("within")) {
            fail({.where = node_.where,
                  .what = "not one condition",
                  .key = path_,
                  .accepted = "near and within, or equals, or min and max (one or both)"});
        }
    }

    /// The dimension of the metric where the step's kind tells it; of the first number otherwise.
    void settle_dimension() {
        const Node& metric = node_.at("metric");
        const auto parts = split_path(metric.text);
        const bool names = std::ranges::all_of(parts, is_name);
        const auto dots = static_cast<std::size_t>(std::ranges::count(metric.text, '.'));
        if (parts.size() < 2 || dots + 1 != parts.size() || !names) {
            refuse_metric("not the name of a metric", std::string(metric_syntax), "");
        }
        if (!is_step_with_metrics(parts[0])) {
            return check_family(parts);
        }
        const auto quantities = quantities_of(parts[0]);
        if (parts.size() != 3) {
            refuse_metric("not the name of a metric", fmt::format("{}.<step>.{}", parts[0], enumerate(quantities)), "");
        }
        const auto steps = step_names(timeline_, parts[0]);
        if (std::ranges::find(steps, parts[1]) == steps.end()) {
            refuse_metric(fmt::format("no step {} '{}' in the timeline", parts[0], parts[1]),
                          steps.empty() ? "nothing: there is no such step" : enumerate(steps),
                          nearest(parts[1], steps));
        }
        const StepMetric* known = find_step_metric(parts[0], parts[2]);
        if (known == nullptr) {
            refuse_metric(fmt::format("{} does not measure '{}'", parts[0], parts[2]), enumerate(quantities),
                          nearest(parts[2], quantities));
        }
        dimension_ = known->dimension;
    }

    /// The run has metrics of what is in the topology, whose quantities only the run itself knows.
    void check_family(const std::vector<std::string>& parts) const {
        const auto families = metric_families(config_);
        if (std::ranges::find(families, parts[0]) == families.end()) {
            refuse_metric(fmt::format("no run of this script has metrics of '{}'", parts[0]), enumerate(families),
                          nearest(parts[0], families));
        }
        if (parts[0] == "device") {
            check_owner(parts, names_of(config_.devices));
        } else if (parts[0] == "server") {
            check_owner(parts, names_of(config_.servers));
        }
    }

    /// Those of a device or a server have its name second.
    void check_owner(const std::vector<std::string>& parts, const std::vector<std::string>& names) const {
        if (std::ranges::find(names, parts[1]) == names.end()) {
            refuse_metric(fmt::format("no {} '{}'", parts[0], parts[1]), enumerate(names), nearest(parts[1], names));
        }
        if (parts.size() < 3) {
            refuse_metric("not the name of a metric", fmt::format("{}.{}.<quantity>", parts[0], parts[1]), "");
        }
    }

    [[noreturn]] void refuse_metric(std::string what, std::string accepted, std::string suggestion) const {
        fail({.where = node_.at("metric").where,
              .what = std::move(what),
              .key = path_ + ".metric",
              .accepted = std::move(accepted),
              .suggestion = std::move(suggestion)});
    }

    std::optional<double> number(std::string_view key) {
        const Node* node = node_.find(key);
        if (node == nullptr) {
            return std::nullopt;
        }
        const Quantity quantity = read_quantity(node->text).value();
        if (!dimension_) {
            dimension_ = quantity.dimension;
        }
        if (quantity.dimension != dimension_) {
            const std::string units = unit_names(*dimension_);
            fail({.where = node->where,
                  .what = quantity.unit.empty() ? fmt::format("'{}' has no unit", node->text)
                                                : fmt::format("the unit '{}' does not fit the metric", quantity.unit),
                  .key = fmt::format("{}.{}", path_, key),
                  .accepted = units.empty() ? "a number without unit" : "units: " + units});
        }
        return quantity.value();
    }

    double tolerance(double near) {
        const Node& node = node_.at("within");
        const Quantity quantity = read_quantity(node.text).value();
        if (quantity.negative) {
            fail({.where = node.where, .what = "negative value", .key = path_ + ".within", .accepted = "a tolerance"});
        }
        const bool relative = quantity.dimension == Dimension::percent && dimension_ != Dimension::percent;
        return relative ? std::abs(near) * quantity.value() / 100 : number("within").value();
    }

    const Node& node_;
    std::string path_;
    const Node& timeline_;
    const Config& config_;
    std::optional<Dimension> dimension_;
};

} // namespace

void build_expectations(const Node& root, Config& config) {
    const Node* list = root.find("expect");
    if (list == nullptr) {
        return;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        config.expectations.push_back(
            ExpectationReader(list->items[i], fmt::format("expect[{}]", i), root.at("timeline"), config).read());
    }
}

} // namespace rootpool::scenario
