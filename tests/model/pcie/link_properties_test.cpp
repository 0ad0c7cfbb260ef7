// What holds on a link whatever is sent over it: credits are kept, every TLP arrives once, unchanged and in an order
// that the ordering table allows, with bit errors and with a link that goes down. Everything is compared with accounts
// that the test keeps itself. All links run in one simulation; LINK_TLPS in the environment says how many TLPs each
// carries.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/core/wheel_scheduler.h"
#include "models/pcie/link.h"
#include "rootpool/pcie/fault_sources.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {
namespace {

using pcie::FlowClass;

/// SplitMix64: the same sequence on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
    [[nodiscard]] std::uint64_t next() noexcept {
        std::uint64_t mixed = state_ += 0x9E37'79B9'7F4A'7C15ULL;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D0'49BB'1331'11EBULL;
        return mixed ^ (mixed >> 31U);
    }
    [[nodiscard]] unsigned below(unsigned count) noexcept { return static_cast<unsigned>(next() % count); }
    [[nodiscard]] bool one_in(unsigned count) noexcept { return below(count) == 0; }

private:
    std::uint64_t state_;
};

constexpr unsigned max_payload = 512;

/// Random TLPs of all classes with payloads that their number gives.
class Traffic {
public:
    Traffic(std::uint64_t seed, pcie::TlpFactory& factory) : random_(seed), factory_(factory) {}

    [[nodiscard]] pcie::TlpPtr make(std::uint64_t number) {
        pcie::TlpHeader header = make_header();
        header.attributes.relaxed_ordering = random_.one_in(4);
        header.attributes.id_based_ordering = random_.one_in(4);
        pcie::PayloadSlice data{factory_.payload(), 0, static_cast<std::uint16_t>(pcie::payload_bytes(header))};
        fill(number, data.buffer->data(), data.length);
        pcie::TlpPtr tlp = factory_.make(header, std::move(data), pcie::RootId(random_.one_in(6) ? 1 : 0));
        tlp->transaction = number;
        return tlp;
    }
    [[nodiscard]] static bool is_intact(const pcie::Tlp& tlp) {
        std::array<std::uint8_t, max_payload> expected{};
        const core::ByteView bytes = tlp.payload.bytes();
        fill(tlp.transaction, expected.data(), bytes.size());
        return std::equal(bytes.begin(), bytes.end(), expected.begin());
    }

private:
    static void fill(std::uint64_t number, std::uint8_t* bytes, std::size_t count) {
        std::uint64_t word = number * 0x9E37'79B9'7F4A'7C15ULL;
        for (std::size_t i = 0; i < count; i += 4, word = word * 5 + 1) {
            core::store_le(bytes + i, static_cast<std::uint32_t>(word >> 32U));
        }
    }
    [[nodiscard]] pcie::TlpHeader make_header() {
        const pcie::TlpHeader read = pcie::memory_read(requester(), tag(), 0x1000, bytes());
        const pcie::TlpHeader config = pcie::config_write(pcie::ConfigType::type_0, requester(), tag(), {}, 0x40);
        switch (random_.below(10)) {
        case 0:
        case 1:
            return read;
        case 2:
            return config;
        case 3:
            return pcie::completion(config, requester());
        case 4:
        case 5:
        case 6:
            return pcie::completion_with_data(read, requester());
        default:
            return pcie::memory_write(requester(), pcie::Tag(0), random_.one_in(2) ? 0x1000 : 0x2'0000'0000, bytes());
        }
    }
    [[nodiscard]] pcie::Bdf requester() { return {1, static_cast<std::uint8_t>(random_.below(3)), 0}; }
    [[nodiscard]] pcie::Tag tag() { return pcie::Tag(static_cast<std::uint16_t>(random_.below(4))); }
    [[nodiscard]] unsigned bytes() { return random_.one_in(3) ? max_payload : 4 + 4 * random_.below(max_payload / 4); }

    Random random_;
    pcie::TlpFactory& factory_;
};

/// What the ordering table asks about (PCIe base table 2-42), and its answer: may `later` go before `earlier`?
struct OrderingFacts {
    explicit OrderingFacts(const pcie::Tlp& tlp)
        : flow(pcie::flow_class(tlp.header.kind)), root(tlp.root), relaxed(tlp.header.attributes.relaxed_ordering),
          by_id(tlp.header.attributes.id_based_ordering), with_data(pcie::has_data(tlp.header.kind)),
          requester(tlp.header.requester), issuer(flow == FlowClass::completion ? tlp.header.completer : requester),
          tag(tlp.header.tag), successful(tlp.header.status == pcie::CompletionStatus::successful) {}

