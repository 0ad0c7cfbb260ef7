#include "tests/twin/switch_case.h"

#include <algorithm>
#include <fmt/format.h>

#include "tests/twin/random_shares.h"
#include "tests/twin/random_tables.h"
#include "tests/twin/switch_tlps.h"

namespace rootpool::twin {
namespace {

using reference::ClassCredits;
using reference::Fate;
using reference::LinkSettings;
using reference::PerClass;

constexpr std::array<SwitchTheme, 11> themes = {
    SwitchTheme::any,      SwitchTheme::contention, SwitchTheme::many_reads, SwitchTheme::scarce,
    SwitchTheme::refusals, SwitchTheme::faults,     SwitchTheme::link_down,  SwitchTheme::writes,
    SwitchTheme::stuck,    SwitchTheme::stuck,      SwitchTheme::bad_ends};

class Maker {
public:
    Maker(std::uint32_t seed, pcie::TlpFactory& factory)
        : seed_(seed), random_(seed * 2'654'435'761U + 1), factory_(factory) {
        made_.theme = themes[seed % themes.size()];
    }

    [[nodiscard]] SwitchCase make() {
        choose_switch();
        choose_ports();
        choose_shares(made_, random_);
        add_traffic();
        add_faults();
        made_.end += 30us + random_.up_to(10us);
        for (auto* ports : {&made_.roots, &made_.devices}) {
            for (PortCase& port : *ports) {
                port.link.end = made_.end;
                std::erase_if(port.link.settings.down, [this](const reference::DownInterval& down) {
                    return down.until >= made_.end; // what is returned has no time that could be compared
                });
            }
        }
        return std::move(made_);
    }

private:
    [[nodiscard]] bool is(SwitchTheme theme) const noexcept { return made_.theme == theme; }

    void choose_switch() {
        constexpr std::array<unsigned, 8> roots = {1, 2, 2, 3, 3, 4, 5, 8};
        constexpr std::array<unsigned, 6> devices = {1, 1, 1, 2, 2, 4};
        reference::SwitchSettings& of = made_.settings;
        const unsigned root_count = is(SwitchTheme::contention) ? 3 + random_.below(6)
                                    : is(SwitchTheme::stuck)    ? 3 + random_.below(6)
                                                                : roots[random_.below(8)];
        const unsigned device_count = is(SwitchTheme::contention) ? 1 + random_.below(2) : devices[random_.below(6)];
        choose_tables(made_, root_count, device_count, random_);
        choose_stages();
        of.arbiter = static_cast<reference::ArbiterKind>(seed_ / themes.size() % reference::arbiter_count);
        for (unsigned root = 0; root < root_count; ++root) {
            of.weights.push_back(1 + random_.below(4));
            of.priorities.push_back(1 + random_.below(3));
        }
        of.return_route =
            random_.one_in(3) ? reference::ReturnRouteKind::completer_id : reference::ReturnRouteKind::scoreboard;
        of.quota_per_root = random_.one_in(2) ? 32 : 1 + random_.below(8);
        if (is(SwitchTheme::writes)) {
            of.return_route = reference::ReturnRouteKind::scoreboard;
            of.quota_per_root = 64;
        }
        if (is(SwitchTheme::many_reads)) {
            of.return_route = reference::ReturnRouteKind::scoreboard;
            of.quota_per_root = random_.one_in(2) ? 256 : 100 + random_.below(100);
        }
        of.tagging = random_.one_in(2) ? reference::TaggingKind::local_prefix : reference::TaggingKind::reserved_bits;
        of.cut_through = random_.one_in(2) || is(SwitchTheme::bad_ends);
        of.queue_policy = random_.one_in(10) ? reference::QueuePolicy::fifo : reference::QueuePolicy::table;
    }

    void choose_stages() {
        reference::StageCycles& of = made_.settings.stages;
        switch (random_.below(3)) {
        case 0:
            break; // fpga-prototype
        case 1:
            of.ingress = 6;
            of.arbitration = 1;
            of.egress = 5;
            of.local = 4;
            of.receive_crossing = 2;
            of.transmit_crossing = 3;
            break;
        default:
            of.receive_crossing = random_.below(4);
            of.transmit_crossing = random_.below(6);
            of.ingress = 1 + random_.below(12);
            of.arbitration = 1 + random_.below(3);
            of.id_lookup = 1 + random_.below(3);
            of.address_lookup = 1 + random_.below(3);
            of.interrupt_lookup = 1 + random_.below(3);
            of.compose = 1 + random_.below(2);
            of.egress = 1 + random_.below(8);
            of.local = 1 + random_.below(6);
        }
    }

