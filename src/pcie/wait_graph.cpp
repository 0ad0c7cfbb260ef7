#include "rootpool/pcie/wait_graph.h"

#include <algorithm>
#include <string_view>

namespace rootpool::pcie {
namespace {

std::string line(const WaitGraph::Wait& wait) {
    return "\n  " + wait.place + " waits for " + wait.waits_for + ": " + wait.why;
}

} // namespace

std::string_view to_string(FlowClass flow) noexcept {
    switch (flow) {
    case FlowClass::posted:
        return "posted";
    case FlowClass::non_posted:
        return "non-posted";
    default:
        return "completion";
    }
}

std::string WaitGraph::transmit_buffer(FlowClass flow, const std::string& port) {
    return port + " transmit " + std::string(to_string(flow));
}

std::string WaitGraph::receive_buffer(FlowClass flow, const std::string& port) {
    return port + " receive " + std::string(to_string(flow));
}

void WaitGraph::add(std::string place, std::string waits_for, std::string why) {
    waits_.push_back({std::move(place), std::move(waits_for), std::move(why)});
}

/// Goes from wait to wait until one is for a place of the path; true: `path` is the cycle.
bool WaitGraph::follow(std::size_t wait, std::vector<std::size_t>& path, std::vector<bool>& seen) const {
    if (seen[wait]) {
        return false; // it has led nowhere
    }
    seen[wait] = true;
    path.push_back(wait);
    const std::string& next = waits_[wait].waits_for;
    const auto start = std::ranges::find_if(path, [&](std::size_t on_path) { return waits_[on_path].place == next; });
    if (start != path.end()) {
        path.erase(path.begin(), start);
        return true;
    }
    for (std::size_t i = 0; i < waits_.size(); ++i) {
        if (waits_[i].place == next && follow(i, path, seen)) {
            return true;
        }
    }
    path.pop_back();
    return false;
}

std::vector<WaitGraph::Wait> WaitGraph::cycle() const {
    std::vector<bool> seen(waits_.size());
    std::vector<Wait> result;
    for (std::size_t i = 0; i < waits_.size(); ++i) {
        std::vector<std::size_t> path;
        if (follow(i, path, seen)) {
            for (const std::size_t wait : path) {
                result.push_back(waits_[wait]);
            }
            break;
        }
    }
    return result;
}

std::string WaitGraph::report() const {
    std::string text = "waits:";
    for (const Wait& wait : waits_) {
        text += line(wait);
    }
    const std::vector<Wait> closed = cycle();
    text += closed.empty() ? "\nno cycle" : "\ncycle of waiting:";
    for (const Wait& wait : closed) {
        text += line(wait);
    }
    return text;
}

} // namespace rootpool::pcie