    [[nodiscard]] bool may_pass(const OrderingFacts& earlier) const {
        if (root != earlier.root || earlier.flow == FlowClass::non_posted) {
            return true;
        }
        if (earlier.flow == FlowClass::completion) {
            return flow != FlowClass::completion || requester != earlier.requester || tag != earlier.tag; // D5
        }
        const bool id = by_id && issuer != earlier.requester;
        switch (flow) {
        case FlowClass::posted: // A2
            return relaxed || id;
        case FlowClass::non_posted: // B2, C2
            return id || (with_data && relaxed);
        case FlowClass::completion: // D2
            return relaxed || id || (!with_data && successful);
        }
        return false;
    }

    FlowClass flow;
    pcie::RootId root;
    bool relaxed;
    bool by_id;
    bool with_data;
    pcie::Bdf requester;
    pcie::Bdf issuer;
    pcie::Tag tag;
    bool successful;
};

/// Where the TLPs of one direction are.
class Ledger {
public:
    void handed_over(const pcie::Tlp& tlp) { open_.push_back({tlp.transaction, OrderingFacts(tlp), false}); }
    void started(std::uint64_t number) { find(number)->started = true; }
    void delivered(const pcie::Tlp& tlp) {
        const auto entry = find(tlp.transaction);
        if (entry == open_.end()) {
            ++unexpected; // a second time, or after it was returned or lost
            return;
        }
        const bool in_order = std::all_of(open_.begin(), entry,
                                          [&](const Entry& earlier) { return entry->facts.may_pass(earlier.facts); });
        reordered += in_order ? 0 : 1;
        changed += Traffic::is_intact(tlp) ? 0 : 1;
        ++deliveries;
        open_.erase(entry);
    }
    void returned(std::uint64_t number) {
        const auto entry = find(number);
        unexpected += entry == open_.end() || entry->started ? 1 : 0;
        if (entry != open_.end()) {
            ++returns;
            open_.erase(entry);
        }
    }
    /// The link has come up again: what had started is on no wire and in no retry buffer any more.
    void link_was_down() {
        lost += std::erase_if(open_, [](const Entry& entry) { return entry.started; });
    }
    [[nodiscard]] std::size_t open() const noexcept { return open_.size(); }

    std::uint64_t deliveries = 0;
    std::uint64_t returns = 0;
    std::uint64_t lost = 0;
    std::uint64_t unexpected = 0;
    std::uint64_t reordered = 0;
    std::uint64_t changed = 0;

private:
    struct Entry {
        std::uint64_t number;
        OrderingFacts facts;
        bool started;
    };
    [[nodiscard]] std::deque<Entry>::iterator find(std::uint64_t number) {
        return std::ranges::find(open_, number, &Entry::number);
    }

    std::deque<Entry> open_; ///< in the order of the hand-over
};

/// Flow control of one direction, in counts that never wrap.
class CreditAccount {
public:
    explicit CreditAccount(const pcie::Credits& advertised) : advertised_(advertised) { restart(); }

    /// The link came up.
    void restart() {
        for (std::size_t flow = 0; flow < classes_.size(); ++flow) {
            classes_[flow] = {};
            classes_[flow].allocated = advertised_.of[flow].limit;
        }
        limits_.clear();
    }
    /// The receiver frees what a TLP took, at `at`.
    void released(FlowClass flow, pcie::CreditCost cost, SimTime at) { of(flow).releases.push_back({at, cost}); }
    /// The receiver starts an InitFC or UpdateFC at `start`; `received`: never, if it is lost.
    void announced(const pcie::Dllp& dllp, SimTime start, SimTime received) {
        Class& one = of(dllp.flow);
        take_releases(one, start);
        const pcie::CreditCost expected = advertised_[dllp.flow].infinite ? pcie::CreditCost{} : one.allocated;
        wrong_announcements +=
            dllp.credits.headers != (expected.headers & 0xFFU) || dllp.credits.data != (expected.data & 0xFFFU) ? 1 : 0;
        if (received != core::never) {
            limits_.push_back({received, dllp.flow, one.allocated});
        }
    }
    /// The transmitter starts a TLP for the first time.
    void consumed(FlowClass flow, pcie::CreditCost cost, SimTime start) {
        take_limits(start);
        Class& one = of(flow);
        one.consumed.headers += cost.headers;
        one.consumed.data += cost.data;
        const bool covered =
            one.known && one.consumed.headers <= one.limit.headers && one.consumed.data <= one.limit.data;
        overdrawn += covered || advertised_[flow].infinite ? 0 : 1;
    }
    /// Long after the last TLP: everything is free again, and the transmitter knows it.
    [[nodiscard]] bool balanced() {
        take_limits(core::never);
        return std::ranges::all_of(
            std::array{FlowClass::posted, FlowClass::non_posted, FlowClass::completion}, [this](FlowClass flow) {
                const Class& one = of(flow);
                const pcie::CreditCost whole = advertised_[flow].limit;
                return advertised_[flow].infinite || (one.limit.headers - one.consumed.headers == whole.headers &&
                                                      one.limit.data - one.consumed.data == whole.data);
            });
    }

