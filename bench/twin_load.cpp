// The traffic of fabric_load through the clocked twin, to be counted by callgrind: what a simulator costs that
// evaluates every module at every edge. bench/hops.py compares.
#include <fmt/format.h>

#include "bench/load.h"
#include "models/pooling/multi_root_switch.h"
#include "rootpool/pcie/tlp_builder.h"
#include "tests/twin/random_tables.h"
#include "tests/twin/run_switch_twin.h"

namespace rootpool::bench {
namespace {

using twin::PortCase;
using twin::SwitchCase;

[[nodiscard]] reference::PerClass<reference::ClassCredits> credits() {
    reference::PerClass<reference::ClassCredits> made;
    const pcie::Credits advertised = models::MultiRootSwitchConfig::default_credits();
    for (std::size_t flow = 0; flow < made.size(); ++flow) {
        made[flow] = {advertised.of[flow].limit.headers, advertised.of[flow].limit.data, advertised.of[flow].infinite};
    }
    return made;
}

/// The VF that the master lent to a root, if it did.
[[nodiscard]] const reference::LentFunction* lent_to(const SwitchCase& of, std::size_t root) {
    for (const auto& vf : of.settings.devices[0].vfs) {
        if (vf && vf->root.index() == root) {
            return &*vf;
        }
    }
    return nullptr;
}

/// The first random tables in which root 0 owns the device and all others have a VF of it.
[[nodiscard]] SwitchCase with_tables(unsigned roots) {
    for (std::uint32_t seed = 1;; ++seed) {
        SwitchCase made;
        twin::Random random(seed);
        twin::choose_tables(made, roots, 1, random);
        bool all = made.settings.devices[0].master == pcie::RootId(0);
        for (std::size_t root = 1; root < roots; ++root) {
            all = all && lent_to(made, root) != nullptr;
        }
        if (all) {
            return made;
        }
    }
}

void add_writes(SwitchCase& to, const Load& load, pcie::TlpFactory& factory) {
    const std::vector<std::uint8_t> bytes(load.payload, 0x5A);
    for (std::size_t root = 1; root < to.roots.size(); ++root) {
        const std::uint64_t address = lent_to(to, root)->bases[0];
        const pcie::TlpPtr tlp =
            factory.make(pcie::memory_write(pcie::Bdf(), pcie::Tag(0), address, load.payload), core::ByteView(bytes));
        const SimTime interval = load.interval(tlp->header);
        constexpr SimTime links_are_up = 2us;
        for (SimTime at = links_are_up + Load::start(root); at < links_are_up + load.microseconds * 1us;
             at += interval) {
            to.roots[root].link.directions[0].submissions.push_back({at, at, factory.view(*tlp, tlp->header, {})});
        }
    }
    to.end = 10us + load.microseconds * 1us;
}

[[nodiscard]] SwitchCase make(const Load& load, pcie::TlpFactory& factory) {
    SwitchCase made = with_tables(load.roots + 1);
    made.settings.devices[0].max_payload = 512;
    made.settings.fence_timeout = models::MultiRootSwitchConfig{}.fence_timeout;
    made.settings.weights.assign(load.roots + 1, 1);
    made.settings.priorities.assign(load.roots + 1, 1);
    PortCase port;
    port.link.settings.advertised = {credits(), credits()};
    made.roots.assign(load.roots + 1, port);
    made.devices.assign(1, port);
    add_writes(made, load, factory);
    for (auto* ports : {&made.roots, &made.devices}) {
        for (PortCase& one : *ports) {
            one.link.end = made.end;
        }
    }
    return made;
}

} // namespace
} // namespace rootpool::bench

int sc_main(int argc, char** argv) {
    rootpool::bench::Load load;
    CLI::App app("Writes of several roots to one device, through the clocked twin");
    load.add_options(app, 7);
    CLI11_PARSE(app, argc, argv);
    rootpool::pcie::TlpFactory factory;
    const rootpool::twin::SwitchCase traffic = rootpool::bench::make(load, factory);
    const rootpool::twin::SwitchTwinRun run = rootpool::twin::run_switch_twin(traffic);
    const auto& delivered = run.traces.devices[0][0].deliveries;
    fmt::print("tlps {} of {} bytes\n", delivered.size(), delivered.empty() ? 0 : delivered.back().tlp.bytes);
    return 0;
}

int main(int argc, char** argv) {
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
