// Reads in both directions through the switch, between ends that give a request's credits back when its completion is
// on the wire. In one queue for all classes the completions stand behind reads that wait for these very completions.
// The ordering table lets them pass (PCIe base 2.4.1, table 2-42, D4).
#include <gmock/gmock.h>

#include "pooled_platform.h"

namespace rootpool::models::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr unsigned reads = 100; ///< of each end: more than all buffers hold

PlatformConfig config_of(pcie::OrderingPolicy ordering) {
    PlatformConfig config;
    config.ordering = ordering;
    config.fence_timeout = SimTime{0}; // a fence would end the deadlock at the cost of a root
    config.device_credits[pcie::FlowClass::non_posted].limit = {4, 4};
    config.root_credits[pcie::FlowClass::non_posted].limit = {4, 4};
    return config;
}

struct Watched {
    Watched(const std::string& name, pcie::OrderingPolicy ordering) : platform(name, config_of(ordering)) {
        platform.watch(watchdog);
    }
    void keep(const std::string& text) { reason = text; }

    void read_in_both_directions() {
        platform.bring_up();
        FakeComponent& root = *platform.roots[1];
        for (FakeComponent* end : {&root, static_cast<FakeComponent*>(&platform.device)}) {
            end->holds_requests = true;
            end->completions.clear();
        }
        for (unsigned read = 0; read < reads; ++read) {
            const pcie::Tag tag(static_cast<std::uint16_t>(read));
            root.send(memory_request(pcie::TlpKind::memory_read, {}, PooledPlatform::slave_window, 1, tag));
            platform.device.send(memory_request(pcie::TlpKind::memory_read, platform.device.vf(0), 0x1000, 1, tag));
        }
        PooledPlatform::run_for(3ms);
    }

    PooledPlatform platform;
    std::string reason;
    Watchdog watchdog{platform.scheduler, 1ms, Watchdog::Report::to<&Watched::keep>(*this)};
};

class DeadlockTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        table = std::make_unique<Watched>("table", pcie::OrderingPolicy::table);
        fifo = std::make_unique<Watched>("fifo", pcie::OrderingPolicy::fifo);
    }
    static void TearDownTestSuite() {
        table.reset();
        fifo.reset();
    }
    static std::unique_ptr<Watched> table;
    static std::unique_ptr<Watched> fifo;
};
std::unique_ptr<Watched> DeadlockTest::table;
std::unique_ptr<Watched> DeadlockTest::fifo;

TEST_F(DeadlockTest, with_the_ordering_table_everything_is_answered) {
    table->read_in_both_directions();
    EXPECT_EQ(table->platform.roots[1]->completions.size(), reads);
    EXPECT_EQ(table->platform.device.completions.size(), reads);
    EXPECT_THAT(table->reason, IsEmpty());
}

TEST_F(DeadlockTest, with_one_queue_for_all_classes_nothing_moves_and_the_report_names_the_cycle) {
    fifo->read_in_both_directions();
    EXPECT_LT(fifo->platform.roots[1]->completions.size(), reads);
    EXPECT_LT(fifo->platform.device.completions.size(), reads);
    ASSERT_THAT(fifo->reason, HasSubstr("cycle of waiting:"));
    const std::string cycle = fifo->reason.substr(fifo->reason.find("cycle of waiting:"));
    EXPECT_THAT(cycle, AllOf(HasSubstr("fifo_device receive non-posted waits for fifo_device transmit completion"),
                             HasSubstr("fifo_device transmit completion waits for fifo_device transmit non-posted"),
                             HasSubstr("fifo_root1 receive non-posted waits for fifo_root1 transmit completion"),
                             HasSubstr("fifo_root1 transmit completion waits for fifo_root1 transmit non-posted")));
}

TEST_F(DeadlockTest, idle_platform_costs_the_watchdog_nothing) {
    PooledPlatform::run_for(5ms);
    const std::uint64_t before = table->platform.scheduler.fired();
    PooledPlatform::run_for(100ms);
    EXPECT_EQ(table->platform.scheduler.fired(), before);
}

} // namespace
} // namespace rootpool::models::test
