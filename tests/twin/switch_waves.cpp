#include "tests/twin/switch_waves.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "tests/reference/fabric_clock.h"

namespace rootpool::twin {
namespace {

constexpr SimTime time_before = 400ns;
constexpr SimTime time_after = 100ns;

/// The signals of an output of the crossbar.
class OutputWave {
public:
    OutputWave(VcdWriter& vcd, const OutputPlace& place) {
        static constexpr std::array<std::string_view, 3> names = {"to_device", "to_root", "to_own_functions"};
        vcd.open_scope(fmt::format("{}_{}", names[static_cast<std::size_t>(place.leads)], place.number));
        grant_ = vcd.add_bits("grant", 1);
        input_ = vcd.add_bits("input", 8);
        root_ = vcd.add_bits("root", 8);
        tag_ = vcd.add_bits("tag", 10);
        digest_ = vcd.add_bits("digest", 64);
        vcd.close_scope();
    }

    void add_start(const Window& window, SignalChanges& changes) const {
        changes.push_back({window.from, &grant_, 0U});
    }
    /// A grant lasts a cycle.
    void add_change(const Grant& grant, SignalChanges& changes) const {
        changes.push_back({grant.at, &grant_, 1U});
        changes.push_back({grant.at, &input_, grant.input});
        changes.push_back({grant.at, &root_, grant.tlp.root});
        changes.push_back({grant.at, &tag_, grant.tlp.tag});
        changes.push_back({grant.at, &digest_, grant.tlp.digest});
        changes.push_back({grant.at + reference::fabric_period, &grant_, 0U});
    }

private:
    VcdWriter::Signal grant_;
    VcdWriter::Signal input_;
    VcdWriter::Signal root_;
    VcdWriter::Signal tag_;
    VcdWriter::Signal digest_;
};

/// The signals of a switch and its links.
class SwitchWave {
public:
    SwitchWave(VcdWriter& vcd, const SwitchCase& of) {
        for (std::size_t root = 0; root < of.roots.size(); ++root) {
            add_link(vcd, fmt::format("link_of_root_{}", root));
            add_output(vcd, {OutputPlace::Leads::to_root, root});
            add_output(vcd, {OutputPlace::Leads::to_own_functions, root});
        }
        for (std::size_t device = 0; device < of.devices.size(); ++device) {
            add_link(vcd, fmt::format("link_of_device_{}", device));
            add_output(vcd, {OutputPlace::Leads::to_device, device});
        }
    }

    void add_changes(const SwitchTraces& traces, const Window& window, SignalChanges& changes) const {
        for (std::size_t link = 0; link < links_.size(); ++link) {
            const std::size_t roots = traces.roots.size();
            links_[link].add_changes(link < roots ? traces.roots[link] : traces.devices[link - roots], window, changes);
        }
        for (const auto& [place, output] : outputs_) {
            output.add_start(window, changes);
        }
        for (const Grant& grant : traces.grants) {
            if (grant.at >= window.from && grant.at <= window.until) {
                outputs_.at(grant.output).add_change(grant, changes);
            }
        }
    }

private:
    void add_link(VcdWriter& vcd, const std::string& name) {
        vcd.open_scope(name);
        links_.emplace_back(vcd);
        vcd.close_scope();
    }
    void add_output(VcdWriter& vcd, const OutputPlace& place) { outputs_.emplace(place, OutputWave(vcd, place)); }

    std::vector<LinkWave> links_; ///< of roots, then of devices
    std::map<OutputPlace, OutputWave> outputs_;
};

} // namespace

void write_waves(const std::filesystem::path& folder, const SwitchCase& of, const SwitchDifference& difference,
                 const SwitchTraces& model, const SwitchTraces& twin) {
    const SimTime at = std::min(difference.at, of.end); // a TLP that came back has no time
    const Window window{std::max(SimTime{0}, at - time_before), at + time_after};
    write_wave<SwitchWave>(folder / "model.vcd", model, window, of);
    write_wave<SwitchWave>(folder / "twin.vcd", twin, window, of);
}

} // namespace rootpool::twin
