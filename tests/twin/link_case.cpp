#include "tests/twin/link_case.h"

#include <algorithm>
#include <fmt/format.h>
#include <random>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::twin {
namespace {

class Maker {
public:
    Maker(std::uint32_t seed, pcie::TlpFactory& factory) : engine_(seed), factory_(factory) {}

    [[nodiscard]] LinkCase make() {
        LinkCase made;
        made.settings = settings();
        const unsigned first = 60 + below(tlps_per_case - 120);
        made.directions[0] = direction(made.settings, first);
        made.directions[1] = direction(made.settings, tlps_per_case - first);
        add_faults(made);
        SimTime last{};
        for (const Direction& one : made.directions) {
            last = std::max(last, one.submissions.back().ready);
        }
        made.end = last + 80us + tlps_per_case * 2 * tlp_time(made.settings);
        return made;
    }

private:
    /// Not a distribution of the library: these differ between implementations.
    [[nodiscard]] unsigned below(unsigned count) { return static_cast<unsigned>(engine_() % count); }
    [[nodiscard]] bool one_in(unsigned count) { return below(count) == 0; }
    [[nodiscard]] SimTime up_to(SimTime longest) {
        return SimTime{static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(longest.count() + 1))};
    }

    /// About how long the largest TLP takes.
    [[nodiscard]] static SimTime tlp_time(const reference::LinkSettings& of) {
        constexpr std::array<std::int64_t, 6> byte_femtoseconds = {0,         4'000'000, 2'000'000,
                                                                   1'015'625, 507'813,   253'907};
        return SimTime{byte_femtoseconds[of.generation] * (of.max_payload + 24) / of.width};
    }

    [[nodiscard]] reference::LinkSettings settings() {
        reference::LinkSettings made;
        constexpr std::array<unsigned, 5> widths = {1, 2, 4, 8, 16};
        made.generation = 1 + below(5);
        made.width = widths[below(5)];
        made.max_payload = 128U << below(3);
        made.latency = 10ns + up_to(120ns);
        made.retrain = 500ns + up_to(2us);
        for (auto& end : made.advertised) {
            for (const pcie::FlowClass flow : reference::flow_classes) {
                end[reference::index_of(flow)] = credits(flow, made.max_payload);
            }
        }
        return made;
    }

    [[nodiscard]] reference::ClassCredits credits(pcie::FlowClass flow, unsigned max_payload) {
        if (one_in(flow == pcie::FlowClass::completion ? 3 : 8)) {
            return {0, 0, true};
        }
        const unsigned largest = flow == pcie::FlowClass::non_posted ? 1 : max_payload / 16;
        return {1 + below(one_in(3) ? 4 : 60), largest + below(largest * (one_in(3) ? 2 : 30)), false};
    }

    [[nodiscard]] Direction direction(const reference::LinkSettings& link, unsigned count) {
        Direction made;
        const SimTime usual = tlp_time(link);
        SimTime call{};
        while (made.submissions.size() < count) {
            call += one_in(40) ? up_to(20us) : one_in(3) ? up_to(4 * usual) : one_in(2) ? up_to(usual / 2) : SimTime{0};
            const SimTime ready = call + (one_in(2) ? SimTime{0} : up_to(200ns));
            made.submissions.push_back({call, ready, tlp(link)});
        }
        return made;
    }