    void choose_ports() {
        const PerClass<ClassCredits> upstream = credits();
        const PerClass<ClassCredits> downstream = credits();
        for (std::size_t root = 0; root < made_.settings.roots.size(); ++root) {
            made_.roots.push_back(port({credits(is(SwitchTheme::stuck)), upstream}));
        }
        for (std::size_t device = 0; device < made_.settings.devices.size(); ++device) {
            made_.devices.push_back(port({downstream, credits()}));
            if (is(SwitchTheme::many_reads)) {
                made_.devices.back().link.settings.advertised[1][1] = {0, 0, true};
                made_.devices.back().completer.longest_delay = 20us;
            }
            if (is(SwitchTheme::writes)) {
                made_.devices.back().link.settings.advertised[1][0] = {1, longest_data / 16, false};
            }
        }
    }
    [[nodiscard]] PortCase port(const std::array<PerClass<ClassCredits>, 2>& advertised) {
        constexpr std::array<unsigned, 8> generations = {1, 2, 2, 2, 3, 3, 4, 5};
        constexpr std::array<unsigned, 8> widths = {1, 2, 4, 4, 8, 8, 8, 16};
        PortCase made;
        LinkSettings& link = made.link.settings;
        link.generation = generations[random_.below(8)];
        link.width = widths[random_.below(8)];
        if (link.generation > 3 && link.width > 4 && !random_.one_in(4)) {
            link.width = 4; // ticks of a sixteenth of a nanosecond take their time
        }
        if (is(SwitchTheme::stuck)) { // buffers have to fill soon
            link.generation = 2 + random_.below(2);
            link.width = random_.one_in(2) ? 8 : 16;
        }
        link.max_payload = longest_data;
        const bool acks_are_late = is(SwitchTheme::any) && random_.one_in(6);
        link.latency = 10ns + random_.up_to(acks_are_late ? SimTime{3us} : SimTime{120ns});
        link.retrain = 500ns + random_.up_to(1us);
        link.advertised = advertised;
        made.completer.boundary = random_.one_in(2) ? 64 : 128;
        made.completer.max_payload = 128U << random_.below(3);
        made.completer.longest_delay = random_.one_in(2) ? 100ns : 3us;
        return made;
    }
    [[nodiscard]] PerClass<ClassCredits> credits(bool scarce = false) {
        PerClass<ClassCredits> made;
        for (const pcie::FlowClass flow : reference::flow_classes) {
            made[reference::index_of(flow)] = class_credits(flow, scarce || is(SwitchTheme::scarce));
        }
        return made;
    }
    [[nodiscard]] ClassCredits class_credits(pcie::FlowClass flow, bool scarce) {
        if (random_.one_in(flow == pcie::FlowClass::completion ? 3 : 8) && !scarce) {
            return {0, 0, true};
        }
        const bool few = scarce || random_.one_in(4);
        const unsigned largest = flow == pcie::FlowClass::non_posted ? 1 : longest_data / 16;
        return {1 + random_.below(few ? 4 : 60), largest + random_.below(largest * (few ? 2 : 20)), false};
    }

