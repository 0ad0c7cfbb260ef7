#include "tests/twin/link_case.h"

#include <algorithm>
#include <fmt/format.h>

#include "tests/reference/limits.h"
#include "tests/twin/random_tlps.h"

namespace rootpool::twin {
namespace {

using reference::Fate;
using reference::LinkSettings;

/// About how long the largest TLP takes.
[[nodiscard]] SimTime tlp_time(const LinkSettings& of) {
    constexpr std::array<std::int64_t, 6> byte_femtoseconds = {0, 4'000'000, 2'000'000, 1'015'625, 507'813, 253'907};
    return SimTime{byte_femtoseconds[of.generation] * (of.max_payload + 24) / of.width};
}

/// The time of a tick that is not before `time`.
[[nodiscard]] SimTime tick_from(SimTime time, const reference::LinkTicks& ticks) {
    return ticks.time_of(ticks.ticks_in(time));
}

class Maker {
public:
    Maker(std::uint32_t seed, pcie::TlpFactory& factory) : random_(seed), factory_(factory) {
        made_.theme = theme(seed);
    }

    [[nodiscard]] LinkCase make() {
        choose_link();
        adapt_link();
        RandomTlps tlps(random_, factory_, largest_payload());
        if (made_.theme == Theme::full_retry_buffer) {
            add_burst(made_.directions[0], tlps);
        }
        const unsigned first = 60 + random_.below(tlps_per_case - 120);
        add_traffic(made_.directions[0], first, tlps);
        add_traffic(made_.directions[1], tlps_per_case - first, tlps);
        add_faults();
        choose_end();
        return std::move(made_);
    }

private:
    [[nodiscard]] static Theme theme(std::uint32_t seed) {
        constexpr std::array<Theme, 16> themes = {Theme::any,       Theme::any,        Theme::link_down,
                                                  Theme::lost_init, Theme::any,        Theme::retraining,
                                                  Theme::any,       Theme::link_down,  Theme::full_retry_buffer,
                                                  Theme::any,       Theme::lost_init,  Theme::ack_meets_timer,
                                                  Theme::any,       Theme::retraining, Theme::lost_init,
                                                  Theme::late_acks};
        return themes[seed % themes.size()];
    }

    void choose_link() {
        constexpr std::array<unsigned, 5> widths = {1, 2, 4, 8, 16};
        LinkSettings& link = made_.settings;
        link.generation = 1 + random_.below(5);
        link.width = widths[random_.below(5)];
        link.max_payload = 128U << random_.below(3);
        link.latency = 10ns + random_.up_to(120ns);
        link.retrain = 500ns + random_.up_to(2us);
        for (auto& end : link.advertised) {
            for (const pcie::FlowClass flow : reference::flow_classes) {
                end[reference::index_of(flow)] = credits(flow, largest_payload());
            }
        }
    }
    /// Late Acks come of long links, and of TLPs that the link's limits do not count with.
    [[nodiscard]] unsigned largest_payload() const noexcept {
        return made_.theme == Theme::late_acks ? 512 : made_.settings.max_payload;
    }

    [[nodiscard]] reference::ClassCredits credits(pcie::FlowClass flow, unsigned max_payload) {
        if (random_.one_in(flow == pcie::FlowClass::completion ? 3 : 8)) {
            return {0, 0, true};
        }
        const unsigned largest = flow == pcie::FlowClass::non_posted ? 1 : max_payload / 16;
        return {1 + random_.below(random_.one_in(3) ? 4 : 60),
                largest + random_.below(largest * (random_.one_in(3) ? 2 : 30)), false};
    }

    void adapt_link() {
        LinkSettings& link = made_.settings;
        if (made_.theme == Theme::full_retry_buffer) {
            // Elsewhere the replay timer expires long before so many TLPs are sent.
            link.generation = 4 + random_.below(2);
            link.width = 16;
            link.advertised[1][reference::index_of(pcie::FlowClass::posted)] = {0, 0, true};
        } else if (made_.theme == Theme::ack_meets_timer) {
            link.generation = 1 + random_.below(3);
            const reference::LinkTicks ticks = ticks_of(made_);
            const reference::LinkLimits limits(link, ticks);
            // From the end of a TLP to its Ack: twice the flight, the Ack limit, the Ack.
            link.latency = ticks.time_of((limits.replay - limits.ack - ticks.dllp_length()) / 2) - SimTime{1};
        } else if (made_.theme == Theme::late_acks) {
            link.generation = 1 + random_.below(3);
            link.latency = 10ns + random_.up_to(random_.one_in(2) ? 500ns : 5us);
        }
    }

    void add_traffic(Direction& direction, unsigned count, RandomTlps& tlps) {
        const SimTime usual = tlp_time(made_.settings);
        SimTime call = direction.submissions.empty() ? SimTime{0} : direction.submissions.back().call;
        for (unsigned i = 0; i < count; ++i) {
            call = sometimes_at_tick(call + gap(usual));
            const SimTime ready = sometimes_at_tick(call + (random_.one_in(2) ? SimTime{0} : random_.up_to(200ns)));
            direction.submissions.push_back({call, ready, tlps.any()});
        }
    }
    /// What is ready just at a tick is seen at the next.
    [[nodiscard]] SimTime sometimes_at_tick(SimTime time) {
        return random_.one_in(3) ? tick_from(time, ticks_of(made_)) : time;
    }
    [[nodiscard]] SimTime gap(SimTime usual) {
        if (made_.theme == Theme::ack_meets_timer && random_.one_in(4)) {
            return 6 * made_.settings.latency;
        }
        if (made_.theme == Theme::retraining && random_.one_in(10)) {
            return random_.up_to(10us);
        }
        return random_.one_in(40)  ? random_.up_to(20us)
               : random_.one_in(3) ? random_.up_to(4 * usual)
               : random_.one_in(2) ? random_.up_to(usual / 2)
                                   : SimTime{0};
    }

