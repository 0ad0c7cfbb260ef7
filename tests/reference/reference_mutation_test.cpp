#include <gtest/gtest.h>

#include <tuple>

#include "tests/reference/test_bench.h"

// Every mutation makes a difference that a comparison of the recorded events can see, given traffic that reaches it.
namespace rootpool::reference::testing {
namespace {

/// A number that depends on nothing but its arguments.
std::uint64_t scrambled(std::uint64_t seed, std::uint64_t index) {
    std::uint64_t value = seed * 0x9E37'79B9'7F4A'7C15ULL + index * 0xBF58'476D'1CE4'E5B9ULL + 1;
    for (const unsigned shift : {30U, 27U, 31U}) {
        value = (value ^ (value >> shift)) * 0x94D0'49BB'1331'11EBULL;
    }
    return value ^ (value >> 32U);
}

/// Loses and spoils packets, some of them in bursts: a replay fails several times, and initialisation has to be
/// repeated.
class RandomFaults : public FaultSource {
public:
    explicit RandomFaults(std::uint64_t seed) : seed_(seed) {}

    Fate fate(bool is_tlp, unsigned index, unsigned /*bytes*/) override {
        const bool replay_fails = is_tlp && index % 100 >= 10 && index % 100 < 22;
        const bool init_is_lost = !is_tlp && seed_ % 2 == 0 && index < 2 * pcie::flow_class_count;
        if (replay_fails || init_is_lost) {
            return Fate::dropped;
        }
        switch (scrambled(2 * seed_ + (is_tlp ? 1 : 0), index) % 32) {
        case 0:
            return Fate::corrupted;
        case 1:
            return Fate::dropped;
        default:
            return Fate::intact;
        }
    }

private:
    std::uint64_t seed_;
};

/// Frees the buffers of what it receives after a while, some at the very instant of a tick.
class SlowConsumer : public TransactionLayer {
public:
    explicit SlowConsumer(LinkEnd& end) : end_(end) { end.connect(*this); }

