#include "tests/twin/switch_trace.h"

#include <algorithm>
#include <fmt/format.h>

#include "tests/reference/fabric_clock.h"

namespace rootpool::twin {
namespace {

constexpr std::ptrdiff_t grants_before = 12;

[[nodiscard]] std::string line(const Grant& grant) {
    static constexpr std::array<std::string_view, 3> outputs = {"to device", "to root", "to own functions of root"};
    return fmt::format("edge {:>8} output {} {} grants input {}: {}", grant.at / reference::fabric_period,
                       outputs[static_cast<std::size_t>(grant.output.leads)], grant.output.number, grant.input,
                       text(grant.tlp));
}

[[nodiscard]] std::optional<SwitchDifference> difference_of(const std::vector<Grant>& model,
                                                            const std::vector<Grant>& twin) {
    const auto [m, t] = std::mismatch(model.begin(), model.end(), twin.begin(), twin.end());
    if (m == model.end() && t == twin.end()) {
        return std::nullopt;
    }
    const bool model_first = t == twin.end() || (m != model.end() && m->at <= t->at);
    const Grant& first = model_first ? *m : *t;
    SwitchDifference found;
    found.at = first.at;
    found.at_device = first.output.leads == OutputPlace::Leads::to_device;
    found.port = first.output.number;
    found.text = fmt::format("first difference at {:.3f} ns among the grants\n  model {}\n  twin  {}\nboth before\n",
                             static_cast<double>(first.at.count()) / 1e6, m == model.end() ? "nothing more" : line(*m),
                             t == twin.end() ? "nothing more" : line(*t));
    for (auto one = m - std::min(m - model.begin(), grants_before); one != m; ++one) {
        found.text += line(*one) + '\n';
    }
    return found;
}

void keep_earlier(std::optional<SwitchDifference>& found, std::optional<SwitchDifference> other) {
    if (other && (!found || other->at < found->at)) {
        found = std::move(other);
    }
}

[[nodiscard]] std::optional<SwitchDifference> difference_of(const PortCase& port, bool at_device, std::size_t number,
                                                            const Traces& model, const Traces& twin) {
    const auto link = first_difference(model, twin, ticks_of(port.link));
    if (!link) {
        return std::nullopt;
    }
    SwitchDifference found;
    found.at = link->at;
    found.text =
        fmt::format("link of {} {} ({})\n{}", at_device ? "device" : "root", number, describe(port.link), text(*link));
    found.link = link;
    found.at_device = at_device;
    found.port = number;
    return found;
}

} // namespace

void SwitchTraces::sort_grants() {
    const auto before = [](const Grant& one, const Grant& other) {
        return one.at < other.at || (one.at == other.at && one.output < other.output);
    };
    std::stable_sort(grants.begin(), grants.end(), before);
}

std::optional<SwitchDifference> first_difference(const SwitchCase& of, const SwitchTraces& model,
                                                 const SwitchTraces& twin) {
    std::optional<SwitchDifference> found = difference_of(model.grants, twin.grants);
    for (std::size_t root = 0; root < of.roots.size(); ++root) {
        keep_earlier(found, difference_of(of.roots[root], false, root, model.roots[root], twin.roots[root]));
    }
    for (std::size_t device = 0; device < of.devices.size(); ++device) {
        keep_earlier(found,
                     difference_of(of.devices[device], true, device, model.devices[device], twin.devices[device]));
    }
    return found;
}

} // namespace rootpool::twin
