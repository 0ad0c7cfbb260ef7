#include "rootpool/nic/registers.h"

#include <array>

namespace rootpool::nic {
namespace {

/// A run of registers of the VF view and where the first of them is for VF n: base + per_vf * n. Both run in steps
/// of 4.
struct Alias {
    std::uint32_t offset = 0;
    std::uint32_t base = 0;
    std::uint32_t per_vf = 0;
    std::uint32_t count = 1;
};

constexpr std::array aliases{
    Alias{vf_reg::VFCTRL, reg::PVFCTRL(0), 4},
    Alias{vf_reg::VFSTATUS, reg::STATUS, 0},
    Alias{vf_reg::VFLINKS, reg::LINKS, 0},
    Alias{vf_reg::VFFRTIMER, reg::FRTIMER, 0},
    Alias{vf_reg::VTEICR, reg::PVTEICR(0), 4},
    Alias{vf_reg::VTEICS, reg::PVTEICS(0), 4},
    Alias{vf_reg::VTEIMS, reg::PVTEIMS(0), 4},
    Alias{vf_reg::VTEIMC, reg::PVTEIMC(0), 4},
    Alias{vf_reg::VTEIAC, reg::PVTEIAC(0), 4},
    Alias{vf_reg::VTEIAM, reg::PVTEIAM(0), 4},
    Alias{vf_reg::VTIVAR(0), reg::PVTIVAR(0), 4},
    Alias{vf_reg::VTIVAR_MISC, reg::PVTIVAR_MISC(0), 4},
    Alias{vf_reg::VTRSCINT(0), reg::PVTRSCINT(0), 4},
    Alias{vf_reg::VFMBMEM(0), reg::PFMBMEM(0, 0), 4 * mailbox_words, mailbox_words},
    Alias{vf_reg::VFMAILBOX, reg::PVFMAILBOX(0), 4},
    Alias{vf_reg::VFPSRTYPE, reg::PSRTYPE(0), 4},
    Alias{vf_reg::VFGPRC, reg::PVFGPRC(0), 0x40},
    Alias{vf_reg::VFGORC_LSB, reg::PVFGORC_LSB(0), 0x40},
    Alias{vf_reg::VFGORC_MSB, reg::PVFGORC_MSB(0), 0x40},
    Alias{vf_reg::VFMPRC, reg::PVFMPRC(0), 0x40},
    Alias{vf_reg::VFGPTC, reg::PVFGPTC(0), 4},
    Alias{vf_reg::VFGOTC_LSB, reg::PVFGOTC_LSB(0), 8},
    Alias{vf_reg::VFGOTC_MSB, reg::PVFGOTC_MSB(0), 8},
    Alias{vf_reg::VFRXMEMWRAP, reg::RXMEMWRAP, 0},
};

constexpr std::uint32_t queue_block = 0x40;

/// Bit i: a queue's block has a register at 4 * i. What lies between them are counters that are not per queue.
constexpr std::uint32_t block_mask(std::initializer_list<std::uint32_t> offsets) {
    std::uint32_t mask = 0;
    for (const std::uint32_t offset : offsets) {
        mask |= 1U << offset / 4U;
    }
    return mask;
}
constexpr std::uint32_t rx_registers =
    block_mask({queue::RDBAL, queue::RDBAH, queue::RDLEN, queue::DCA_RXCTRL, queue::RDH, queue::SRRCTL, queue::RDT,
                queue::RXDCTL, queue::RSCCTL});
constexpr std::uint32_t tx_registers =
    block_mask({queue::TDBAL, queue::TDBAH, queue::TDLEN, queue::DCA_TXCTRL, queue::TDH, queue::TDT, queue::TXDCTL,
                queue::TDWBAL, queue::TDWBAH});

[[nodiscard]] bool in_block(std::uint32_t offset, std::uint32_t first, unsigned queues,
                            std::uint32_t registers) noexcept {
    return offset >= first && offset < first + queues * queue_block &&
           (registers >> (offset % queue_block / 4U) & 1U) != 0;
}

} // namespace

std::optional<std::uint32_t> pf_alias(std::uint32_t offset, unsigned vf, unsigned queues) noexcept {
    if (vf >= vf_count || offset % 4 != 0) {
        return std::nullopt;
    }
    for (const auto& [first, is_receive] :
         {std::pair{vf_reg::RX_QUEUE(0), true}, std::pair{vf_reg::TX_QUEUE(0), false}}) {
        if (in_block(offset, first, queues, is_receive ? rx_registers : tx_registers)) {
            const unsigned q = vf * queues + (offset - first) / queue_block;
            if (q >= queue_count) {
                return std::nullopt; // so many queues per pool leave this VF none
            }
            return (is_receive ? reg::RX_QUEUE(q) : reg::TX_QUEUE(q)) + offset % queue_block;
        }
    }
    for (const Alias& alias : aliases) {
        if (offset >= alias.offset && offset < alias.offset + 4 * alias.count) {
            return alias.base + alias.per_vf * vf + (offset - alias.offset);
        }
    }
    return std::nullopt;
}

std::optional<unsigned> vf_throttle_vector(std::uint32_t offset) noexcept {
    const std::uint32_t first = vf_reg::VTEITR(0);
    if (offset % 4 != 0 || offset < first || offset >= vf_reg::VTEITR(vf_vector_count)) {
        return std::nullopt;
    }
    return (offset - first) / 4;
}

} // namespace rootpool::nic
