#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include "link_bench.h"
#include "models/core/wheel_scheduler.h"
#include "models/pcie/root_complex.h"
#include "rootpool/pcie/error_reporting.h"
#include "tests/model/damage_trigger.h"

namespace rootpool::models::test {
namespace {

constexpr pcie::Bdf root_port_id(0, 1, 0);
constexpr pcie::Bdf device_id(1, 0, 0);
constexpr SimTime link_down = 1ms;

/// Memory that takes everything.
struct Memory : sc_core::sc_module {
    explicit Memory(const sc_core::sc_module_name& name) : sc_module(name) {
        socket.register_b_transport(this, &Memory::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload& access, sc_core::sc_time& /*delay*/) {
        access.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    tlm_utils::simple_target_socket<Memory> socket{"socket"};
};

/// A root complex, and a port that sends it whatever a device could.
struct RootBench {
    RootBench() : root("root", config(), scheduler, tlps), device("device", recorder, credits(8, 64)) {
        link.connect(root.port, device);
        link.set_faults(&none, &from_device);
        link.set_down_times({{link_down, link_down + 10us}});
        root.memory.bind(memory.socket);
        write(0x3C, 0x0002'0000); // Bridge Control, SERR#
        write(0xA8, 0x000F);
        write(0x114, 0);
    }
    static RootComplexConfig config() {
        RootComplexConfig result;
        result.receive_credits = RootComplexConfig::default_credits();
        return result;
    }
    void write(std::uint16_t offset, std::uint32_t value) {
        root.config_write(root_port_id, offset, value, 0xF, ignored_done());
    }
    [[nodiscard]] std::uint32_t at(std::uint16_t offset) const { return root.root_port().get32(offset); }
    void send(const pcie::TlpHeader& header) {
        const std::vector<std::uint8_t> data(pcie::payload_bytes(header), 0x5A);
        device.send(tlps.make(header, core::ByteView(data)), now());
        sc_core::sc_start(sc_core::sc_time(2, sc_core::SC_US));
    }
    void ignore(const ProcessorCompletion& /*completion*/) {}
    RootComplex::Done ignored_done() { return RootComplex::Done::to<&RootBench::ignore>(*this); }
    void clear() {
        write(0x104, 0xFFFF'FFFF);
        write(0x130, 0x7F);
    }

    DamageTrigger none;
    DamageTrigger from_device;
    WheelScheduler scheduler{"scheduler"};
    pcie::TlpFactory tlps;
    Recorder recorder;
    Memory memory{"memory"};
    RootComplex root;
    Port device;
    Link link{"link", scheduler, LinkConfig{{pcie::Generation::gen2, 8}, latency, 128}};
};

RootBench& bench() {
    static RootBench instance;
    return instance;
}

TEST(RootErrorsModel, MessageOfADeviceIsRecordedWithItsSource) {
    bench().clear();
    bench().send(pcie::error_message_header(pcie::ErrorMessage::non_fatal, device_id));
    EXPECT_EQ(bench().at(0x130), 0x24U);
    EXPECT_EQ(bench().at(0x134), 0x0100'0000U);
}

TEST(RootErrorsModel, RequestWithoutBusMasteringIsUnsupported) {
    bench().clear();
    bench().send(pcie::memory_write(device_id, pcie::Tag(0), 0x1000, 4));
    EXPECT_EQ(bench().at(0x104), 0x0010'0000U);
    EXPECT_EQ(bench().at(0x130), 0x24U);
    EXPECT_EQ(bench().at(0x134) >> 16U, root_port_id.routing_id()) << "as if it had sent itself the message";
}

TEST(RootErrorsModel, TooMuchDataIsMalformedAndFatal) {
    bench().clear();
    bench().send(pcie::memory_write(device_id, pcie::Tag(0), 0x1000, 256));
    EXPECT_EQ(bench().at(0x104), 0x0004'0000U);
    EXPECT_EQ(bench().at(0x130), 0x54U);
    EXPECT_EQ(bench().root.counters().malformed, 1U);
}

TEST(RootErrorsModel, UnexpectedCompletionIsAdvisory) {
    bench().clear();
    bench().send(pcie::completion(pcie::memory_read(pcie::Bdf(0, 0, 0), pcie::Tag(3), 0x1000, 4), device_id));
    EXPECT_EQ(bench().at(0x104), 0x0001'0000U);
    EXPECT_EQ(bench().at(0x130), 0x01U);
}

TEST(RootErrorsModel, BadTlpIsTheRootPortsOwnError) {
    bench().clear();
    bench().write(0x110, 0xFFFF'FFFF);
    bench().from_device.damage_next();
    bench().send(pcie::error_message_header(pcie::ErrorMessage::non_fatal, device_id));
    EXPECT_EQ(bench().at(0x110), 0x40U);
    EXPECT_EQ(bench().at(0x134), 0x0100'0000U | root_port_id.routing_id()) << "and the message came by the replay";
}

TEST(RootErrorsModel, LossOfTheLinkIsASurpriseAndShowsInLinkAndSlotStatus) {
    bench().clear();
    ASSERT_LT(now(), link_down);
    EXPECT_NE(bench().at(0xB0) >> 16U & 0x2000U, 0U);
    run_to(link_down + 1us);
    EXPECT_EQ(bench().at(0xB0) >> 16U & 0x2000U, 0U) << "Data Link Layer Link Active";
    EXPECT_NE(bench().at(0xB8) >> 16U & 0x0100U, 0U) << "Data Link Layer State Changed";
    EXPECT_EQ(bench().at(0x104), 0x20U);
    EXPECT_EQ(bench().at(0x130), 0x54U);
    run_to(link_down + 20us);
    EXPECT_NE(bench().at(0xB0) >> 16U & 0x2000U, 0U);
}

} // namespace
} // namespace rootpool::models::test
