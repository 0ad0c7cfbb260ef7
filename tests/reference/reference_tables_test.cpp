#include <gtest/gtest.h>

#include <stdexcept>

#include "rootpool/pcie/tlp_builder.h"
#include "tests/reference/limits.h"
#include "tests/reference/ordering.h"

namespace rootpool::reference {
namespace {

TEST(ReferenceTicks, AreExactAtEveryRate) {
    EXPECT_EQ(LinkTicks(1, 1, DllpLength::exact).time_of(1000), 4us);
    EXPECT_EQ(LinkTicks(2, 8, DllpLength::exact).time_of(1000), 1us);
    EXPECT_EQ(LinkTicks(3, 4, DllpLength::exact).time_of(3), SimTime{3'046'875});
    const LinkTicks fastest(5, 16, DllpLength::exact); // 63,476.5625 fs
    EXPECT_EQ(fastest.time_of(1), SimTime{63'477});
    EXPECT_EQ(fastest.time_of(16), SimTime{1'015'625});
    EXPECT_EQ(fastest.ticks_in(SimTime{63'476}), 1);
    EXPECT_EQ(fastest.ticks_in(SimTime{63'477}), 2);
}

TEST(ReferenceTicks, GiveTheLengthsOfPackets) {
    const auto length = [](unsigned width) { return LinkTicks(2, width, DllpLength::exact).tlp_length(88); };
    EXPECT_EQ(length(1), 88);
    EXPECT_EQ(length(2), 44);
    EXPECT_EQ(length(4), 22);
    EXPECT_EQ(length(16), 22);
    EXPECT_EQ(LinkTicks(2, 1, DllpLength::exact).dllp_length(), 8);
    EXPECT_EQ(LinkTicks(2, 16, DllpLength::one_lane).dllp_length(), 32);
    EXPECT_EQ(LinkTicks(2, 8, DllpLength::exact).skip_length(), 8);
    EXPECT_EQ(LinkTicks(3, 8, DllpLength::exact).skip_length(), 32);
    EXPECT_EQ(LinkTicks(3, 8, DllpLength::exact).skip_interval(), 12'000);
}

TEST(ReferenceTicks, RefuseWhatIsNoLink) {
    EXPECT_THROW(LinkTicks(6, 8, DllpLength::exact), std::invalid_argument);
    EXPECT_THROW(LinkTicks(2, 3, DllpLength::exact), std::invalid_argument);
    EXPECT_THROW((void)ack_limit_symbols(2, 8, 100), std::invalid_argument);
}

TEST(ReferenceLimits, AreThoseOfTheSpecification) {
    EXPECT_EQ(ack_limit_symbols(1, 1, 128), 237);
    EXPECT_EQ(ack_limit_symbols(2, 8, 256), 158);
    EXPECT_EQ(ack_limit_symbols(2, 4, 1024), 333);
    EXPECT_EQ(ack_limit_symbols(3, 16, 4096), 630);
    EXPECT_EQ(ack_limit_symbols(3, 8, 512), 182);
}

/// Reads the ordering table.
class ReferenceOrdering : public ::testing::Test {
protected:
    static constexpr pcie::Bdf card{0x100};
    static constexpr pcie::Bdf other_card{0x200};
    static constexpr pcie::Attributes relaxed{false, true, false};
    static constexpr pcie::Attributes by_id{false, false, true};

    [[nodiscard]] static pcie::TlpHeader write(pcie::Bdf from, pcie::Attributes attributes = {}) {
        return pcie::memory_write(from, pcie::Tag(0), 0x1000, 4, attributes);
    }
    [[nodiscard]] static pcie::TlpHeader read(pcie::Bdf from, pcie::Attributes attributes = {}) {
        return pcie::memory_read(from, pcie::Tag(1), 0x1000, 4, attributes);
    }
    [[nodiscard]] static pcie::TlpHeader config_write(pcie::Attributes attributes = {}) {
        pcie::TlpHeader header = pcie::config_write(pcie::ConfigType::type_0, card, pcie::Tag(2), other_card, 0x10);
        header.attributes = attributes;
        return header;
    }
    [[nodiscard]] static pcie::TlpHeader answer(pcie::Bdf completer, pcie::Attributes attributes = {}) {
        pcie::TlpHeader header = pcie::completion_with_data(read(card), completer);
        header.attributes = attributes;
        return header;
    }
    [[nodiscard]] bool passes(const pcie::TlpHeader& later, const pcie::TlpHeader& earlier) {
        return may_pass(*factory_.make(later, pcie::RootId(0)), *factory_.make(earlier, pcie::RootId(0)),
                        Mutation::none);
    }

    pcie::TlpFactory factory_; // payloads do not matter here: TLPs with data are made without
};

TEST_F(ReferenceOrdering, HoldsPostedRequestsInOrder) {
    EXPECT_FALSE(passes(write(card), write(other_card)));
    EXPECT_TRUE(passes(write(card, relaxed), write(card)));
    EXPECT_FALSE(passes(write(card, by_id), write(card)));
    EXPECT_TRUE(passes(write(card, by_id), write(other_card)));
}

TEST_F(ReferenceOrdering, HoldsNonPostedRequestsBehindPosted) {
    EXPECT_FALSE(passes(read(card, relaxed), write(card)));
    EXPECT_TRUE(passes(read(card, by_id), write(other_card)));
    EXPECT_FALSE(passes(config_write(), write(card)));
    EXPECT_TRUE(passes(config_write(relaxed), write(card)));
    EXPECT_TRUE(passes(config_write(by_id), write(other_card)));
}

TEST_F(ReferenceOrdering, HoldsCompletionsBehindPosted) {
    EXPECT_FALSE(passes(answer(other_card), write(card)));
    EXPECT_TRUE(passes(answer(other_card, relaxed), write(card)));
    EXPECT_TRUE(passes(answer(other_card, by_id), write(card)));
    EXPECT_FALSE(passes(answer(card, by_id), write(card)));
    EXPECT_TRUE(passes(pcie::completion(config_write(), other_card), write(card)));
    EXPECT_FALSE(
        passes(pcie::completion(config_write(), other_card, pcie::CompletionStatus::unsupported_request), write(card)));
}

TEST_F(ReferenceOrdering, LetsAnythingPassNonPosted) {
    for (const pcie::TlpHeader& later : {write(card), read(card), config_write(), answer(card)}) {
        EXPECT_TRUE(passes(later, read(card)));
        EXPECT_TRUE(passes(later, config_write()));
    }
}

TEST_F(ReferenceOrdering, HoldsCompletionsOfOneTransactionInOrder) {
    EXPECT_FALSE(passes(answer(other_card), answer(card)));
    pcie::TlpHeader other_tag = answer(card);
    other_tag.tag = pcie::Tag(9);
    EXPECT_TRUE(passes(other_tag, answer(card)));
    EXPECT_TRUE(passes(write(card), answer(card)));
    EXPECT_TRUE(passes(read(card), answer(card)));
}

TEST_F(ReferenceOrdering, IsForOneRoot) {
    EXPECT_TRUE(may_pass(*factory_.make(write(card), pcie::RootId(1)), *factory_.make(write(card), pcie::RootId(0)),
                         Mutation::none));
}

} // namespace
} // namespace rootpool::reference
