#include "rootpool/pcie/dllp.h"

#include <gtest/gtest.h>

namespace rootpool::pcie {
namespace {

/// The CRC of PCIe base 3.5.3, bit by bit as its figure 3-5 draws it: bit 0 of each byte first, the result complemented
/// and mirrored.
std::uint16_t shift_register(const std::array<std::uint8_t, 6>& bytes) {
    std::uint16_t crc = 0xFFFF;
    for (int byte = 0; byte < 4; ++byte) {
        for (int bit = 0; bit < 8; ++bit) {
            const bool in = (bytes[byte] >> bit & 1) != 0;
            const bool out = (crc & 0x8000) != 0;
            crc = static_cast<std::uint16_t>(crc << 1 ^ (in != out ? 0x100B : 0));
        }
    }
    std::uint16_t mirrored = 0;
    for (int bit = 0; bit < 16; ++bit) {
        mirrored = static_cast<std::uint16_t>(mirrored | (crc >> bit & 1) << (15 - bit));
    }
    return static_cast<std::uint16_t>(~mirrored);
}

TEST(Dllp, AckCarriesItsSequenceNumberInTheLowBits) {
    const auto bytes = encode({DllpKind::ack, {}, 0xABC, {}});
    EXPECT_EQ(bytes[0], 0x00);
    EXPECT_EQ(bytes[1], 0x00);
    EXPECT_EQ(bytes[2], 0x0A);
    EXPECT_EQ(bytes[3], 0xBC);
    EXPECT_EQ(encode({DllpKind::nak, {}, 1, {}})[0], 0x10);
}

TEST(Dllp, FlowControlCarriesEightHeaderAndTwelveDataBits) {
    const auto bytes = encode({DllpKind::update_fc, FlowClass::non_posted, 0, {0xFF, 0x123}});
    EXPECT_EQ(bytes[0], 0x90);
    EXPECT_EQ(bytes[1], 0x3F);
    EXPECT_EQ(bytes[2], 0xC1);
    EXPECT_EQ(bytes[3], 0x23);
    EXPECT_EQ(encode({DllpKind::init_fc1, FlowClass::posted, 0, {}})[0], 0x40);
    EXPECT_EQ(encode({DllpKind::init_fc2, FlowClass::completion, 0, {}})[0], 0xE0);
}

TEST(Dllp, CrcIsThatOfTheShiftRegister) {
    for (const Dllp& dllp : {Dllp{DllpKind::ack, {}, 0xABC, {}}, Dllp{DllpKind::nak, {}, 0, {}},
                             Dllp{DllpKind::update_fc, FlowClass::completion, 0, {0x5A, 0xFFF}}}) {
        const auto bytes = encode(dllp);
        EXPECT_EQ(bytes[4] | bytes[5] << 8, shift_register(bytes));
    }
}

} // namespace
} // namespace rootpool::pcie
