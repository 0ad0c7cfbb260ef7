// The DMA probe against a root port that checks every request (PCIe base 2.2) and answers reads.
#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <vector>

#include "models/core/wheel_scheduler.h"
#include "models/pcie/dma_pattern.h"
#include "models/pcie/dma_probe.h"
#include "models/pcie/link.h"
#include "rootpool/pcie/completion_splitter.h"
#include "rootpool/pcie/config_registers.h"
#include "rootpool/pcie/request_splitter.h"

namespace rootpool::models {
namespace {

constexpr std::uint64_t read_buffer = 0x1'0000'0000;
constexpr std::uint64_t write_buffer = 0x1'1000'0000;
constexpr pcie::Bdf probe_id(1, 0, 0);
constexpr std::uint16_t device_control = 0x60 + pcie::registers::device_control;

constexpr core::TimeSpan link_down{50ms, 50ms + 10us}; ///< after all tests but one

/// What one request was.
struct Seen {
    bool is_write;
    std::uint64_t address;
    unsigned bytes;
    friend bool operator==(const Seen&, const Seen&) = default;
};

/// A root port with memory that holds DmaPattern.
class Host : public PortOwner {
public:
    Host(Scheduler& scheduler, pcie::TlpFactory& tlps)
        : port("host", *this, credits()), tlps_(tlps),
          timer_(scheduler, Timer::Callback::to<&Host::answer_due>(*this)) {}

    Port port;
    std::vector<Seen> seen;
    std::vector<pcie::TlpHeader> completions;
    std::size_t most_outstanding = 0;
    std::uint64_t wrong_bytes = 0;
    SimTime read_latency = 400ns;
    unsigned max_payload = 256;
    bool corrupts = false; ///< one byte of each completion
    bool refuses = false;  ///< reads are answered "unsupported request"
    bool forgets = false;  ///< reads are not answered
    pcie::Bdf completions_for = probe_id;

    void config_write(std::uint16_t offset, std::uint32_t value) {
        std::vector<std::uint8_t> data(4);
        core::store_le(data.data(), value);
        port.send(tlps_.make(pcie::config_write(pcie::ConfigType::type_0, pcie::Bdf(0), pcie::Tag(1), probe_id, offset),
                             data),
                  now());
        sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
    }
    std::uint32_t config_read(std::uint16_t offset) {
        port.send(tlps_.make(pcie::config_read(pcie::ConfigType::type_0, pcie::Bdf(0), pcie::Tag(1), probe_id, offset)),
                  now());
        sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
        return last_value_;
    }

private:
    struct Answer {
        pcie::TlpPtr request;
        SimTime at;
    };

    static pcie::Credits credits() {
        pcie::Credits result;
        result[pcie::FlowClass::posted] = {{64, 512}, false};
        result[pcie::FlowClass::non_posted] = {{127, 64}, false};
        result[pcie::FlowClass::completion] = {{0, 0}, true};
        return result;
    }

