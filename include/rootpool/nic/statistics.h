#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rootpool/nic/register_file.h"

namespace rootpool::nic {

enum class CastType : std::uint8_t { unicast, multicast, broadcast };

/// Counts packets in the statistics registers (datasheet section 8.2.3.23): the PF's clear on read, a VF's wrap at 32
/// and 36 bits. Lengths are those of the packet with FCS.
class Statistics {
public:
    explicit Statistics(RegisterFile& registers) noexcept : registers_(registers) {}

    void count_mac_received(std::size_t bytes, CastType cast) noexcept;
    void count_mac_sent(std::size_t bytes, CastType cast) noexcept;
    void count_vf_received(unsigned vf, std::size_t bytes, bool multicast) noexcept;
    void count_vf_sent(unsigned vf, std::size_t bytes) noexcept;
    void count_missed() noexcept { registers_.add(reg::MPC(0), 1); }
    void count_no_descriptor(unsigned queue) noexcept;
    void count_spoofed() noexcept { registers_.add(reg::SSVPC, 1); }
    void count_too_long() noexcept { registers_.add(reg::RLEC, 1); }

private:
    /// 36 bits over two registers.
    void add_octets(std::uint32_t low, std::uint32_t high, std::size_t bytes) noexcept;

    RegisterFile& registers_;
};

} // namespace rootpool::nic