    /// More TLPs at once than may be unacknowledged.
    void add_burst(Direction& direction, RandomTlps& tlps) {
        for (unsigned i = 0; i < 2'300; ++i) {
            direction.submissions.push_back({1us, 1us, tlps.shortest()});
        }
    }

    void add_faults() {
        switch (made_.theme) {
        case Theme::link_down:
            if (random_.one_in(2)) {
                add_random_faults();
            }
            add_down_times();
            break;
        case Theme::retraining:
            add_random_faults();
            for (Direction& direction : made_.directions) {
                lose_in_a_row(direction.tlp_fates);
            }
            break;
        case Theme::lost_init:
            add_random_faults();
            for (Direction& direction : made_.directions) {
                std::generate_n(direction.dllp_fates.begin(), 16, [this] { return fate(2); });
            }
            break;
        case Theme::full_retry_buffer:
            made_.directions[1].dllp_fates.assign(200, Fate::dropped);
            std::fill_n(made_.directions[1].dllp_fates.begin(), 2 * pcie::flow_class_count, Fate::intact); // InitFCs
            break;
        case Theme::ack_meets_timer:
        case Theme::late_acks:
            break;
        default:
            if (random_.one_in(2)) {
                add_random_faults();
            }
        }
    }

    void add_random_faults() {
        const unsigned rarity = random_.one_in(3) ? 4 + random_.below(6) : 20 + random_.below(400);
        for (Direction& direction : made_.directions) {
            direction.tlp_fates = fates(2 * tlps_per_case, rarity);
            direction.dllp_fates = fates(4 * tlps_per_case, rarity);
        }
    }
    [[nodiscard]] std::vector<Fate> fates(unsigned count, unsigned rarity) {
        std::vector<Fate> made(count);
        std::generate(made.begin(), made.end(), [&] { return fate(rarity); });
        return made;
    }
    [[nodiscard]] Fate fate(unsigned rarity) {
        if (!random_.one_in(rarity)) {
            return Fate::intact;
        }
        return random_.one_in(2) ? Fate::corrupted : Fate::dropped;
    }

    void lose_in_a_row(std::vector<Fate>& fates) {
        for (std::size_t at = random_.below(60); at + 40 < fates.size(); at += 50 + random_.below(100)) {
            std::fill_n(fates.begin() + static_cast<std::ptrdiff_t>(at), 5 + random_.below(30), Fate::dropped);
        }
    }

    void add_down_times() {
        SimTime from = 1us + random_.up_to(20us);
        for (unsigned times = 2 + random_.below(3); times > 0; --times) {
            const SimTime until = from + 100ns + random_.up_to(random_.one_in(3) ? 1us : 20us);
            made_.settings.down.push_back({from, until});
            from = until + 1us + random_.up_to(60us);
        }
    }

    void choose_end() {
        SimTime last{};
        std::size_t tlps = 0;
        for (const Direction& direction : made_.directions) {
            last = std::max(last, direction.submissions.back().ready);
            tlps += direction.submissions.size();
        }
        made_.end = last + 80us + static_cast<std::int64_t>(2 * tlps) * tlp_time(made_.settings);
    }

    Random random_;
    pcie::TlpFactory& factory_;
    LinkCase made_;
};

} // namespace

reference::LinkTicks ticks_of(const LinkCase& link) {
    return {link.settings.generation, link.settings.width, link.settings.dllp_length};
}

SimTime release_time(const pcie::Tlp& tlp, SimTime last_beat, const reference::LinkTicks& ticks) {
    const std::uint64_t mixed = (tlp.header.address >> 4U) * 7U + tlp.header.tag.value() * 13U +
                                tlp.header.length_dw * 31U + tlp.header.requester.routing_id();
    if (mixed % 8 < 3) {
        return last_beat;
    }
    const SimTime time = last_beat + SimTime{static_cast<std::int64_t>(mixed * 7'919'113 % 900'000'000)};
    return mixed % 8 < 5 ? tick_from(time, ticks) : time;
}

LinkCase make_link_case(std::uint32_t seed, pcie::TlpFactory& factory) { return Maker(seed, factory).make(); }

bool has_faults(const LinkCase& link) {
    return std::any_of(link.directions.begin(), link.directions.end(), [](const Direction& direction) {
        return !direction.tlp_fates.empty() || !direction.dllp_fates.empty();
    });
}

std::string describe(const LinkCase& link) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Theme::count)> themes = {
        "any traffic", "link down", "retraining", "lost InitFCs", "full retry buffer", "Ack meets timer", "late Acks"};
    const LinkSettings& of = link.settings;
    return fmt::format("gen{} x{}, MPS {}, latency {} fs, {}, {}, {} times down", of.generation, of.width,
                       of.max_payload, of.latency.count(), themes[static_cast<std::size_t>(link.theme)],
                       has_faults(link) ? "faults" : "no faults", of.down.size());
}

} // namespace rootpool::twin
