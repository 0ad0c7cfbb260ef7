// A receiver that keeps credits for set times.
#include <gtest/gtest.h>

#include "models/pcie/credit_hold.h"
#include "tests/model/pcie/link_bench.h"

namespace rootpool::models {
namespace {

/// Is done with each TLP at a time of its own.
struct Holder : PortOwner {
    Holder(Scheduler& scheduler, std::vector<SimTime> times)
        : port("receiver", *this, test::credits(8, 64)), done(std::move(times)),
          hold(port, scheduler, {{1us, 3us}, {5us, 20us}}) {}
    void on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime /*last_beat*/) override {
        hold.release(*tlp, done.at(came++));
    }
    Port port;
    std::vector<SimTime> done;
    std::size_t came = 0;
    CreditHold hold;
};

TEST(CreditHold, EndsOfItsTimesCountNotTheOrderInWhichTheTlpsCame) {
    WheelScheduler scheduler("scheduler");
    pcie::TlpFactory tlps;
    test::Recorder ignored;
    Port sender("sender", ignored, test::credits(8, 64));
    Holder holder(scheduler, {6us, 2us}); // a write into memory that is slow, and a message
    Link link("link", scheduler, LinkConfig{{pcie::Generation::gen2, 8}, test::latency, 128});
    link.connect(sender, holder.port);
    test::run_to(1500ns);
    for (unsigned i = 0; i < 2; ++i) {
        sender.send(tlps.make(pcie::memory_write(pcie::Bdf(), pcie::Tag(0), 0x1000, 4), std::vector<std::uint8_t>(4)),
                    now());
    }
    test::run_to(2500ns);
    ASSERT_EQ(holder.came, 2U);
    EXPECT_EQ(holder.hold.held(pcie::FlowClass::posted), 2U);
    test::run_to(4us);
    EXPECT_EQ(holder.hold.held(pcie::FlowClass::posted), 1U) << "its time ended at 3 us";
    test::run_to(19us);
    EXPECT_EQ(holder.hold.held(pcie::FlowClass::posted), 1U);
    test::run_to(21us);
    EXPECT_EQ(holder.hold.held(pcie::FlowClass::posted), 0U);
}

} // namespace
} // namespace rootpool::models
