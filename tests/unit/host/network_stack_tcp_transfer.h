#pragma once

#include <gtest/gtest.h>

#include "tests/unit/host/network_stack_machine.h"

namespace rootpool::host::test {

inline constexpr std::uint16_t port = 5001;

/// What a healthy transfer leaves behind.
inline void expect_clean(Pair& pair, const Writer& writer, const Reader& reader) {
    EXPECT_EQ(reader.received, writer.bytes);
    EXPECT_EQ(reader.wrong, 0U);
    EXPECT_EQ(writer.reason, net::TcpCloseReason::finished);
    EXPECT_EQ(reader.reason, net::TcpCloseReason::finished);
    pair.loop.run_until(pair.loop.now() + 2s); // TIME_WAIT passes
    EXPECT_TRUE(pair.a.stack.sockets().tcp_sockets().empty());
    EXPECT_TRUE(pair.b.stack.sockets().tcp_sockets().empty());
    EXPECT_EQ(pair.a.pool.free_buffers(), 4096U) << "a receive buffer was lost";
    EXPECT_EQ(pair.b.pool.free_buffers(), 4096U) << "a receive buffer was lost";
}

} // namespace rootpool::host::test
