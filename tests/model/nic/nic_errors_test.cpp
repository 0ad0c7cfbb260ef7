#include "nic_platform.h"

namespace rootpool::models::test {
namespace {

/// What the 82599 reports, with every error unmasked and every message enabled in the PF.
class NicErrors : public NicPlatform {
protected:
    static constexpr std::uint16_t device_control = 0xA8;
    static constexpr std::uint16_t uncorrectable_status = 0x104;
    static constexpr std::uint16_t aer_control = 0x118;
    static constexpr std::uint16_t header_log = 0x11C;

    void SetUp() override {
        NicPlatform::SetUp();
        a.root.config_write(Server::pf, device_control, 0x283F);
        a.root.config_write(Server::pf, 0x114, 0);
        clear();
    }
    void clear() {
        for (const pcie::Bdf function : {Server::pf, Server::vf_id(0)}) {
            a.root.config_write(function, uncorrectable_status, 0xFFFF'FFFF);
            a.root.config_write(function, 0x110, 0xFFFF'FFFF);
        }
        a.root.messages.clear();
    }
    void send(const pcie::TlpHeader& header, bool ecrc_bad = false) {
        const std::vector<std::uint8_t> data(pcie::payload_bytes(header), 0x22);
        const pcie::TlpPtr tlp = tlps.make(header, core::ByteView(data));
        tlp->ecrc_bad = ecrc_bad;
        a.root.send(tlp);
        run_for(2us);
    }
    void expect_reported(pcie::Bdf by, std::uint8_t code, std::uint32_t status) {
        ASSERT_EQ(a.root.messages.size(), 1U);
        EXPECT_EQ(a.root.messages[0].requester, by);
        EXPECT_EQ(a.root.messages[0].message_code, code);
        EXPECT_EQ(a.root.config_read(by, uncorrectable_status), status);
    }
    [[nodiscard]] static pcie::TlpHeader write_to(std::uint64_t address, std::uint32_t bytes = 4) {
        return pcie::memory_write(pcie::Bdf(0), pcie::Tag(0), address, bytes);
    }
};

TEST_F(NicErrors, RequestThatNoFunctionClaimsIsThePfs) {
    send(write_to(0xE000'0000));
    expect_reported(Server::pf, 0x31, 0x0010'0000);
    EXPECT_EQ(a.root.config_read(Server::pf, header_log), 0x4000'0001U);
    EXPECT_EQ(a.root.config_read(Server::pf, header_log + 8), 0xE000'0000U);
    clear();
    EXPECT_EQ(a.root.read32(0xE000'0000), 0xFFFF'FFFFU);
    expect_reported(Server::pf, 0x30, 0x0010'0000);
}

TEST_F(NicErrors, PoisonedWriteIsTheFunctionsWhoseRegisterItIs) {
    pcie::TlpHeader header = write_to(Server::vf_bar0);
    header.poisoned = true;
    send(header);
    expect_reported(Server::vf_id(0), 0x31, 0x1000);
    EXPECT_NE(a.root.config_read(Server::vf_id(0), 0x04) & 0x8000'0000U, 0U) << "Detected Parity Error";
    EXPECT_EQ(a.root.config_read(Server::pf, uncorrectable_status), 0U);
}

TEST_F(NicErrors, MalformedRequestIsDiscardedAndFatal) {
    const std::uint64_t discarded = a.device.counters().discarded;
    send(write_to(Server::bar0 + reg::RAL(9), 512)); // MPS is 256
    expect_reported(Server::pf, 0x33, 0x0004'0000);
    EXPECT_EQ(a.device.counters().discarded, discarded + 1);
}

TEST_F(NicErrors, WrongDigestCountsOnlyWhileItIsChecked) {
    pcie::TlpHeader header = write_to(Server::bar0 + reg::RAL(9));
    header.digest = true;
    send(header, true);
    EXPECT_TRUE(a.root.messages.empty());
    EXPECT_EQ(a.read(reg::RAL(9)), 0x2222'2222U);
    a.write(reg::RAL(9), 0x1111'1111);
    a.root.config_write(Server::pf, aer_control, 0x100);
    send(header, true);
    expect_reported(Server::pf, 0x31, 0x0008'0000);
    EXPECT_EQ(a.read(reg::RAL(9)), 0x1111'1111U);
    a.root.config_write(Server::pf, aer_control, 0x40);
    EXPECT_EQ(a.read(reg::RAL(9)), 0x1111'1111U);
    EXPECT_TRUE(a.root.last_completion.digest) << "generation is enabled";
    a.root.config_write(Server::pf, aer_control, 0);
}

TEST_F(NicErrors, UnexpectedCompletionIsAdvisoryAndTheRequesters) {
    const pcie::TlpHeader request = pcie::memory_read(Server::vf_id(0), pcie::Tag(5), 0x1000, 4);
    send(pcie::completion(request, pcie::Bdf(0)));
    expect_reported(Server::vf_id(0), 0x30, 0x0001'0000);
}

TEST_F(NicErrors, ReadWithoutAnswerTimesOutAtItsFunction) {
    a.root.silent = true;
    a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 200, 0), 0);
    a.ring_doorbell(0);
    run_for(21ms);
    a.root.silent = false;
    expect_reported(Server::vf_id(0), 0x31, 0x4000);
}

TEST_F(NicErrors, DeviceControl2OfThePfChoosesTheCompletionTimeoutOfAVf) {
    constexpr std::uint16_t device_control_2 = 0xC8;
    a.root.config_write(Server::pf, device_control_2, 0x1); // 50 us to 100 us
    run_for(1us);
    a.root.silent = true;
    a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 200, 0), 0);
    a.ring_doorbell(0);
    run_for(49us);
    const std::uint64_t before = a.device.counters().completion_timeouts;
    run_for(55us);
    EXPECT_EQ(a.device.counters().completion_timeouts, before + 1);
}

TEST_F(NicErrors, ReadWaitsWithoutEndWhileTheCompletionTimeoutIsDisabled) {
    constexpr std::uint16_t device_control_2 = 0xC8;
    a.root.config_write(Server::pf, device_control_2, 0x10);
    run_for(1us);
    const std::uint64_t before = a.device.counters().completion_timeouts;
    a.root.silent = true;
    a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 200, 0), 0);
    a.ring_doorbell(0);
    run_for(100ms);
    EXPECT_EQ(a.device.counters().completion_timeouts, before);
}

TEST_F(NicErrors, PoisonedDataFailTheReadAndItsTagWaitsForTheRest) {
    a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 500, 0), 0);
    a.ring_doorbell(0);
    run_for(1us); // the descriptor is on its way; the data come in two completions
    a.root.poisoned = 1;
    const std::uint64_t unexpected = a.device.counters().unexpected_completions;
    const std::uint64_t failed = a.device.counters().dma_errors;
    run_for(20us);
    ASSERT_EQ(a.root.poisoned, 0U);
    expect_reported(Server::vf_id(0), 0x30, 0x1000);
    EXPECT_EQ(a.device.counters().dma_errors, failed + 1);
    EXPECT_EQ(a.device.counters().unexpected_completions, unexpected) << "the second completion is waited for";
}

TEST_F(NicErrors, BadTlpIsThePfsAndNoVfs) {
    a.to_device.damage_next();
    a.read(reg::RAL(9));
    ASSERT_EQ(a.root.messages.size(), 1U);
    EXPECT_EQ(a.root.messages[0].requester, Server::pf);
    EXPECT_EQ(a.root.messages[0].message_code, 0x30);
    EXPECT_EQ(a.root.config_read(Server::pf, 0x110), 0x40U);
    EXPECT_EQ(a.root.config_read(Server::vf_id(0), 0x110), 0U);
}

TEST_F(NicErrors, VfHasNoControlsOfItsOwn) {
    a.root.config_write(Server::vf_id(0), device_control, 0x000F);
    EXPECT_EQ(a.root.config_read(Server::vf_id(0), device_control) & 0xFU, 0U);
    a.root.config_write(Server::vf_id(0), 0x108, 0xFFFF'FFFF);
    EXPECT_EQ(a.root.config_read(Server::vf_id(0), 0x108), 0U);
    a.root.config_write(Server::pf, device_control, 0x2830);
    pcie::TlpHeader header = write_to(Server::vf_bar0);
    header.poisoned = true;
    send(header);
    EXPECT_TRUE(a.root.messages.empty()) << "the PF's enables are off";
    EXPECT_EQ(a.root.config_read(Server::vf_id(0), uncorrectable_status), 0x1000U);
}

} // namespace
} // namespace rootpool::models::test
