#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pool_fixture.h"
#include "rootpool/pcie/root_errors.h"
#include "tests/unit/pcie/error_function.h"

/// Who receives the messages of which function, for every error and severity: from a function of the device through the
/// engine and the bridges of a root to the root ports of all roots.
namespace rootpool::pooling {
namespace {

using namespace test;
using pcie::ErrorMessage;
using pcie::TlpKind;

constexpr std::size_t root_count = 3;
constexpr std::array<const char*, root_count> root_names = {"master", "slave 1", "slave 2"};

/// A function, who owns it, and what he calls it. First VF Offset 128, VF Stride 2, VFs 0 and 1 lent to slave 1, VF 2
/// to slave 2.
struct Reporter {
    const char* name = "";
    pcie::Bdf at_device;
    std::size_t owner = 0;
    pcie::Bdf at_owner;
};
constexpr std::array<Reporter, 5> reporters = {{
    {"PF", pcie::Bdf(3, 0, 0), 0, pcie::Bdf(3, 0, 0)},
    {"VF 0", pcie::Bdf(3, 0x10, 0), 1, pcie::Bdf(3, 0, 0)},
    {"VF 1", pcie::Bdf(3, 0x10, 2), 1, pcie::Bdf(3, 0, 1)},
    {"VF 2", pcie::Bdf(3, 0x10, 4), 2, pcie::Bdf(3, 0, 0)},
    {"VF 3, not lent", pcie::Bdf(3, 0x10, 6), 0, pcie::Bdf(3, 0x10, 6)},
}};

/// What the root ports recorded.
struct Receipt {
    std::array<std::uint32_t, root_count> status{}; ///< Root Error Status
    std::array<std::uint16_t, root_count> source{}; ///< Error Source Identification, the half that belongs to the error
};

class ErrorReceivers : public testing::Test {
protected:
    ErrorReceivers() {
        pool.master_enables_vfs(8);
        for (std::size_t root = 0; root < root_count; ++root) {
            const pcie::RootId id(static_cast<std::uint8_t>(root));
            write(id, TlpKind::config_write_0, upstream_bridge, 0x18, 0x0004'0201);
            write(id, TlpKind::config_write_1, downstream_bridge, 0x18, 0x0004'0302);
            let_errors_pass(id, true);
        }
        EXPECT_EQ(pool.manager->assign(nic, vfs(0, 1), slave1), AssignResult::ok);
        EXPECT_EQ(pool.manager->assign(nic, vfs(2, 2), slave2), AssignResult::ok);
        pool.slave_maps(slave1, 0, 0xE000'0000);
        pool.slave_maps(slave1, 1, 0xE001'0000);
        pool.slave_maps(slave2, 0, 0xE000'0000);
    }

    /// SERR# Enable of the secondary side, of both bridges (PCIe base 6.2.8.1).
    void let_errors_pass(pcie::RootId root, bool pass) {
        for (const auto& [kind, bridge] : {std::pair{TlpKind::config_write_0, upstream_bridge},
                                           std::pair{TlpKind::config_write_1, downstream_bridge}}) {
            write(root, kind, bridge, BridgeRegisters::device_control, 0x000F);
            write(root, kind, bridge, 0x3C, pass ? 0x0002'0000 : 0);
        }
    }

    /// The device sends a message; what it does at the roots.
    Receipt send(const Reporter& reporter, ErrorMessage message) {
        std::array<pcie::ConfigSpace, root_count> ports;
        const EngineOutput output = pool.up(pcie::error_message_header(message, reporter.at_device));
        for (std::size_t root = 0; root < root_count; ++root) {
            ports[root] = pcie::test::bridge_space(pcie::PortType::root_port);
            pcie::test::write16(ports[root], pcie::registers::bridge_control, 0x0002);
            pcie::test::write16(ports[root], pcie::test::device_control_at, 0x000F);
        }
        if (output.action == EngineOutput::Action::forward) {
            const std::size_t to = output.tlp->root.index();
            if (pool.switches[to]->forwards(nic, output.tlp->header)) {
                pcie::RootErrors errors(ports[to], pcie::test::error_registers);
                static_cast<void>(
                    errors.receive(pcie::error_message_of(output.tlp->header), output.tlp->header.requester));
            }
        }
        Receipt receipt;
        for (std::size_t root = 0; root < root_count; ++root) {
            receipt.status[root] = ports[root].get32(pcie::test::root_status_at);
            receipt.source[root] = ports[root].get16(
                static_cast<std::uint16_t>(pcie::test::source_id_at + (message == ErrorMessage::correctable ? 0 : 2)));
        }
        return receipt;
    }

    Pool pool;

private:
    static constexpr pcie::Bdf upstream_bridge{1, 0, 1};
    static constexpr pcie::Bdf downstream_bridge{2, 0, 0};

    void write(pcie::RootId root, TlpKind kind, pcie::Bdf bridge, std::uint16_t offset, std::uint32_t value) {
        const pcie::TlpHeader header = configuration(kind, bridge, offset);
        VirtualSwitch& bridges = *pool.switches[root.index()];
        static_cast<void>(bridges.execute(*tlp_of(pool.factory, header, root, value), bridges.route(header)));
    }
};

/// An error that the function detected, with everything enabled.
ErrorMessage detect(const pcie::ErrorDefinition& error, bool fatal) {
    pcie::ConfigSpace function = pcie::test::endpoint_space();
    pcie::test::write16(function, pcie::test::device_control_at, 0x000F);
    pcie::test::write32(function, pcie::test::severity_at, fatal ? 0xFFFF'FFFF : 0);
    pcie::test::write32(function, pcie::test::uncorrectable_mask_at, 0);
    pcie::test::write32(function, pcie::test::correctable_mask_at, 0);
    return pcie::ErrorReporter(function, pcie::test::error_registers).report(error.kind);
}

/// PCIe base 7.8.4.10: ERR_COR Received; ERR_FATAL/NONFATAL Received with First Uncorrectable Fatal and Fatal Error
/// Messages Received, or with Non-Fatal Error Messages Received.
std::uint32_t status_after(ErrorMessage message) {
    return message == ErrorMessage::correctable ? 0x01 : message == ErrorMessage::fatal ? 0x54 : 0x24;
}

TEST_F(ErrorReceivers, are_the_owners_of_the_functions_alone_for_every_error_and_severity) {
    std::size_t rows = 0;
    for (const pcie::ErrorDefinition& error : pcie::error_definitions()) {
        for (const bool fatal : error.correctable() ? std::vector<bool>{false} : std::vector<bool>{false, true}) {
            const ErrorMessage message = detect(error, fatal);
            ASSERT_NE(message, ErrorMessage::none) << error.name;
            for (const Reporter& reporter : reporters) {
                SCOPED_TRACE(std::string(error.name) + " of " + reporter.name);
                const Receipt seen = send(reporter, message);
                for (std::size_t root = 0; root < root_count; ++root) {
                    const bool owns = root == reporter.owner;
                    EXPECT_EQ(seen.status[root], owns ? status_after(message) : 0U) << root_names[root];
                    EXPECT_EQ(seen.source[root], owns ? reporter.at_owner.routing_id() : 0U) << root_names[root];
                    if (seen.status[root] != 0) {
                        std::printf("%-29s %-11s of %-14s: code 0x%02x to %-7s from 0x%04x\n",
                                    std::string(error.name).c_str(),
                                    error.correctable() ? "correctable"
                                    : fatal             ? "fatal"
                                                        : "non-fatal",
                                    reporter.name, static_cast<unsigned>(message), root_names[root], seen.source[root]);
                    }
                }
                ++rows;
            }
        }
    }
    EXPECT_EQ(rows, (14U * 2 + 7U) * reporters.size());
}

TEST_F(ErrorReceivers, do_not_hear_what_their_own_bridges_keep_and_others_hear_theirs) {
    let_errors_pass(slave1, false);
    for (const Reporter& reporter : reporters) {
        const Receipt seen = send(reporter, ErrorMessage::non_fatal);
        for (std::size_t root = 0; root < root_count; ++root) {
            EXPECT_EQ(seen.status[root], root == reporter.owner && root != slave1.index() ? 0x24U : 0U)
                << reporter.name << ", " << root_names[root];
        }
    }
}

} // namespace
} // namespace rootpool::pooling
