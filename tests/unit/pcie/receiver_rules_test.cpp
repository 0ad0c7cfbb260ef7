#include "rootpool/pcie/receiver_rules.h"

#include <gtest/gtest.h>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {
namespace {

constexpr unsigned max_payload = 256;
const TlpHeader write = memory_write(Bdf(3, 0, 0), Tag(0), 0x1F00, 256);
const TlpHeader read = memory_read(Bdf(3, 0, 0), Tag(0), 0x1000, 4096);
const TlpHeader data = completion_with_data(memory_read(Bdf(3, 0, 0), Tag(0), 0x1000, 64), Bdf(0, 1, 0));

TlpHeader changed(TlpHeader header, void (*change)(TlpHeader&)) {
    change(header);
    return header;
}

TEST(ReceiverRules, well_formed_tlps_are_none_of_its_business) {
    EXPECT_FALSE(is_malformed(write, max_payload));
    EXPECT_FALSE(is_malformed(read, max_payload)) << "a read carries no data";
    EXPECT_FALSE(is_malformed(data, max_payload));
    EXPECT_FALSE(is_malformed(message(Bdf(3, 0, 0), 0x31, 0), max_payload));
    EXPECT_FALSE(is_malformed(memory_read(Bdf(3, 0, 0), Tag(0), 0x1000, 0), max_payload)) << "zero-length read";
}

TEST(ReceiverRules, data_above_the_maximum_payload) {
    EXPECT_TRUE(is_malformed(write, 128));
    EXPECT_TRUE(is_malformed(changed(data, [](TlpHeader& h) { h.byte_count = h.length_dw = 512; }), max_payload));
}

TEST(ReceiverRules, request_across_4_kb) {
    EXPECT_TRUE(is_malformed(changed(write, [](TlpHeader& h) { h.address += 4; }), max_payload));
    EXPECT_TRUE(is_malformed(changed(read, [](TlpHeader& h) { h.address += 4; }), max_payload));
}

TEST(ReceiverRules, impossible_byte_enables) {
    EXPECT_TRUE(is_malformed(changed(write, [](TlpHeader& h) { h.first_be = 0; }), max_payload));
    EXPECT_TRUE(is_malformed(changed(write, [](TlpHeader& h) { h.last_be = 0; }), max_payload));
    EXPECT_TRUE(is_malformed(changed(write, [](TlpHeader& h) { h.length_dw = 1; }), max_payload));
    EXPECT_FALSE(is_malformed(changed(read,
                                      [](TlpHeader& h) {
                                          h.processing_hint = true;
                                          h.first_be = h.last_be = 0;
                                      }),
                              max_payload))
        << "a steering tag stands there";
}

TEST(ReceiverRules, completion_with_more_data_than_its_byte_count) {
    EXPECT_TRUE(is_malformed(changed(data, [](TlpHeader& h) { h.byte_count = 60; }), max_payload));
}

TEST(ReceiverRules, configuration_and_messages_by_all_rules) {
    const TlpHeader config = config_read(ConfigType::type_0, Bdf(0, 0, 0), Tag(1), Bdf(3, 0, 0), 0x10);
    EXPECT_FALSE(is_malformed(config, max_payload));
    EXPECT_TRUE(is_malformed(changed(config, [](TlpHeader& h) { h.length_dw = 2; }), max_payload));
    EXPECT_TRUE(is_malformed(message(Bdf(3, 0, 0), 0x31, 4), max_payload)) << "ERR_NONFATAL goes to the root";
}

} // namespace
} // namespace rootpool::pcie