    void add_traffic() {
        SwitchTlps tlps(made_, is(SwitchTheme::refusals) ? 3 : 16, random_, factory_);
        const std::size_t count = made_.roots.size() + made_.devices.size();
        const unsigned each = tlps_per_switch_case / static_cast<unsigned>(count) + 1;
        const SimTime span = 8us + random_.up_to(20us);
        for (std::size_t root = 0; root < made_.roots.size(); ++root) {
            const auto next = [&] {
                return random_.one_in(4)             ? tlps.of_root(root)
                       : is(SwitchTheme::many_reads) ? tlps.read_of_root(root)
                       : is(SwitchTheme::writes)     ? tlps.write_of_root(root)
                                                     : tlps.of_root(root);
            };
            add_traffic(made_.roots[root].link, 0, each, span, next);
        }
        for (std::size_t device = 0; device < made_.devices.size(); ++device) {
            const unsigned sent = is(SwitchTheme::stuck) ? 9 * each : each;
            add_traffic(made_.devices[device].link, 1, sent, span, [&] { return tlps.of_device(device); });
        }
    }
    template <typename Next>
    void add_traffic(LinkCase& link, unsigned end, unsigned count, SimTime span, const Next& next) {
        SimTime call = random_.up_to(1us);
        const SimTime usual = span / count;
        for (unsigned i = 0; i < count; ++i) {
            call = sometimes_at_edge(call + gap(usual), random_);
            const SimTime ready = call + (random_.one_in(2) ? SimTime{0} : random_.up_to(50ns));
            link.directions[end].submissions.push_back({call, ready, next()});
        }
        made_.end = std::max(made_.end, call);
    }
    /// Bursts of several at once, and pauses.
    [[nodiscard]] SimTime gap(SimTime usual) {
        return random_.one_in(12)  ? random_.up_to(16 * usual)
               : random_.one_in(3) ? random_.up_to(2 * usual)
                                   : SimTime{0};
    }
    void add_faults() {
        if (!is(SwitchTheme::faults) && !is(SwitchTheme::link_down) && !is(SwitchTheme::bad_ends) &&
            !random_.one_in(6)) {
            return;
        }
        for (auto* ports : {&made_.roots, &made_.devices}) {
            for (PortCase& port : *ports) {
                add_faults(port.link);
            }
        }
    }
    void add_faults(LinkCase& link) {
        const unsigned rarity = is(SwitchTheme::bad_ends) ? 5 + random_.below(5)
                                : random_.one_in(3)       ? 6 + random_.below(10)
                                                          : 30 + random_.below(300);
        for (Direction& direction : link.directions) {
            direction.tlp_fates = fates(1'000, rarity);
            direction.dllp_fates = fates(2'000, is(SwitchTheme::bad_ends) ? 100 : rarity);
        }
        if (is(SwitchTheme::link_down)) {
            link.settings.training = 500ns + random_.up_to(3us);
        }
        if (is(SwitchTheme::link_down) && random_.one_in(2)) {
            SimTime from = 1us + random_.up_to(10us);
            for (unsigned times = 1 + random_.below(3); times > 0; --times) {
                const SimTime until =
                    sometimes_at_edge(from + 4us + random_.up_to(3us), random_); // longer than TLPs are under way
                link.settings.down.push_back({from, until});
                from = sometimes_at_edge(until + 1us + random_.up_to(10us), random_);
            }
        }
    }
    [[nodiscard]] std::vector<Fate> fates(unsigned count, unsigned rarity) {
        std::vector<Fate> made(count);
        for (Fate& fate : made) {
            fate = !random_.one_in(rarity) ? Fate::intact : random_.one_in(2) ? Fate::corrupted : Fate::dropped;
        }
        return made;
    }

    std::uint32_t seed_;
    Random random_;
    pcie::TlpFactory& factory_;
    SwitchCase made_;
};

} // namespace

SimTime release_time(const PortCase& port, const pcie::Tlp& tlp, SimTime last_beat, const reference::LinkTicks& ticks) {
    const SimTime usual = release_time(tlp, last_beat, ticks);
    return port.stuck_from <= usual && usual < port.stuck_until ? port.stuck_until : usual;
}

SwitchCase make_switch_case(std::uint32_t seed, pcie::TlpFactory& factory) { return Maker(seed, factory).make(); }

std::string describe(const SwitchCase& of) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(SwitchTheme::count)> themes = {
        "any traffic", "contention", "many reads", "writes",      "scarce credits",
        "refusals",    "faults",     "link down",  "stuck roots", "bad ends"};
    static constexpr std::array<std::string_view, reference::arbiter_count> arbiters = {
        "round_robin", "weighted", "age", "strict_priority", "byte_fair"};
    const reference::SwitchSettings& settings = of.settings;
    const bool has_tags = settings.return_route == reference::ReturnRouteKind::scoreboard;
    return fmt::format("{} roots, {} devices, {}, {}, {}, {}, quota {}, {}{}", of.roots.size(), of.devices.size(),
                       settings.cut_through ? "cut-through" : "store and forward",
                       themes[static_cast<std::size_t>(of.theme)], arbiters[static_cast<std::size_t>(settings.arbiter)],
                       has_tags ? "scoreboard" : "completer_id", settings.quota_per_root,
                       settings.tagging == reference::TaggingKind::local_prefix ? "local_prefix" : "reserved_bits",
                       settings.queue_policy == reference::QueuePolicy::fifo ? ", fifo" : "");
}

} // namespace rootpool::twin