    std::uint64_t overdrawn = 0;
    std::uint64_t wrong_announcements = 0;

private:
    struct Release {
        SimTime at;
        pcie::CreditCost cost;
    };
    struct Class {
        pcie::CreditCost allocated;
        pcie::CreditCost limit;
        pcie::CreditCost consumed;
        bool known = false;
        std::vector<Release> releases;
    };
    struct Limit {
        SimTime received;
        FlowClass flow;
        pcie::CreditCost total;
    };
    [[nodiscard]] Class& of(FlowClass flow) { return classes_[static_cast<std::size_t>(flow)]; }
    static void take_releases(Class& one, SimTime before) {
        std::erase_if(one.releases, [&](const Release& release) {
            if (release.at >= before) {
                return false;
            }
            one.allocated.headers += release.cost.headers;
            one.allocated.data += release.cost.data;
            return true;
        });
    }
    void take_limits(SimTime before) {
        for (; !limits_.empty() && limits_.front().received < before; limits_.pop_front()) {
            Class& one = of(limits_.front().flow);
            one.limit = limits_.front().total;
            one.known = true;
        }
    }

    pcie::Credits advertised_;
    std::array<Class, pcie::flow_class_count> classes_;
    std::deque<Limit> limits_; ///< on their way
};

struct Setting {
    const char* name = "";
    double bit_error_rate = 0;
    unsigned downs = 0; ///< how often the link goes down
    LinkConfig link;
};

/// A link, random traffic in both directions at full load, and the accounts.
class Bench : private pcie::LinkObserver {
public:
    Bench(const Setting& setting, Scheduler& scheduler, pcie::TlpFactory& factory, std::uint64_t tlps)
        : link_(setting.name, scheduler, setting.link), watch_(scheduler, Timer::Callback::to<&Bench::follow>(*this)) {
        for (unsigned end : {0U, 1U}) {
            const pcie::Credits credits = buffer(end);
            sides_[end] = std::make_unique<Side>(*this, end, credits, Traffic(end + 1, factory), tlps / 2);
            accounts_.emplace_back(buffer(1 - end));
            const auto rate = static_cast<pcie::BitErrorRate>(setting.bit_error_rate * pcie::bit_error_unit);
            errors_.push_back(std::make_unique<pcie::BitErrors>(rate, 11 + end));
        }
        link_.connect(sides_[0]->port, sides_[1]->port);
        link_.observe(*this);
        if (setting.bit_error_rate > 0) {
            link_.set_faults(errors_[0].get(), errors_[1].get());
        }
        for (unsigned i = 0; i < setting.downs; ++i) {
            down_times_.push_back({(i + 1) * 50us, (i + 1) * 50us + 5us + i * 7ns});
        }
        link_.set_down_times(down_times_);
        watch_.arm(1us);
    }

    [[nodiscard]] bool done() const { return sides_[0]->done() && sides_[1]->done(); }
    [[nodiscard]] Ledger& ledger(unsigned direction) { return ledgers_[direction]; }
    [[nodiscard]] CreditAccount& account(unsigned direction) { return accounts_[direction]; }
    [[nodiscard]] const LinkEndCounters& counters(unsigned direction) {
        return (direction == 0 ? link_.down() : link_.up()).counters();
    }
    [[nodiscard]] std::uint64_t handed_over(unsigned direction) const { return sides_[direction]->handed_over(); }

private:
    /// Above one end of the link.
    class Side : public PortOwner {
    public:
        Side(Bench& bench, unsigned end, const pcie::Credits& credits, const Traffic& traffic, std::uint64_t tlps)
            : port(sc_core::sc_gen_unique_name("port"), *this, credits), bench_(bench), end_(end), traffic_(traffic),
              tlps_(tlps), holds_(end + 77) {}