    [[nodiscard]] pcie::TlpPtr tlp(const reference::LinkSettings& link) {
        pcie::TlpHeader header = pcie::memory_write(requester(), pcie::Tag(0), address(), bytes(link));
        switch (below(8)) {
        case 0:
        case 1:
            header = pcie::memory_read(requester(), tag(), address(), 4 + 4 * below(100));
            break;
        case 2:
            header = pcie::config_write(pcie::ConfigType::type_0, requester(), tag(), pcie::Bdf(0x300), 0x40);
            break;
        case 3:
        case 4:
            header = completion(pcie::memory_read(requester(), tag(), 0x1000, bytes(link)), true);
            break;
        case 5:
            header = completion(
                pcie::config_write(pcie::ConfigType::type_0, requester(), tag(), pcie::Bdf(0x300), 0x40), false);
            break;
        default:
            break;
        }
        header.attributes.relaxed_ordering = one_in(4);
        header.attributes.id_based_ordering = one_in(4);
        header.digest = one_in(8);
        pcie::PayloadSlice data{factory_.payload(), 0, static_cast<std::uint16_t>(pcie::payload_bytes(header))};
        std::generate_n(data.buffer->data(), data.length, [this] { return static_cast<std::uint8_t>(engine_()); });
        return factory_.make(header, std::move(data), pcie::RootId(one_in(6) ? 1 : 0));
    }
    [[nodiscard]] pcie::TlpHeader completion(const pcie::TlpHeader& request, bool with_data) {
        pcie::TlpHeader header;
        header.kind = with_data ? pcie::TlpKind::completion_with_data : pcie::TlpKind::completion;
        header.requester = request.requester;
        header.tag = request.tag;
        header.completer = requester();
        header.length_dw = with_data ? request.length_dw : std::uint16_t{0};
        header.byte_count = 4;
        header.status =
            one_in(8) && !with_data ? pcie::CompletionStatus::unsupported_request : pcie::CompletionStatus::successful;
        return header;
    }
    [[nodiscard]] pcie::Bdf requester() { return pcie::Bdf(1, static_cast<std::uint8_t>(below(3)), 0); }
    [[nodiscard]] pcie::Tag tag() { return pcie::Tag(static_cast<std::uint16_t>(below(4))); }
    [[nodiscard]] std::uint64_t address() { return one_in(2) ? 0x10'0000 : 0x2'0000'0000; }
    [[nodiscard]] unsigned bytes(const reference::LinkSettings& link) {
        return one_in(3) ? link.max_payload : 4 + 4 * below(link.max_payload / 4);
    }

    void add_faults(LinkCase& made) {
        if (one_in(2)) {
            return;
        }
        const unsigned rarity = one_in(3) ? 4 + below(6) : 20 + below(400);
        for (Direction& one : made.directions) {
            one.tlp_fates = fates(2 * tlps_per_case, rarity);
            one.dllp_fates = fates(4 * tlps_per_case, rarity);
        }
        if (one_in(3)) {
            const SimTime half = made.directions[0].submissions.back().ready / 2;
            const SimTime from = 1us + half + up_to(half);
            made.settings.down.push_back({from, from + 10us + up_to(30us)});
        }
    }
    [[nodiscard]] std::vector<std::uint8_t> fates(unsigned count, unsigned rarity) {
        std::vector<std::uint8_t> made(count);
        std::generate(made.begin(), made.end(),
                      [&] { return static_cast<std::uint8_t>(one_in(rarity) ? 1 + below(2) : 0); });
        return made;
    }

    std::mt19937 engine_;
    pcie::TlpFactory& factory_;
};

} // namespace

SimTime hold_time(const pcie::Tlp& tlp) {
    const std::uint64_t mixed = (tlp.header.address >> 4U) * 7U + tlp.header.tag.value() * 13U +
                                tlp.header.length_dw * 31U + tlp.header.requester.routing_id();
    return SimTime{static_cast<std::int64_t>(mixed % 8 < 3 ? 0 : mixed * 7'919'113 % 900'000'000)};
}

LinkCase make_link_case(std::uint32_t seed, pcie::TlpFactory& factory) { return Maker(seed, factory).make(); }

std::string describe(const LinkCase& link) {
    const reference::LinkSettings& of = link.settings;
    return fmt::format("gen{} x{}, MPS {}, latency {} fs, {}, {} times down", of.generation, of.width, of.max_payload,
                       of.latency.count(), link.directions[0].tlp_fates.empty() ? "no faults" : "faults",
                       of.down.size());
}

} // namespace rootpool::twin
