#include "rootpool/host/ixgbe_filters.h"

#include "rootpool/nic/registers.h"

namespace rootpool::host {
namespace {
constexpr unsigned multicast_words = 128;
constexpr unsigned last_address = nic::receive_address_count - 1;
constexpr unsigned vf_address(unsigned vf) noexcept { return last_address - vf; }
} // namespace

void IxgbeFilters::write_address(unsigned index, const MacAddress& mac, unsigned pool) {
    const auto byte = [&mac](unsigned i) { return std::uint32_t{mac[i]}; };
    // The pool map first: an address that is valid must not be seen with the map of its predecessor.
    registers_.write(nic::reg::MPSAR_LO(index), pool < 32 ? 1U << pool : 0);
    registers_.write(nic::reg::MPSAR_HI(index), pool < 32 ? 0 : 1U << (pool - 32));
    registers_.write(nic::reg::RAL(index), byte(0) | byte(1) << 8U | byte(2) << 16U | byte(3) << 24U);
    registers_.write(nic::reg::RAH(index), byte(4) | byte(5) << 8U | nic::RAH_AV);
}

void IxgbeFilters::clear_address(unsigned index) {
    registers_.write(nic::reg::RAH(index), 0);
    registers_.write(nic::reg::RAL(index), 0);
    registers_.write(nic::reg::MPSAR_LO(index), 0);
    registers_.write(nic::reg::MPSAR_HI(index), 0);
}

void IxgbeFilters::clear_all() {
    for (unsigned i = 0; i < nic::receive_address_count; ++i) {
        clear_address(i);
    }
    multicast_table_.fill(0);
    for (unsigned i = 0; i < multicast_words; ++i) {
        registers_.write(nic::reg::MTA(i), 0);
        registers_.write(nic::reg::PFUTA(i), 0);
    }
}

void IxgbeFilters::set_pf_address(const MacAddress& mac, unsigned pool) { write_address(0, mac, pool); }
void IxgbeFilters::set_vf_address(unsigned vf, const MacAddress& mac) { write_address(vf_address(vf), mac, vf); }
void IxgbeFilters::clear_vf_address(unsigned vf) { clear_address(vf_address(vf)); }

void IxgbeFilters::add_multicast_hash(std::uint16_t hash) {
    const unsigned word = hash >> 5U & (multicast_words - 1);
    multicast_table_[word] |= 1U << (hash & 31U);
    registers_.write(nic::reg::MTA(word), multicast_table_[word]);
}

} // namespace rootpool::host