        void pump() {
            while (sent_ < tlps_ && port.backlog() < 20 && bench_.is_up()) {
                pcie::TlpPtr tlp = traffic_.make(++sent_);
                bench_.ledger(end_).handed_over(*tlp);
                port.send(tlp, now() + SimTime{holds_.one_in(2) ? 0 : holds_.below(20'000'000)});
            }
        }
        /// Frees the buffer of a TLP that was kept for long, perhaps while the link went down and came up again: then
        /// its credits do not count any more.
        void free_kept() {
            if (kept_ && now() >= kept_until_) {
                if (kept_downs_ == bench_.downs()) {
                    bench_.account(1 - end_).released(pcie::flow_class(kept_->header.kind),
                                                      pcie::credit_cost(kept_->header), now());
                }
                port.release(*kept_, now());
                kept_ = {};
            }
        }
        [[nodiscard]] bool done() const { return sent_ == tlps_ && port.backlog() == 0; }
        [[nodiscard]] std::uint64_t handed_over() const noexcept { return sent_; }

        Port port;

    private:
        void on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) override {
            bench_.ledger(1 - end_).delivered(*tlp);
            if (!kept_) {
                kept_until_ = now() + holds_.below(20) * 1us;
                kept_downs_ = bench_.downs();
                kept_ = std::move(tlp);
                return;
            }
            const SimTime at = last_beat + SimTime{holds_.one_in(2) ? 0 : holds_.below(1'000'000'000)};
            bench_.account(1 - end_).released(pcie::flow_class(tlp->header.kind), pcie::credit_cost(tlp->header), at);
            port.release(*tlp, at);
        }
        void on_room(Port& /*port*/) override { pump(); }
        void on_returned(Port& /*port*/, const pcie::TlpPtr& tlp) override {
            bench_.ledger(end_).returned(tlp->transaction);
        }

        Bench& bench_;
        unsigned end_;
        Traffic traffic_;
        std::uint64_t tlps_;
        std::uint64_t sent_ = 0;
        Random holds_;
        pcie::TlpPtr kept_;
        SimTime kept_until_{};
        std::size_t kept_downs_ = 0;
    };

    /// Small and unequal, so that both headers and data run out.
    [[nodiscard]] static pcie::Credits buffer(unsigned end) {
        pcie::Credits credits;
        credits[FlowClass::posted] = {{end == 0 ? 6U : 24U, end == 0 ? 120U : 64U}, false};
        credits[FlowClass::non_posted] = {{end == 0 ? 3U : 8U, 4}, false};
        credits[FlowClass::completion] = {{12, 96}, end == 1};
        return end == 1 ? with_infinite_completions(credits) : credits;
    }
    [[nodiscard]] static pcie::Credits with_infinite_completions(pcie::Credits credits) {
        credits[FlowClass::completion] = {{0, 0}, true};
        return credits;
    }

    /// Every 1 us: TLPs again when the link is up, accounts anew when it was down.
    void follow() {
        if (next_down_ < down_times_.size() && now() >= down_times_[next_down_].until) {
            ++next_down_;
            for (unsigned direction : {0U, 1U}) {
                ledgers_[direction].link_was_down();
            }
        }
        for (const auto& side : sides_) {
            side->free_kept();
            side->pump();
        }
        watch_.arm(now() + 1us);
    }
    /// How often the link came up again.
    [[nodiscard]] std::size_t downs() const noexcept { return next_down_; }
    /// As far as the ends of the bench know it, to the microsecond.
    [[nodiscard]] bool is_up() const {
        return next_down_ == down_times_.size() || now() < down_times_[next_down_].from;
    }

    void on_packet(const pcie::PacketSighting& packet) override {
        while (restarted_ < down_times_.size() && packet.start >= down_times_[restarted_].until) {
            ++restarted_;
            accounts_[0].restart();
            accounts_[1].restart();
        }
        const auto direction = static_cast<unsigned>(packet.place.index());
        if (packet.tlp != nullptr && !packet.replay) {
            ledgers_[direction].started(packet.tlp->transaction);
            accounts_[direction].consumed(pcie::flow_class(packet.tlp->header.kind),
                                          pcie::credit_cost(packet.tlp->header), packet.start);
        } else if (packet.tlp == nullptr && packet.dllp.kind >= pcie::DllpKind::init_fc1) {
            accounts_[1 - direction].announced(packet.dllp, packet.start,
                                               packet.reception == pcie::Reception::accepted ? packet.received
                                                                                             : core::never);
        }
    }

    std::array<Ledger, 2> ledgers_;
    std::vector<CreditAccount> accounts_;
    std::vector<std::unique_ptr<pcie::BitErrors>> errors_;
    std::vector<TimeSpan> down_times_;
    std::size_t next_down_ = 0;
    std::size_t restarted_ = 0;
    Link link_;
    std::array<std::unique_ptr<Side>, 2> sides_;
    Timer watch_;
};

constexpr LinkConfig link_of(pcie::Generation generation, unsigned width) {
    LinkConfig link{.parameters = {generation, width}};
    link.max_payload = max_payload;
    return link;
}
const std::array<Setting, 4> settings{{{"no_errors", 0, 0, link_of(pcie::Generation::gen2, 8)},
                                       {"few_errors", 1e-6, 0, link_of(pcie::Generation::gen3, 8)},
                                       {"many_errors", 1e-4, 0, link_of(pcie::Generation::gen2, 4)},
                                       {"going_down", 1e-6, 40, link_of(pcie::Generation::gen2, 8)}}};

/// All links, run to the end of their traffic: SystemC elaborates once.
class Run {
public:
    static Run& once() {
        static Run run;
        return run;
    }
    [[nodiscard]] Bench& bench(std::size_t index) { return *benches_.at(index); }
    [[nodiscard]] std::uint64_t tlps() const noexcept { return tlps_; }

private:
    Run() {
        const char* wanted = std::getenv("LINK_TLPS");
        tlps_ = wanted == nullptr ? 100'000 : std::strtoull(wanted, nullptr, 10);
        for (const Setting& setting : settings) {
            benches_.push_back(std::make_unique<Bench>(setting, scheduler_, factory_, tlps_));
        }
        while (!std::ranges::all_of(benches_, [](const auto& bench) { return bench->done(); })) {
            KernelTime::run_for(100us);
        }
        KernelTime::run_for(1ms); // the last replays, releases and UpdateFCs
        for (const auto& bench : benches_) {
            static_cast<void>(bench->counters(0)); // a link that nobody waits for works when it is asked
        }
    }