    void on_tlp(Port& /*from*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) override {
        const pcie::TlpHeader& header = tlp->header;
        port.release(*tlp, last_beat);
        if (pcie::is_completion(header.kind)) {
            completions.push_back(header);
            last_value_ = tlp->payload.length == 4 ? core::load_le<std::uint32_t>(tlp->payload.bytes().data()) : 0;
            return;
        }
        EXPECT_EQ(header.requester, probe_id);
        EXPECT_LE(header.address % 4096 + header.length_dw * 4U, 4096U) << "crosses 4 KB";
        seen.push_back({header.kind == pcie::TlpKind::memory_write, header.address, header.length_dw * 4U});
        if (header.kind == pcie::TlpKind::memory_write) {
            EXPECT_LE(header.length_dw * 4U, max_payload);
            wrong_bytes += DmaPattern::count_wrong(header.address, tlp->payload.bytes());
            return;
        }
        if (forgets) {
            return;
        }
        EXPECT_TRUE(tags_.insert(header.tag.value()).second) << "tag in use twice";
        most_outstanding = std::max(most_outstanding, tags_.size());
        answers_.push_back({std::move(tlp), last_beat + read_latency});
        timer_.arm_no_later_than(answers_.front().at);
    }

    void answer_due() {
        while (!answers_.empty() && answers_.front().at <= now()) {
            const pcie::TlpPtr request = answers_.front().request;
            answers_.pop_front();
            tags_.erase(request->header.tag.value());
            answer(*request);
        }
        if (!answers_.empty()) {
            timer_.arm(answers_.front().at);
        }
    }

    void answer(const pcie::Tlp& request) {
        pcie::TlpHeader header = request.header;
        header.requester = completions_for;
        if (refuses) {
            port.send(tlps_.make(pcie::completion(header, pcie::Bdf(0), pcie::CompletionStatus::unsupported_request)),
                      now());
            return;
        }
        for (const pcie::CompletionPart& part : pcie::CompletionSplitter(header, 64, max_payload)) {
            std::vector<std::uint8_t> data(part.data_bytes);
            DmaPattern::fill(header.address + part.data_offset, data);
            data.back() ^= corrupts ? 1 : 0;
            port.send(tlps_.make(pcie::completion_with_data(header, pcie::Bdf(0), part), data), now());
        }
    }

    pcie::TlpFactory& tlps_;
    Timer timer_;
    std::deque<Answer> answers_;
    std::set<std::uint16_t> tags_;
    std::uint32_t last_value_ = 0;
};

struct Bench {
    WheelScheduler scheduler{"scheduler"};
    pcie::TlpFactory tlps;
    Host host{scheduler, tlps};
    Link link{"link", scheduler, LinkConfig{{pcie::Generation::gen2, 8}, 60ns, 256}};
    DmaProbe probe{"probe", DmaProbeConfig{.link = {pcie::Generation::gen2, 8}}, scheduler, tlps};

    Bench() {
        link.connect(host.port, probe.port);
        link.set_down_times({link_down});
    }
};

/// One elaboration for all tests: each begins with an idle probe, enabled, MPS 256, MRRS 512, 256 tags.
class DmaProbeTest : public testing::Test {
protected:
    static void SetUpTestSuite() { bench_ = std::make_unique<Bench>(); }
    static void TearDownTestSuite() { bench_.reset(); }

    void SetUp() override {
        host().config_write(pcie::registers::command, pcie::registers::command_bus_master);
        host().config_write(device_control, 0x2000U | 0x0100U | 0x0020U);
        host().seen.clear();
        host().most_outstanding = 0;
        host().wrong_bytes = 0;
        host().read_latency = 400ns;
        host().corrupts = false;
        host().refuses = false;
        host().forgets = false;
        host().completions_for = probe_id;
    }

    static Host& host() { return bench_->host; }
    static DmaProbe& probe() { return bench_->probe; }

    static DmaResult& run(DmaRun settings) {
        settings.read_from = read_buffer;
        settings.write_to = write_buffer;
        probe().start(settings);
        sc_core::sc_start(
            to_sc_time(settings.warm_up + settings.duration + 60us)); // 256 requests of 512 bytes are 33 us of a link
        EXPECT_TRUE(probe().idle());
        return probe().result();
    }

    static std::unique_ptr<Bench> bench_;
};
std::unique_ptr<Bench> DmaProbeTest::bench_;

TEST_F(DmaProbeTest, IsATestDeviceWithExtendedTags) {
    EXPECT_EQ(host().config_read(0), 0x7028'10EEU);
    EXPECT_NE(host().config_read(0x60 + pcie::registers::device_capabilities) &
                  pcie::registers::device_capabilities_extended_tag,
              0U);
    EXPECT_EQ(probe().function().id(), probe_id);
    EXPECT_EQ(probe().function().max_payload(), 256U);
    EXPECT_EQ(probe().function().max_read_request(), 512U);
    EXPECT_EQ(probe().function().tags(), 256U);
}

TEST_F(DmaProbeTest, WritesAreCutAtTheMaximumPayload) {
    DmaResult& result = run({.bytes = 600, .pages = 2, .duration = 5us});
    EXPECT_GT(result.writes.transfers(), 10U);
    EXPECT_EQ(host().wrong_bytes, 0U);
    const std::vector<Seen> first(host().seen.begin(), host().seen.begin() + 4);
    EXPECT_EQ(first, (std::vector<Seen>{{true, write_buffer, 256},
                                        {true, write_buffer + 256, 256},
                                        {true, write_buffer + 512, 88},
                                        {true, write_buffer + 4096, 256}}));
    EXPECT_EQ(host().seen[6].address, write_buffer) << "after the last page comes the first";
}

TEST_F(DmaProbeTest, ReadsAreCutAtTheMaximumReadRequest) {
    DmaResult& result = run({.operation = pcie::DmaOperation::read, .bytes = 1100, .pages = 1, .duration = 5us});
    EXPECT_GT(result.reads.transfers(), 5U);
    EXPECT_EQ(result.wrong_bytes, 0U);
    EXPECT_EQ(result.failed_transfers, 0U);
    const std::vector<Seen> first(host().seen.begin(), host().seen.begin() + 3);
    EXPECT_EQ(first, (std::vector<Seen>{
                         {false, read_buffer, 512}, {false, read_buffer + 512, 512}, {false, read_buffer + 1024, 76}}));
}

TEST_F(DmaProbeTest, NoRequestCrosses4Kib) {
    run({.operation = pcie::DmaOperation::read_write, .bytes = 256, .pages = 1, .offset = 4000, .duration = 2us});
    const std::vector<Seen> first(host().seen.begin(), host().seen.begin() + 4);
    EXPECT_EQ(first, (std::vector<Seen>{{true, write_buffer + 4000, 96},
                                        {true, write_buffer + 4096, 160},
                                        {false, read_buffer + 4000, 96},
                                        {false, read_buffer + 4096, 160}}));
    EXPECT_EQ(host().wrong_bytes, 0U);
    EXPECT_EQ(probe().result().wrong_bytes, 0U);
}

/// A slow memory: all tags are in use, and no more.
TEST_F(DmaProbeTest, AtMost256RequestsAreOutstanding) {
    host().read_latency = 20us;
    DmaResult& result = run({.operation = pcie::DmaOperation::read, .bytes = 64, .pages = 4, .duration = 60us});
    EXPECT_EQ(result.most_outstanding, 256U);
    EXPECT_EQ(host().most_outstanding, 256U);
    EXPECT_EQ(result.wrong_bytes, 0U);
}

TEST_F(DmaProbeTest, WithoutExtendedTag32RequestsAreOutstanding) {
    host().config_write(device_control, 0x2000U | 0x0020U);
    host().read_latency = 5us;
    DmaResult& result = run({.operation = pcie::DmaOperation::read, .bytes = 64, .pages = 4, .duration = 20us});
    EXPECT_EQ(result.most_outstanding, 32U);
}

TEST_F(DmaProbeTest, WrongBytesAreCounted) {
    host().corrupts = true;
    EXPECT_GT(run({.operation = pcie::DmaOperation::read, .bytes = 64, .pages = 4, .duration = 2us}).wrong_bytes, 0U);
}

TEST_F(DmaProbeTest, RefusedReadsFailAndTheProbeGoesOn) {
    host().refuses = true;
    DmaResult& result = run({.operation = pcie::DmaOperation::read, .bytes = 1024, .pages = 4, .duration = 5us});
    EXPECT_GT(result.failed_transfers, 10U);
    EXPECT_EQ(result.reads.transfers(), 0U);
}

TEST_F(DmaProbeTest, FewerThanTwoTransfersHaveNoBandwidth) {
    const pcie::DmaOperation read = pcie::DmaOperation::read;
    EXPECT_FALSE(run({.operation = read, .bytes = 64, .pages = 4, .duration = 100ns}).bandwidth(read));
    EXPECT_FALSE(probe().result().bandwidth(pcie::DmaOperation::read_write)) << "no writes";
    host().read_latency = 5us;
    EXPECT_FALSE(
        run({.operation = read, .bytes = 64, .pages = 4, .one_at_a_time = true, .duration = 8us}).bandwidth(read));
    EXPECT_EQ(probe().result().reads.transfers(), 1U);
}

/// PCIe base 2.3.2: a completion is expected if its Transaction ID, which is Requester ID and tag, is outstanding.
TEST_F(DmaProbeTest, CompletionsOfAnotherRequesterAreUnexpected) {
    host().completions_for = pcie::Bdf(1, 0, 1);
    probe().start({.operation = pcie::DmaOperation::read, .bytes = 256, .read_from = read_buffer, .duration = 5us});
    sc_core::sc_start(sc_core::sc_time(60, sc_core::SC_US));
    EXPECT_EQ(probe().result().unexpected_completions, host().seen.size()) << "one for each request";
    EXPECT_EQ(probe().result().reads.transfers(), 0U);
    EXPECT_FALSE(probe().idle()) << "its own are waited for";
    probe().give_up();
}

/// Every transfer that has begun, whether its requests are out or wait for tags; then the probe is as new.
TEST_F(DmaProbeTest, ReadsThatAreGivenUpHaveFailedAndTheProbeGoesOn) {
    host().forgets = true;
    probe().start({.operation = pcie::DmaOperation::read, .bytes = 1024, .read_from = read_buffer, .duration = 5us});
    sc_core::sc_start(sc_core::sc_time(60, sc_core::SC_US));
    EXPECT_FALSE(probe().idle());
    probe().give_up();
    EXPECT_TRUE(probe().idle());
    EXPECT_EQ(probe().result().failed_transfers, 128U) << "256 tags, two for each transfer";
    host().forgets = false;
    DmaResult& result = run({.operation = pcie::DmaOperation::read, .bytes = 1024, .pages = 4, .duration = 5us});
    EXPECT_GT(result.reads.transfers(), 5U);
    EXPECT_EQ(result.wrong_bytes + result.failed_transfers + result.unexpected_completions, 0U);
}

/// Request 24 bytes, completion 84 bytes of 0.25 ns; two flights of 60 ns; memory.
TEST_F(DmaProbeTest, LatencyIsFromTheRequestToTheLastByte) {
    DmaResult& result =
        run({.operation = pcie::DmaOperation::read, .bytes = 64, .pages = 4, .one_at_a_time = true, .duration = 100us});
    const SimTime unloaded = 6ns + 60ns + 400ns + 60ns + 21ns;
    EXPECT_EQ(result.most_outstanding, 1U);
    EXPECT_GT(result.latency.count(), 150U);
    EXPECT_GE(result.latency.percentile(0), unloaded);
    EXPECT_LT(result.latency.percentile(50), unloaded + 10ns);
    EXPECT_LE(result.latency.percentile(50), result.latency.percentile(99));
    EXPECT_LE(result.latency.percentile(99), result.latency.percentile(100));
}

TEST_F(DmaProbeTest, WritesAndReadsTakeTurns) {
    run({.operation = pcie::DmaOperation::read_write, .bytes = 64, .pages = 8, .duration = 10us});
    ASSERT_GT(host().seen.size(), 300U);
    for (std::size_t i = 0; i < host().seen.size(); ++i) {
        EXPECT_EQ(host().seen[i].is_write, i % 2 == 0) << i;
    }
    EXPECT_EQ(host().wrong_bytes, 0U);
}

TEST_F(DmaProbeTest, WritesAndReadsAreEquallyFast) {
    DmaResult& result =
        run({.operation = pcie::DmaOperation::read_write, .bytes = 512, .pages = 8, .warm_up = 2us, .duration = 20us});
    EXPECT_NEAR(result.reads.bandwidth().value(), result.writes.bandwidth().value(),
                0.01 * result.reads.bandwidth().value());
}

TEST_F(DmaProbeTest, IsNotStartedBeforeSoftwareMadeItABusMaster) {
    host().config_write(pcie::registers::command, 0);
    EXPECT_THROW(probe().start({.bytes = 64, .duration = 1us}), core::ModelViolation);
    EXPECT_THROW(probe().start({.bytes = 66, .duration = 1us}), core::ModelViolation);
}

/// PCIe base 2.9.1: "DL_Down status is handled as a reset".
TEST_F(DmaProbeTest, LinkThatGoesDownIsAReset) {
    host().forgets = true;
    sc_core::sc_start(to_sc_time(link_down.from - 5us - now()));
    probe().start({.operation = pcie::DmaOperation::read, .bytes = 1024, .read_from = read_buffer, .duration = 1ms});
    sc_core::sc_start(sc_core::sc_time(50, sc_core::SC_US));
    EXPECT_TRUE(probe().idle()) << "what was outstanding is forgotten, and nothing begins any more";
    EXPECT_TRUE(probe().result().reset);
    EXPECT_EQ(probe().result().failed_transfers, 128U) << "256 tags, two for each transfer";
    EXPECT_FALSE(probe().function().bus_master_enabled());
    EXPECT_EQ(probe().function().id(), pcie::Bdf());
    EXPECT_EQ(probe().function().max_payload(), 128U);
    EXPECT_EQ(probe().function().tags(), 32U);

    SetUp(); // as software does
    EXPECT_EQ(probe().function().id(), probe_id);
    DmaResult& result = run({.operation = pcie::DmaOperation::read, .bytes = 1024, .pages = 4, .duration = 5us});
    EXPECT_GT(result.reads.transfers(), 5U);
    EXPECT_FALSE(result.reset);
    EXPECT_EQ(result.wrong_bytes + result.failed_transfers + result.unexpected_completions, 0U);
}

TEST(LatencySamples, PercentilesAreThoseOfTheNearestRank) {
    LatencySamples samples;
    EXPECT_EQ(samples.percentile(50), SimTime{0});
    for (int i = 200; i >= 1; --i) {
        samples.add(SimTime{i});
    }
    EXPECT_EQ(samples.percentile(0), SimTime{1});
    EXPECT_EQ(samples.percentile(50), SimTime{100});
    EXPECT_EQ(samples.percentile(99), SimTime{198});
    EXPECT_EQ(samples.percentile(100), SimTime{200});
}

} // namespace
} // namespace rootpool::models
