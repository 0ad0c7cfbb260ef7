#include "rootpool/nic/statistics.h"

namespace rootpool::nic {

void Statistics::add_octets(std::uint32_t low, std::uint32_t high, std::size_t bytes) noexcept {
    const std::uint32_t before = registers_[low];
    const auto after = static_cast<std::uint32_t>(before + bytes);
    registers_.set(low, after);
    if (after < before) {
        registers_.set(high, (registers_[high] + 1) & 0xFU);
    }
}

void Statistics::count_mac_received(std::size_t bytes, CastType cast) noexcept {
    registers_.add(reg::TPR, 1);
    registers_.add(reg::GPRC, 1);
    add_octets(reg::GORCL, reg::GORCH, bytes);
    add_octets(reg::TORL, reg::TORH, bytes);
    if (cast != CastType::unicast) {
        registers_.add(cast == CastType::broadcast ? reg::BPRC : reg::MPRC, 1);
    }
}

void Statistics::count_mac_sent(std::size_t bytes, CastType cast) noexcept {
    registers_.add(reg::TPT, 1);
    registers_.add(reg::GPTC, 1);
    add_octets(reg::GOTCL, reg::GOTCH, bytes);
    if (cast != CastType::unicast) {
        registers_.add(cast == CastType::broadcast ? reg::BPTC : reg::MPTC, 1);
    }
}

void Statistics::count_vf_received(unsigned vf, std::size_t bytes, bool multicast) noexcept {
    registers_.add(reg::PVFGPRC(vf), 1);
    add_octets(reg::PVFGORC_LSB(vf), reg::PVFGORC_MSB(vf), bytes);
    if (multicast) {
        registers_.add(reg::PVFMPRC(vf), 1);
    }
}

void Statistics::count_vf_sent(unsigned vf, std::size_t bytes) noexcept {
    registers_.add(reg::PVFGPTC(vf), 1);
    add_octets(reg::PVFGOTC_LSB(vf), reg::PVFGOTC_MSB(vf), bytes);
}

void Statistics::count_no_descriptor(unsigned queue) noexcept {
    constexpr unsigned statistics_registers = 16; // RQSMR at reset: queues 8i..8i+7 share register i
    registers_.add(reg::QPRDC(queue * statistics_registers / queue_count), 1);
}

} // namespace rootpool::nic