    WheelScheduler scheduler_{"scheduler"};
    pcie::TlpFactory factory_;
    std::uint64_t tlps_ = 0;
    std::vector<std::unique_ptr<Bench>> benches_;
};

class LinkProperties : public testing::TestWithParam<std::size_t> {
protected:
    Bench& bench_ = Run::once().bench(GetParam());
};

TEST_P(LinkProperties, EveryTlpArrivesOnceUnlessTheLinkWentDown) {
    for (unsigned direction : {0U, 1U}) {
        const Ledger& ledger = bench_.ledger(direction);
        EXPECT_EQ(bench_.handed_over(direction), Run::once().tlps() / 2);
        EXPECT_EQ(ledger.open(), 0U);
        EXPECT_EQ(ledger.unexpected, 0U);
        EXPECT_EQ(ledger.deliveries + ledger.returns + ledger.lost, bench_.handed_over(direction));
        if (settings[GetParam()].downs == 0) {
            EXPECT_EQ(ledger.deliveries, bench_.handed_over(direction));
        } else {
            EXPECT_GT(ledger.returns, 0U);
            EXPECT_GT(ledger.lost, 0U);
        }
    }
}

TEST_P(LinkProperties, NoTlpPassesAnotherThatItMayNotPass) {
    EXPECT_EQ(bench_.ledger(0).reordered, 0U);
    EXPECT_EQ(bench_.ledger(1).reordered, 0U);
}

TEST_P(LinkProperties, EveryByteArrivesAsItWasSent) {
    EXPECT_EQ(bench_.ledger(0).changed, 0U);
    EXPECT_EQ(bench_.ledger(1).changed, 0U);
}

TEST_P(LinkProperties, CreditsAreNeitherOverdrawnNorLost) {
    for (unsigned direction : {0U, 1U}) {
        EXPECT_EQ(bench_.account(direction).overdrawn, 0U) << direction;
        EXPECT_EQ(bench_.account(direction).wrong_announcements, 0U) << direction;
        EXPECT_TRUE(bench_.account(direction).balanced()) << direction;
    }
}

TEST_P(LinkProperties, ErrorsAreRepairedByReplaysAndRetraining) {
    const double rate = settings[GetParam()].bit_error_rate;
    for (unsigned direction : {0U, 1U}) {
        const LinkEndCounters& counters = bench_.counters(direction);
        EXPECT_EQ(counters.tlps, bench_.ledger(direction).deliveries);
        EXPECT_EQ(counters.replayed_tlps > 0, rate > 0);
        EXPECT_EQ(counters.naks_received > 0, rate > 0);
        EXPECT_EQ(counters.retrains > 0, rate > 1e-5) << counters.retrains;
    }
}

INSTANTIATE_TEST_SUITE_P(Links, LinkProperties, testing::Range(std::size_t{0}, settings.size()),
                         [](const auto& chosen) { return std::string(settings[chosen.param].name); });

} // namespace
} // namespace rootpool::models