    void receive(const pcie::TlpPtr& tlp, SimTime /*first_beat*/, Moment now) override {
        const SimTime delay = scrambled(3, received_++) % 1000 * 1ns;
        end_.release(pcie::flow_class(tlp->header.kind), 1, (pcie::payload_bytes(tlp->header) + 15) / 16,
                     now.time + delay);
    }

private:
    LinkEnd& end_;
    std::uint64_t received_ = 0;
};

pcie::TlpHeader random_header(std::uint64_t number) {
    const auto pick = [&](std::uint64_t salt, std::uint64_t choices) { return scrambled(salt, number) % choices; };
    const pcie::Attributes attributes{false, pick(11, 3) == 0, pick(12, 3) == 0};
    const pcie::Bdf requester(static_cast<std::uint16_t>(0x100 + pick(13, 2)));
    const pcie::Bdf completer(static_cast<std::uint16_t>(0x100 + pick(14, 3)));
    const pcie::Tag tag(static_cast<std::uint16_t>(pick(15, 2)));
    const auto bytes = static_cast<std::uint32_t>(4 * (1 + pick(16, 32)));
    const pcie::TlpHeader read = pcie::memory_read(requester, tag, 0x1'0000'1000, bytes, attributes);
    pcie::TlpHeader header = read;
    switch (pick(17, 6)) {
    case 0:
    case 1:
        header = pcie::memory_write(requester, tag, 0x1000, bytes, attributes);
        break;
    case 2:
        break;
    case 3:
        header = pcie::config_write(pcie::ConfigType::type_0, requester, tag, completer, 0x10);
        break;
    case 4:
        header = pcie::completion_with_data(read, completer);
        break;
    default:
        header =
            pcie::completion(pcie::config_write(pcie::ConfigType::type_0, requester, tag, completer, 0x10), completer);
    }
    header.attributes = attributes;
    return header;
}

/// An event without pointers.
using Fingerprint = std::tuple<char, unsigned, Tick, int, unsigned, unsigned, unsigned, std::uint64_t>;

class FingerprintRecorder : public Recorder {
public:
    void started(const PacketStarted& event) override {
        add('s', event.end, event.now, static_cast<int>(event.fate), event.packet);
    }
    void received(const PacketReceived& event) override {
        add('r', event.end, event.now, static_cast<int>(event.verdict), event.packet);
    }
    std::vector<Fingerprint> events;

private:
    void add(char what, unsigned end, Moment now, int outcome, const Packet& packet) {
        const unsigned kind = static_cast<unsigned>(packet.kind) * 4 + static_cast<unsigned>(packet.flow_class);
        events.emplace_back(what, end, now.tick, outcome, kind, packet.sequence,
                            packet.credits.headers << 12U | packet.credits.data,
                            packet.tlp ? packet.tlp->transaction : 0);
    }
};

struct Traffic {
    LinkSettings settings;
    unsigned mean_gap_ns; ///< between TLPs of one end
    bool faults;
    SimTime duration;
};

void submit_traffic(Link& link, const Traffic& traffic, pcie::TlpFactory& factory) {
    for (unsigned end : {0U, 1U}) {
        std::uint64_t number = 0;
        for (SimTime at{}; at < traffic.duration; at += scrambled(20 + end, number) % (2 * traffic.mean_gap_ns) * 1ns) {
            ++number;
            const pcie::TlpHeader header = random_header(2 * number + end);
            const pcie::RootId root(static_cast<std::uint8_t>(scrambled(21, number) % 4 == 0 ? 1 : 0));
            const std::vector<std::uint8_t> payload(pcie::payload_bytes(header));
            const pcie::TlpPtr tlp = factory.make(header, factory.copy(payload), root);
            tlp->transaction = number;
            link.end(end).submit(tlp, at);
        }
    }
}

std::vector<Fingerprint> record(Traffic traffic, Mutation mutation) {
    traffic.settings.mutation = mutation;
    pcie::TlpFactory factory;
    FingerprintRecorder recorder;
    std::array<RandomFaults, 2> faults{RandomFaults(100), RandomFaults(201)};
    Link link(traffic.settings);
    link.set_recorder(recorder);
    SlowConsumer above_0(link.end(0));
    SlowConsumer above_1(link.end(1));
    for (unsigned end : {0U, 1U}) {
        if (traffic.faults) {
            link.end(end).set_faults(faults[end]);
        }
    }
    submit_traffic(link, traffic, factory);
    link.run_until(traffic.duration);
    return recorder.events;
}

std::vector<Traffic> all_traffic() {
    LinkSettings scarce = gen2_x8();
    constexpr ClassCredits few{4, 20, false};
    scarce.advertised = {{{few, few, few}, {few, few, few}}};
    LinkSettings wide = scarce;
    wide.width = 16;
    LinkSettings narrow = scarce;
    narrow.generation = 1;
    narrow.width = 1;
    narrow.latency = 300ns;
    LinkSettings tie = gen2_x8(); // an Ack can come at the tick at which the replay timer expires
    tie.latency = 315ns;
    LinkSettings fast = gen2_x8();
    fast.generation = 4;
    LinkSettings sparse = gen2_x8(); // one TLP at a time: when it is lost four times the link is retrained
    sparse.width = 4;
    return {{scarce, 100, false, 40us},  {scarce, 300, true, 100us}, {wide, 200, true, 100us},
            {narrow, 2000, true, 200us}, {tie, 1500, false, 50us},   {fast, 300, true, 100us},
            {sparse, 3000, true, 200us}};
}

using Recordings = std::vector<std::vector<Fingerprint>>;

Recordings record_all(Mutation mutation) {
    Recordings recordings;
    for (const Traffic& traffic : all_traffic()) {
        recordings.push_back(record(traffic, mutation));
    }
    return recordings;
}

TEST(ReferenceMutation, NoneRepeatsItself) { EXPECT_TRUE(record_all(Mutation::none) == record_all(Mutation::none)); }

TEST(ReferenceMutation, EachIsNoticed) {
    const Recordings right = record_all(Mutation::none);
    for (auto number = static_cast<int>(Mutation::none) + 1; number < static_cast<int>(first_switch_mutation);
         ++number) {
        const auto mutation = static_cast<Mutation>(number);
        EXPECT_TRUE(record_all(mutation) != right) << name(mutation);
    }
}

} // namespace
} // namespace rootpool::reference::testing
