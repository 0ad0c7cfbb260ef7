#include <array>

#include "rootpool/nic/register_file.h"

namespace rootpool::nic {
namespace {

using enum RegisterHook;
using Definition = RegisterDefinition;

constexpr std::uint32_t all = 0xFFFF'FFFFU;
constexpr std::uint16_t block = 0x40; ///< stride of the registers of a queue

constexpr Definition plain(std::uint32_t offset, std::uint32_t reset = 0, std::uint32_t writable = all) {
    return {offset, 1, 4, 0, reset, writable, none};
}
constexpr Definition hooked(std::uint32_t offset, RegisterHook hook, std::uint32_t reset = 0,
                            std::uint32_t writable = all) {
    return {offset, 1, 4, 0, reset, writable, hook};
}
constexpr Definition array_of(std::uint32_t offset, std::uint16_t count, RegisterHook hook = none,
                              std::uint16_t stride = 4, std::uint16_t first_index = 0, std::uint32_t reset = 0,
                              std::uint32_t writable = all) {
    return {offset, count, stride, first_index, reset, writable, hook};
}
/// A register of 64 neighbouring receive queues, the first of which is `first` (0 or 64).
constexpr Definition rx(std::uint32_t offset, RegisterHook hook, std::uint16_t first, std::uint32_t reset = 0,
                        std::uint32_t writable = all) {
    return {reg::RX_QUEUE(first) + offset, 64, block, first, reset, writable, hook};
}
constexpr Definition tx(std::uint32_t offset, RegisterHook hook, std::uint32_t reset = 0,
                        std::uint32_t writable = all) {
    return {reg::TX_QUEUE(0) + offset, queue_count, block, 0, reset, writable, hook};
}
constexpr Definition counter(std::uint32_t offset, std::uint16_t count = 1, std::uint16_t stride = 4) {
    return {offset, count, stride, 0, 0, 0, clear_on_read};
}
/// VF counters wrap and are not cleared (datasheet section 8.3.5).
constexpr Definition vf_counter(std::uint32_t offset, std::uint16_t stride) {
    return {offset, vf_count, stride, 0, 0, 0, none};
}

constexpr std::uint32_t base_low = 0xFFFF'FF80U; ///< rings lie at multiples of 128 bytes
constexpr std::uint32_t tail_bits = 0xFFFFU;
constexpr std::uint32_t srrctl_reset = 0x0000'0402U;
constexpr std::uint32_t dca_rxctrl_reset = 0x0000'B200U;
constexpr std::uint32_t dca_txctrl_reset = 0x0000'2A00U;
constexpr std::uint32_t eec_reset = 0x300U; ///< flash present, auto-read done
constexpr std::uint32_t maxfrs_reset = 0x05EE'0000U;
constexpr std::uint32_t tcp_flags_reset_low = 0x0FF6'0FF6U;  ///< all but FIN and PSH
constexpr std::uint32_t tcp_flags_reset_high = 0x0000'0F7FU; ///< all but CWR
constexpr std::uint32_t rxpbsize_reset = 512U << 10U;
constexpr std::uint32_t txpbsize_reset = 160U << 10U;
constexpr std::uint32_t packet_buffer_bits = 0x000F'FC00U;

constexpr std::array definitions{
    // general
    hooked(reg::CTRL, ctrl, 0, CTRL_MASTER_DISABLE), hooked(reg::CTRL_ALIAS, ctrl, 0, CTRL_MASTER_DISABLE),
    hooked(reg::STATUS, status, 0, 0), hooked(reg::CTRL_EXT, ctrl_ext), hooked(reg::FRTIMER, timer, 0, 0),
    plain(reg::EEC, eec_reset, 0), hooked(reg::GCR_EXT, pools, 0, ~(1U << 30U)),
    // interrupts of the PF
    hooked(reg::EICR, eicr), hooked(reg::EICS, eics), hooked(reg::EIAC, eiac), hooked(reg::EIMS, eims),
    hooked(reg::EIMC, eimc), hooked(reg::EIAM, eiam), plain(reg::EITRSEL), plain(reg::GPIE), plain(reg::IVAR_MISC),
    array_of(reg::EICS_EX(0), 2, eics_ex), array_of(reg::EIMS_EX(0), 2, eims_ex), array_of(reg::EIMC_EX(0), 2, eimc_ex),
    array_of(reg::EIAM_EX(0), 2, eiam_ex), array_of(reg::IVAR(0), 64), array_of(reg::EITR(0), 24, eitr),
    array_of(reg::EITR(24), throttle_count - 24, eitr, 4, 24),
    // interrupts of the VFs
    array_of(reg::PVFCTRL(0), vf_count, pvfctrl), array_of(reg::PVTEICR(0), vf_count, pvteicr),
    array_of(reg::PVTEICS(0), vf_count, pvteics), array_of(reg::PVTEIMS(0), vf_count, pvteims),
    array_of(reg::PVTEIMC(0), vf_count, pvteimc), array_of(reg::PVTEIAC(0), vf_count, pvteiac),
    array_of(reg::PVTEIAM(0), vf_count, pvteiam), array_of(reg::PVTIVAR(0), vf_count),
    array_of(reg::PVTIVAR_MISC(0), vf_count), array_of(reg::PVTRSCINT(0), vf_count),
    // mailbox
    array_of(reg::PFMAILBOX(0), vf_count, pfmailbox), array_of(reg::PVFMAILBOX(0), vf_count, pvfmailbox),
    array_of(reg::PFMBMEM(0, 0), vf_count* mailbox_words, pfmbmem), array_of(reg::PFMBICR(0), 4, pfmbicr),
    array_of(reg::PFMBIMR(0), 2, none, 4, 0, all), hooked(reg::VFLRE(0), vflre, 0, 0),
    array_of(reg::VFLRE(1), 1, vflre, 4, 1), array_of(reg::VFLREC(0), 2, vflrec),
    // receive
    hooked(reg::RXCTRL, receive_enable, 0, RXCTRL_RXEN), plain(reg::RXMEMWRAP, 0, 0), plain(reg::RDRXCTL, 0x0010'0888U),
    hooked(reg::QDE, qde), hooked(reg::FCTRL, filter), hooked(reg::VLNCTRL, filter, 0x8100U),
    hooked(reg::MCSTCTRL, filter), plain(reg::RXCSUM), hooked(reg::MRQC, pools), hooked(reg::VT_CTL, pools),
    array_of(reg::RXPBSIZE(0), 1, none, 4, 0, rxpbsize_reset, packet_buffer_bits),
    array_of(reg::RXPBSIZE(1), 7, none, 4, 1, 0, packet_buffer_bits), array_of(reg::VFRE(0), 2, filter),
    array_of(reg::MTA(0), 128, filter), array_of(reg::RETA(0), 32), array_of(reg::RSSRK(0), 10),
    array_of(reg::RAL(0), 16, filter, 8), array_of(reg::RAH(0), 16, filter, 8),
    array_of(reg::RAL(16), 112, filter, 8, 16), array_of(reg::RAH(16), 112, filter, 8, 16),
    array_of(reg::MPSAR_LO(0), receive_address_count, filter, 8),
    array_of(reg::MPSAR_HI(0), receive_address_count, filter, 8), array_of(reg::VFTA(0), 128, filter),
    array_of(reg::PFUTA(0), 128, filter), array_of(reg::VMOLR(0), pool_count, filter),
    array_of(reg::VLVF(0), vlan_pool_filter_count, filter), array_of(reg::VLVFB(0), 2 * vlan_pool_filter_count, filter),
    array_of(reg::PSRTYPE(0), pool_count),
    // receive queues
    rx(queue::RDBAL, rx_ring, 0, 0, base_low), rx(queue::RDBAL, rx_ring, 64, 0, base_low), rx(queue::RDBAH, rx_ring, 0),
    rx(queue::RDBAH, rx_ring, 64), rx(queue::RDLEN, rx_ring, 0, 0, RING_LENGTH_MASK),
    rx(queue::RDLEN, rx_ring, 64, 0, RING_LENGTH_MASK), rx(queue::DCA_RXCTRL, none, 0, dca_rxctrl_reset),
    rx(queue::DCA_RXCTRL, none, 64, dca_rxctrl_reset), rx(queue::RDH, rx_ring, 0, 0, tail_bits),
    rx(queue::RDH, rx_ring, 64, 0, tail_bits), rx(queue::SRRCTL, none, 0, srrctl_reset),
    rx(queue::SRRCTL, none, 64, srrctl_reset), rx(queue::RDT, rdt, 0, 0, tail_bits),
    rx(queue::RDT, rdt, 64, 0, tail_bits), rx(queue::RXDCTL, rxdctl, 0, 0, RXDCTL_ENABLE | RXDCTL_VME),
    rx(queue::RXDCTL, rxdctl, 64, 0, RXDCTL_ENABLE | RXDCTL_VME), rx(queue::RSCCTL, none, 0),
    rx(queue::RSCCTL, none, 64),
    // transmit
    hooked(reg::DMATXCTL, transmit_enable, 0x8100'0004U), plain(reg::DTXTCPFLGL, tcp_flags_reset_low, 0x0FFF'0FFFU),
    plain(reg::DTXTCPFLGH, tcp_flags_reset_high, 0xFFFU), plain(reg::RTTDCS, 0x00C0'0000U),
    plain(reg::RTTDQSEL, 0, 0x7FU), plain(reg::RTTBCNRM), hooked(reg::RTTBCNRC, rate), plain(reg::MTQC),
    hooked(reg::PFDTXGSWC, filter), plain(reg::SSVPC, 0, 0),
    array_of(reg::TXPBSIZE(0), 1, none, 4, 0, txpbsize_reset, packet_buffer_bits),
    array_of(reg::TXPBSIZE(1), 7, none, 4, 1, 0, packet_buffer_bits), array_of(reg::VFTE(0), 2, transmit_enable),
    array_of(reg::VMVIR(0), pool_count), array_of(reg::PFVFSPOOF(0), 8, filter), array_of(reg::VMECM(0), 2),
    // transmit queues
    tx(queue::TDBAL, tx_ring, 0, base_low), tx(queue::TDBAH, tx_ring), tx(queue::TDLEN, tx_ring, 0, RING_LENGTH_MASK),
    tx(queue::DCA_TXCTRL, none, dca_txctrl_reset), tx(queue::TDH, tx_ring, 0, tail_bits),
    tx(queue::TDT, tdt, 0, tail_bits), tx(queue::TXDCTL, txdctl, 0, TXDCTL_ENABLE | 0x007F'7F7FU),
    tx(queue::TDWBAL, none), tx(queue::TDWBAH, none),
    // MAC
    plain(reg::HLREG0), plain(reg::MAXFRS, maxfrs_reset, 0xFFFF'0000U), plain(reg::AUTOC),
    hooked(reg::LINKS, links, 0, 0),
    // statistics
    counter(reg::CRCERRS), counter(reg::MPC(0), 8), counter(reg::RLEC), counter(reg::GPRC), counter(reg::BPRC),
    counter(reg::MPRC), counter(reg::GPTC), counter(reg::GORCL), counter(reg::GORCH), counter(reg::GOTCL),
    counter(reg::GOTCH), counter(reg::TORL), counter(reg::TORH), counter(reg::TPR), counter(reg::TPT),
    counter(reg::MPTC), counter(reg::BPTC), counter(reg::QPRDC(0), 16, block), vf_counter(reg::PVFGPRC(0), block),
    vf_counter(reg::PVFGORC_LSB(0), block), vf_counter(reg::PVFGORC_MSB(0), block), vf_counter(reg::PVFMPRC(0), block),
    vf_counter(reg::PVFGPTC(0), 4), vf_counter(reg::PVFGOTC_LSB(0), 8), vf_counter(reg::PVFGOTC_MSB(0), 8)};

} // namespace

std::span<const RegisterDefinition> register_definitions() noexcept { return definitions; }

} // namespace rootpool::nic
