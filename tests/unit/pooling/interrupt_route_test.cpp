#include "rootpool/pooling/interrupt_route.h"

#include <array>
#include <gmock/gmock.h>
#include <stdexcept>

#include "requests.h"

namespace rootpool::pooling {
namespace {

using pcie::TlpHeader;
using pcie::TlpKind;
using pcie::VfIndex;

constexpr std::uint8_t table_bar = 3;
constexpr std::uint64_t table = 0x1000;
constexpr VfIndex vf1(1);
constexpr auto window = static_cast<std::uint32_t>(interrupt_window_base);

DeviceProfile profile() {
    DeviceProfile result;
    result.total_vfs = 4;
    result.vf_msix_vectors = 3;
    result.vf_msix_table_offset = table;
    return result;
}

/// The number that the device gets for a vector.
constexpr std::uint32_t number(unsigned vf, unsigned vector) { return 1 + vf * 3 + vector; }

/// A table of three vectors behind each of four VFs, at 1000h of BAR 3.
class TranslatedInterruptsTest : public testing::Test {
protected:
    struct Written {
        TlpHeader header;
        std::vector<std::uint32_t> device; ///< what the device gets
    };
    Written write(VfIndex vf, std::uint64_t offset, std::vector<std::uint32_t> dwords, std::uint8_t first_be = 0xF,
                  std::uint8_t last_be = 0xF) {
        TlpHeader header =
            test::memory(TlpKind::memory_write, 0xE000'0000 + offset, static_cast<std::uint16_t>(dwords.size()));
        header.first_be = first_be;
        header.last_be = dwords.size() > 1 ? last_be : std::uint8_t{0};
        route->write({table_bar, vf, offset}, header, bytes(dwords));
        return {header, dwords};
    }
    std::vector<std::uint32_t> read(VfIndex vf, std::uint64_t offset, std::vector<std::uint32_t> device) const {
        route->read(vf, offset, bytes(device));
        return device;
    }
    InterruptHit send(
        VfIndex vf, std::uint32_t data, void (*change)(TlpHeader&) = [](TlpHeader&) {}) const {
        TlpHeader header = test::memory(TlpKind::memory_write, interrupt_window_base);
        change(header);
        std::vector<std::uint32_t> payload(header.length_dw, data);
        return route->find(vf, header, bytes(payload));
    }
    static core::MutableByteView bytes(std::vector<std::uint32_t>& dwords) {
        return {reinterpret_cast<std::uint8_t*>(dwords.data()), dwords.size() * 4};
    }

    std::unique_ptr<InterruptRoute> route = make_interrupt_route("translate", profile());
};

TEST_F(TranslatedInterruptsTest, intercepts_what_touches_the_table_and_nothing_else) {
    const auto intercepts = [this](std::uint8_t bar, std::uint64_t offset, unsigned size) {
        return route->intercepts({bar, vf1, offset}, size);
    };
    EXPECT_TRUE(intercepts(table_bar, table, 4));
    EXPECT_TRUE(intercepts(table_bar, table + 44, 4));
    EXPECT_TRUE(intercepts(table_bar, table - 4, 8));
    EXPECT_FALSE(intercepts(table_bar, table - 4, 4));
    EXPECT_FALSE(intercepts(table_bar, table + 48, 4));
    EXPECT_FALSE(intercepts(0, table, 4));
}

TEST_F(TranslatedInterruptsTest, programs_the_reserved_address_and_a_number_of_its_own_for_each_vector) {
    EXPECT_THAT(write(vf1, table + 32, {0xFEE0'1000, 0x5, 0x41}).device, testing::ElementsAre(window, 0, number(1, 2)));
    EXPECT_THAT(write(VfIndex(3), table, {0xFEE0'1000, 0x5, 0x41}).device,
                testing::ElementsAre(window, 0, number(3, 0)));
}

TEST_F(TranslatedInterruptsTest, lets_vector_control_pass) {
    EXPECT_THAT(write(vf1, table + 12, {0x1234'5671}).device, testing::ElementsAre(0x1234'5671));
    EXPECT_THAT(write(vf1, table + 8, {0x41, 0x1}).device, testing::ElementsAre(number(1, 0), 0x1));
    EXPECT_THAT(read(vf1, table + 8, {number(1, 0), 0x1}), testing::ElementsAre(0x41, 0x1));
}

TEST_F(TranslatedInterruptsTest, leaves_the_dwords_beside_the_table_alone) {
    EXPECT_THAT(write(vf1, table - 4, {0xAAAA'AAAA, 0xFEE0'0000}).device, testing::ElementsAre(0xAAAA'AAAA, window));
    EXPECT_THAT(write(vf1, table + 44, {0, 0xBBBB'BBBB}).device, testing::ElementsAre(0, 0xBBBB'BBBB));
    EXPECT_THAT(read(vf1, table - 4, {0xCCCC'CCCC, window}), testing::ElementsAre(0xCCCC'CCCC, 0xFEE0'0000));
    EXPECT_THAT(read(vf1, table + 44, {1, 0xDDDD'DDDD}), testing::ElementsAre(1, 0xDDDD'DDDD));
}

TEST_F(TranslatedInterruptsTest, gives_back_what_was_written) {
    write(vf1, table + 16, {0xFEE0'2004, 0x7, 0x55, 0});
    EXPECT_THAT(read(vf1, table + 16, {window, 0, number(1, 1), 1}), testing::ElementsAre(0xFEE0'2004, 0x7, 0x55, 1))
        << "vector control is the device's";
    EXPECT_THAT(read(VfIndex(2), table + 16, {window, 0, 8, 1}), testing::ElementsAre(0, 0, 0, 1))
        << "another VF's table";
}

TEST_F(TranslatedInterruptsTest, keeps_only_the_bytes_that_are_enabled_and_programs_whole_words) {
    write(vf1, table, {0xFEE0'1000, 0, 0x1122'3344});
    const Written low_half = write(vf1, table + 8, {0xAAAA'BBBB}, 0x3);
    EXPECT_EQ(low_half.header.first_be, 0xF);
    EXPECT_THAT(low_half.device, testing::ElementsAre(number(1, 0)));
    EXPECT_THAT(read(vf1, table + 8, {0}), testing::ElementsAre(0x1122'BBBB));

    const Written pair = write(vf1, table, {0xFE00'0000, 0x0000'0007}, 0x8, 0x1);
    EXPECT_EQ(pair.header.first_be, 0xF);
    EXPECT_EQ(pair.header.last_be, 0xF);
    EXPECT_THAT(read(vf1, table, {0, 0}), testing::ElementsAre(0xFEE0'1000, 0x7));
}

TEST_F(TranslatedInterruptsTest, keeps_the_byte_enables_of_what_is_not_its_own) {
    const Written mixed = write(vf1, table + 8, {0x41, 0x1}, 0x1, 0x1);
    EXPECT_EQ(mixed.header.first_be, 0xF);
    EXPECT_EQ(mixed.header.last_be, 0x1) << "vector control";
    const Written nothing = write(vf1, table + 24, {0x41}, 0);
    EXPECT_EQ(nothing.header.first_be, 0);
    EXPECT_THAT(nothing.device, testing::ElementsAre(0x41)) << "no byte of it is written";
    EXPECT_THAT(read(vf1, table + 24, {9}), testing::ElementsAre(0));
}

TEST_F(TranslatedInterruptsTest, has_no_byte_address_for_messages) {
    write(vf1, table, {0xFEE0'1003, 0, 0x41});
    EXPECT_THAT(read(vf1, table, {0}), testing::ElementsAre(0xFEE0'1000));
    EXPECT_EQ(send(vf1, number(1, 0)).message->address, 0xFEE0'1000U);
}

TEST_F(TranslatedInterruptsTest, exchanges_address_and_data_of_a_message) {
    write(vf1, table + 16, {0xFEE0'2000, 0x7, 0x55});
    const InterruptHit hit = send(vf1, number(1, 1));
    EXPECT_TRUE(hit.in_window);
    EXPECT_EQ(hit.message, (InterruptMessage{0x7'FEE0'2000, 0x55}));
}

TEST_F(TranslatedInterruptsTest, needs_no_write_of_the_upper_address) {
    write(vf1, table, {0xFEE0'1000});
    EXPECT_FALSE(send(vf1, number(1, 0)).message) << "its data was never written";
    write(vf1, table + 8, {0x41});
    EXPECT_EQ(send(vf1, number(1, 0)).message, (InterruptMessage{0xFEE0'1000, 0x41}));
}

TEST_F(TranslatedInterruptsTest, knows_no_message_of_another_vf) {
    write(vf1, table, {0xFEE0'1000, 0, 0x41});
    EXPECT_TRUE(send(VfIndex(2), number(1, 0)).in_window);
    EXPECT_FALSE(send(VfIndex(2), number(1, 0)).message);
    EXPECT_TRUE(send(vf1, number(1, 0)).message);
}

TEST_F(TranslatedInterruptsTest, knows_no_message_of_an_entry_that_was_never_written) {
    for (const std::uint32_t data : {0U, number(1, 0), number(3, 2), number(4, 0), 0xFFFF'FFFFU}) {
        EXPECT_TRUE(send(vf1, data).in_window) << data;
        EXPECT_FALSE(send(vf1, data).message) << data;
    }
}

TEST_F(TranslatedInterruptsTest, knows_no_message_that_is_not_one_whole_dword_at_the_reserved_address) {
    write(vf1, table, {0xFEE0'1000, 0, 0x41});
    constexpr std::array<void (*)(TlpHeader&), 5> changes = {{
        [](TlpHeader& h) { h.length_dw = 2; },
        [](TlpHeader& h) { h.first_be = 0x3; },
        [](TlpHeader& h) { h.address += 4; },
        [](TlpHeader& h) { h.poisoned = true; },
        [](TlpHeader& h) { h.kind = TlpKind::memory_read; },
    }};
    for (const auto change : changes) {
        const InterruptHit hit = send(vf1, number(1, 0), change);
        EXPECT_TRUE(hit.in_window);
        EXPECT_FALSE(hit.message);
    }
}

TEST_F(TranslatedInterruptsTest, leaves_dma_outside_the_window_alone) {
    write(vf1, table, {0xFEE0'1000, 0, 0x41});
    EXPECT_FALSE(send(vf1, number(1, 0), [](TlpHeader& h) { h.address -= 4; }).in_window);
    EXPECT_FALSE(send(vf1, number(1, 0), [](TlpHeader& h) { h.address += interrupt_window_bytes; }).in_window);
    EXPECT_FALSE(send(vf1, number(1, 0), [](TlpHeader& h) { h.address |= 1ULL << 32U; }).in_window);
}

TEST_F(TranslatedInterruptsTest, forgets_one_vf_at_its_reset) {
    write(vf1, table, {0xFEE0'1000, 0, 0x41});
    write(VfIndex(2), table, {0xFEE0'1000, 0, 0x42});
    route->clear(vf1);
    EXPECT_FALSE(send(vf1, number(1, 0)).message);
    EXPECT_THAT(read(vf1, table, {window, 0, number(1, 0)}), testing::ElementsAre(0, 0, 0));
    EXPECT_TRUE(send(VfIndex(2), number(2, 0)).message);
}

TEST_F(TranslatedInterruptsTest, needs_two_words_of_64_bits_for_each_vector) {
    EXPECT_EQ(route->table_bytes(), 4U * 3U * 16U);
    EXPECT_EQ(make_interrupt_route("translate", {})->table_bytes(), 64U * 3U * 16U) << "82599";
}

TEST(DirectInterrupts, keep_nothing) {
    const auto route = make_interrupt_route("direct", profile());
    EXPECT_FALSE(route->intercepts({table_bar, vf1, table}, 4));
    const std::array<std::uint8_t, 4> data{1, 0, 0, 0};
    EXPECT_FALSE(route->find(vf1, test::memory(TlpKind::memory_write, interrupt_window_base), data).in_window);
    EXPECT_EQ(route->table_bytes(), 0U);
}

TEST(MakeInterruptRoute, refuses_an_unknown_name_and_says_what_there_is) {
    EXPECT_THAT([] { static_cast<void>(make_interrupt_route("pigeon", {})); },
                testing::ThrowsMessage<std::invalid_argument>(testing::HasSubstr("direct, translate")));
}

TEST(MakeInterruptRoute, refuses_a_table_that_cannot_be) {
    constexpr std::array<void (*)(DeviceProfile&), 4> changes = {{
        [](DeviceProfile& p) { p.vf_msix_bar = 6; },
        [](DeviceProfile& p) { p.vf_msix_table_offset = 4; },
        [](DeviceProfile& p) { p.vf_msix_vectors = 0; },
        [](DeviceProfile& p) { p.vf_msix_vectors = 2049; },
    }};
    for (const auto change : changes) {
        DeviceProfile wrong;
        change(wrong);
        EXPECT_THROW(static_cast<void>(make_interrupt_route("translate", wrong)), std::invalid_argument);
    }
}

} // namespace
} // namespace rootpool::pooling
