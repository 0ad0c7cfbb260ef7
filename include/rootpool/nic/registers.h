#pragma once

#include <cstdint>
#include <optional>

/// Register offsets and fields of the Intel 82599 (datasheet 331520 section 8; names as there). All registers are 32
/// bits wide and are accessed as 32 bits, little endian.
namespace rootpool::nic {

inline constexpr unsigned vf_count = 64;
inline constexpr unsigned pool_count = 64;
inline constexpr unsigned queue_count = 128; ///< of receive and of transmit queues
inline constexpr unsigned pf_vector_count = 64;
inline constexpr unsigned vf_vector_count = 3;
inline constexpr unsigned throttle_count = 129; ///< EITR registers of the PF view
inline constexpr unsigned mailbox_words = 16;
inline constexpr unsigned receive_address_count = 128;
inline constexpr unsigned vlan_pool_filter_count = 64;
inline constexpr std::uint32_t register_space_bytes = 0x20000;   ///< PF BAR0 without flash
inline constexpr std::uint32_t vf_register_space_bytes = 0x4000; ///< VF BAR0
inline constexpr std::uint32_t msix_space_bytes = 0x4000;        ///< PF BAR4, VF BAR3
inline constexpr std::uint32_t msix_pba_offset = 0x2000;         ///< in the same BAR as the table

/// PF view (BAR0). Functions take the index of an array of registers; the caller keeps it in bounds.
namespace reg {
// --- general control
inline constexpr std::uint32_t CTRL = 0x00000;
inline constexpr std::uint32_t CTRL_ALIAS = 0x00004;
inline constexpr std::uint32_t STATUS = 0x00008;
inline constexpr std::uint32_t CTRL_EXT = 0x00018;
inline constexpr std::uint32_t FRTIMER = 0x00048;
inline constexpr std::uint32_t EEC = 0x10010;
inline constexpr std::uint32_t GCR_EXT = 0x11050;

// --- interrupts
inline constexpr std::uint32_t EICR = 0x00800;
inline constexpr std::uint32_t EICS = 0x00808;
inline constexpr std::uint32_t EIAC = 0x00810;
inline constexpr std::uint32_t EIMS = 0x00880;
inline constexpr std::uint32_t EIMC = 0x00888;
inline constexpr std::uint32_t EIAM = 0x00890;
inline constexpr std::uint32_t EITRSEL = 0x00894;
inline constexpr std::uint32_t GPIE = 0x00898;
inline constexpr std::uint32_t IVAR_MISC = 0x00A00;
[[nodiscard]] constexpr std::uint32_t EICS_EX(unsigned i) { return 0x00A90 + 4 * i; } // i = 0..1
[[nodiscard]] constexpr std::uint32_t EIMS_EX(unsigned i) { return 0x00AA0 + 4 * i; }
[[nodiscard]] constexpr std::uint32_t EIMC_EX(unsigned i) { return 0x00AB0 + 4 * i; }
[[nodiscard]] constexpr std::uint32_t EIAM_EX(unsigned i) { return 0x00AD0 + 4 * i; }
[[nodiscard]] constexpr std::uint32_t IVAR(unsigned i) { return 0x00900 + 4 * i; } // i = 0..63, queues 2i and 2i+1
[[nodiscard]] constexpr std::uint32_t EITR(unsigned vector) {
    return vector < 24 ? 0x00820 + 4 * vector : 0x12300 + 4 * (vector - 24);
}
// of VF n, as the PF sees them
[[nodiscard]] constexpr std::uint32_t PVFCTRL(unsigned n) { return 0x00300 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTEICR(unsigned n) { return 0x00B00 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTEICS(unsigned n) { return 0x00C00 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTEIMS(unsigned n) { return 0x00D00 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTEIMC(unsigned n) { return 0x00E00 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTEIAC(unsigned n) { return 0x00F00 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTEIAM(unsigned n) { return 0x04D00 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTIVAR(unsigned n) { return 0x12500 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTIVAR_MISC(unsigned n) { return 0x04E00 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVTRSCINT(unsigned n) { return 0x12000 + 4 * n; }

// --- mailbox
[[nodiscard]] constexpr std::uint32_t PFMAILBOX(unsigned n) { return 0x04B00 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVFMAILBOX(unsigned n) { return 0x04C00 + 4 * n; } ///< VFMAILBOX of VF n
[[nodiscard]] constexpr std::uint32_t PFMBMEM(unsigned n, unsigned word) { return 0x13000 + 0x40 * n + 4 * word; }
[[nodiscard]] constexpr std::uint32_t PFMBICR(unsigned i) { return 0x00710 + 4 * i; } // i = 0..3, 16 VFs each
[[nodiscard]] constexpr std::uint32_t PFMBIMR(unsigned i) { return 0x00720 + 4 * i; } // i = 0..1, 32 VFs each
[[nodiscard]] constexpr std::uint32_t VFLRE(unsigned i) { return i == 0 ? 0x00600 : 0x001C0; }
[[nodiscard]] constexpr std::uint32_t VFLREC(unsigned i) { return 0x00700 + 4 * i; }

// --- receive
inline constexpr std::uint32_t RXCTRL = 0x03000;
inline constexpr std::uint32_t RXMEMWRAP = 0x03190;
inline constexpr std::uint32_t RDRXCTL = 0x02F00;
inline constexpr std::uint32_t QDE = 0x02F04;
inline constexpr std::uint32_t FCTRL = 0x05080;
inline constexpr std::uint32_t VLNCTRL = 0x05088;
inline constexpr std::uint32_t MCSTCTRL = 0x05090;
inline constexpr std::uint32_t RXCSUM = 0x05000;
inline constexpr std::uint32_t MRQC = 0x05818;
inline constexpr std::uint32_t VT_CTL = 0x051B0;
[[nodiscard]] constexpr std::uint32_t RXPBSIZE(unsigned i) { return 0x03C00 + 4 * i; } // i = 0..7
[[nodiscard]] constexpr std::uint32_t VFRE(unsigned i) { return 0x051E0 + 4 * i; }     // i = 0..1
[[nodiscard]] constexpr std::uint32_t MTA(unsigned i) { return 0x05200 + 4 * i; }      // i = 0..127
[[nodiscard]] constexpr std::uint32_t RETA(unsigned i) { return 0x05C00 + 4 * i; }     // i = 0..31, four entries each
[[nodiscard]] constexpr std::uint32_t RSSRK(unsigned i) { return 0x05C80 + 4 * i; }    // i = 0..9
/// The registers that the driver's "receive address" functions use; the first 16 are at 5400h too.
[[nodiscard]] constexpr std::uint32_t RAL(unsigned i) { return i < 16 ? 0x05400 + 8 * i : 0x0A200 + 8 * i; }
[[nodiscard]] constexpr std::uint32_t RAH(unsigned i) { return RAL(i) + 4; }
[[nodiscard]] constexpr std::uint32_t MPSAR_LO(unsigned i) { return 0x0A600 + 8 * i; }
[[nodiscard]] constexpr std::uint32_t MPSAR_HI(unsigned i) { return 0x0A604 + 8 * i; }
[[nodiscard]] constexpr std::uint32_t VFTA(unsigned i) { return 0x0A000 + 4 * i; }  // i = 0..127
[[nodiscard]] constexpr std::uint32_t PFUTA(unsigned i) { return 0x0F400 + 4 * i; } // i = 0..127
[[nodiscard]] constexpr std::uint32_t VMOLR(unsigned n) { return 0x0F000 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t VLVF(unsigned i) { return 0x0F100 + 4 * i; }    // i = 0..63
[[nodiscard]] constexpr std::uint32_t VLVFB(unsigned k) { return 0x0F200 + 4 * k; }   // k = 0..127, 2 per VLVF
[[nodiscard]] constexpr std::uint32_t PSRTYPE(unsigned n) { return 0x0EA00 + 4 * n; } // one per pool
/// First register of receive queue q = 0..127; add one of the offsets in `queue`.
[[nodiscard]] constexpr std::uint32_t RX_QUEUE(unsigned q) {
    return q < 64 ? 0x01000 + 0x40 * q : 0x0D000 + 0x40 * (q - 64);
}

// --- transmit
inline constexpr std::uint32_t DMATXCTL = 0x04A80;
inline constexpr std::uint32_t DTXTCPFLGL = 0x04A88;
inline constexpr std::uint32_t DTXTCPFLGH = 0x04A8C;
inline constexpr std::uint32_t RTTDCS = 0x04900;
inline constexpr std::uint32_t RTTDQSEL = 0x04904;
inline constexpr std::uint32_t RTTBCNRM = 0x04980;
inline constexpr std::uint32_t RTTBCNRC = 0x04984;
inline constexpr std::uint32_t MTQC = 0x08120;
inline constexpr std::uint32_t PFDTXGSWC = 0x08220;
inline constexpr std::uint32_t SSVPC = 0x08780;
[[nodiscard]] constexpr std::uint32_t TXPBSIZE(unsigned i) { return 0x0CC00 + 4 * i; } // i = 0..7
[[nodiscard]] constexpr std::uint32_t VFTE(unsigned i) { return 0x08110 + 4 * i; }     // i = 0..1
[[nodiscard]] constexpr std::uint32_t VMVIR(unsigned n) { return 0x08000 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PFVFSPOOF(unsigned i) { return 0x08200 + 4 * i; } // i = 0..7
[[nodiscard]] constexpr std::uint32_t VMECM(unsigned i) { return 0x08790 + 4 * i; }     // i = 0..1
[[nodiscard]] constexpr std::uint32_t TX_QUEUE(unsigned q) { return 0x06000 + 0x40 * q; }

// --- MAC
inline constexpr std::uint32_t HLREG0 = 0x04240;
inline constexpr std::uint32_t MAXFRS = 0x04268;
inline constexpr std::uint32_t AUTOC = 0x042A0;
inline constexpr std::uint32_t LINKS = 0x042A4;

// --- statistics; 040xx clear on read
inline constexpr std::uint32_t CRCERRS = 0x04000;
[[nodiscard]] constexpr std::uint32_t MPC(unsigned i) { return 0x03FA0 + 4 * i; } // i = 0..7
inline constexpr std::uint32_t RLEC = 0x04040;
inline constexpr std::uint32_t GPRC = 0x04074;
inline constexpr std::uint32_t BPRC = 0x04078;
inline constexpr std::uint32_t MPRC = 0x0407C;
inline constexpr std::uint32_t GPTC = 0x04080;
inline constexpr std::uint32_t GORCL = 0x04088;
inline constexpr std::uint32_t GORCH = 0x0408C;
inline constexpr std::uint32_t GOTCL = 0x04090;
inline constexpr std::uint32_t GOTCH = 0x04094;
inline constexpr std::uint32_t TORL = 0x040C0;
inline constexpr std::uint32_t TORH = 0x040C4;
inline constexpr std::uint32_t TPR = 0x040D0;
inline constexpr std::uint32_t TPT = 0x040D4;
inline constexpr std::uint32_t MPTC = 0x040F0;
inline constexpr std::uint32_t BPTC = 0x040F4;
[[nodiscard]] constexpr std::uint32_t QPRDC(unsigned i) { return 0x01430 + 0x40 * i; } // i = 0..15
// of VF n; these wrap
[[nodiscard]] constexpr std::uint32_t PVFGPRC(unsigned n) { return 0x0101C + 0x40 * n; }
[[nodiscard]] constexpr std::uint32_t PVFGORC_LSB(unsigned n) { return 0x01020 + 0x40 * n; }
[[nodiscard]] constexpr std::uint32_t PVFGORC_MSB(unsigned n) { return 0x0D020 + 0x40 * n; }
[[nodiscard]] constexpr std::uint32_t PVFMPRC(unsigned n) { return 0x0D01C + 0x40 * n; }
[[nodiscard]] constexpr std::uint32_t PVFGPTC(unsigned n) { return 0x08300 + 4 * n; }
[[nodiscard]] constexpr std::uint32_t PVFGOTC_LSB(unsigned n) { return 0x08400 + 8 * n; }
[[nodiscard]] constexpr std::uint32_t PVFGOTC_MSB(unsigned n) { return 0x08404 + 8 * n; }
} // namespace reg

/// VF view (VF BAR0, 16 KiB).
namespace vf_reg {
inline constexpr std::uint32_t VFCTRL = 0x00000;
inline constexpr std::uint32_t VFSTATUS = 0x00008;
inline constexpr std::uint32_t VFLINKS = 0x00010;
inline constexpr std::uint32_t VFFRTIMER = 0x00048;
inline constexpr std::uint32_t VTEICR = 0x00100;
inline constexpr std::uint32_t VTEICS = 0x00104;
inline constexpr std::uint32_t VTEIMS = 0x00108;
inline constexpr std::uint32_t VTEIMC = 0x0010C;
inline constexpr std::uint32_t VTEIAC = 0x00110;
inline constexpr std::uint32_t VTEIAM = 0x00114;
[[nodiscard]] constexpr std::uint32_t VTIVAR(unsigned x) { return 0x00120 + 4 * x; } // x = 0..3
inline constexpr std::uint32_t VTIVAR_MISC = 0x00140;
[[nodiscard]] constexpr std::uint32_t VTRSCINT(unsigned x) { return 0x00180 + 4 * x; }
[[nodiscard]] constexpr std::uint32_t VFMBMEM(unsigned word) { return 0x00200 + 4 * word; }
inline constexpr std::uint32_t VFMAILBOX = 0x002FC;
inline constexpr std::uint32_t VFPSRTYPE = 0x00300;
[[nodiscard]] constexpr std::uint32_t VTEITR(unsigned vector) { return 0x00820 + 4 * vector; }
[[nodiscard]] constexpr std::uint32_t RX_QUEUE(unsigned q) { return 0x01000 + 0x40 * q; }
[[nodiscard]] constexpr std::uint32_t TX_QUEUE(unsigned q) { return 0x02000 + 0x40 * q; }
inline constexpr std::uint32_t VFGPRC = 0x0101C;
inline constexpr std::uint32_t VFGORC_LSB = 0x01020;
inline constexpr std::uint32_t VFGORC_MSB = 0x01024;
inline constexpr std::uint32_t VFMPRC = 0x01034;
inline constexpr std::uint32_t VFGPTC = 0x0201C;
inline constexpr std::uint32_t VFGOTC_LSB = 0x02020;
inline constexpr std::uint32_t VFGOTC_MSB = 0x02024;
inline constexpr std::uint32_t VFRXMEMWRAP = 0x03190;
} // namespace vf_reg

/// Registers of one queue, relative to RX_QUEUE(q) or TX_QUEUE(q).
namespace queue {
inline constexpr std::uint32_t RDBAL = 0x00;
inline constexpr std::uint32_t RDBAH = 0x04;
inline constexpr std::uint32_t RDLEN = 0x08;
inline constexpr std::uint32_t DCA_RXCTRL = 0x0C;
inline constexpr std::uint32_t RDH = 0x10;
inline constexpr std::uint32_t SRRCTL = 0x14;
inline constexpr std::uint32_t RDT = 0x18;
inline constexpr std::uint32_t RXDCTL = 0x28;
inline constexpr std::uint32_t RSCCTL = 0x2C;
inline constexpr std::uint32_t TDBAL = 0x00;
inline constexpr std::uint32_t TDBAH = 0x04;
inline constexpr std::uint32_t TDLEN = 0x08;
inline constexpr std::uint32_t DCA_TXCTRL = 0x0C;
inline constexpr std::uint32_t TDH = 0x10;
inline constexpr std::uint32_t TDT = 0x18;
inline constexpr std::uint32_t TXDCTL = 0x28;
inline constexpr std::uint32_t TDWBAL = 0x38;
inline constexpr std::uint32_t TDWBAH = 0x3C;
} // namespace queue

// --- fields, named <register>_<field>
inline constexpr std::uint32_t CTRL_MASTER_DISABLE = 1U << 2U;
inline constexpr std::uint32_t CTRL_LRST = 1U << 3U;
inline constexpr std::uint32_t CTRL_RST = 1U << 26U;
inline constexpr std::uint32_t STATUS_LINK_UP = 1U << 7U;
inline constexpr unsigned STATUS_NUM_VFS_SHIFT = 10;
inline constexpr std::uint32_t STATUS_IOV_ACTIVE = 1U << 18U;
inline constexpr std::uint32_t STATUS_MASTER_ENABLE = 1U << 19U;
inline constexpr std::uint32_t CTRL_EXT_PFRSTD = 1U << 14U;
inline constexpr std::uint32_t GCR_EXT_VT_MODE_MASK = 3U;
inline constexpr std::uint32_t GCR_EXT_VT_MODE_64 = 3U;
inline constexpr std::uint32_t GCR_EXT_MSIX_EN = 1U << 31U;

inline constexpr std::uint32_t EICR_RTX_QUEUE_MASK = 0xFFFFU;
inline constexpr std::uint32_t EICR_RX_MISS = 1U << 17U;
inline constexpr std::uint32_t EICR_MAILBOX = 1U << 19U;
inline constexpr std::uint32_t EICR_LSC = 1U << 20U;
inline constexpr std::uint32_t EICR_TCP_TIMER = 1U << 30U;
inline constexpr std::uint32_t EICR_OTHER = 1U << 31U;
inline constexpr std::uint32_t GPIE_MSIX_MODE = 1U << 4U;
inline constexpr std::uint32_t GPIE_EIAME = 1U << 30U;
inline constexpr std::uint32_t GPIE_PBA_SUPPORT = 1U << 31U;
inline constexpr std::uint32_t IVAR_VALID = 0x80U; ///< in each byte
inline constexpr std::uint32_t EITR_INTERVAL_MASK = 0xFF8U;
inline constexpr unsigned EITR_INTERVAL_SHIFT = 3; ///< units of 2 us
inline constexpr std::uint32_t EITR_CNT_WDIS = 1U << 31U;

inline constexpr std::uint32_t VFCTRL_RST = 1U << 26U;
inline constexpr std::uint32_t LINKS_UP = 1U << 30U;
inline constexpr std::uint32_t LINKS_SPEED_10G = 3U << 28U;

inline constexpr std::uint32_t VFMAILBOX_REQ = 1U << 0U;
inline constexpr std::uint32_t VFMAILBOX_ACK = 1U << 1U;
inline constexpr std::uint32_t VFMAILBOX_VFU = 1U << 2U;
inline constexpr std::uint32_t VFMAILBOX_PFU = 1U << 3U;
inline constexpr std::uint32_t VFMAILBOX_PFSTS = 1U << 4U;
inline constexpr std::uint32_t VFMAILBOX_PFACK = 1U << 5U;
inline constexpr std::uint32_t VFMAILBOX_RSTI = 1U << 6U;
inline constexpr std::uint32_t VFMAILBOX_RSTD = 1U << 7U;
inline constexpr std::uint32_t VFMAILBOX_READ_TO_CLEAR = VFMAILBOX_PFSTS | VFMAILBOX_PFACK | VFMAILBOX_RSTD;
inline constexpr std::uint32_t PFMAILBOX_STS = 1U << 0U;
inline constexpr std::uint32_t PFMAILBOX_ACK = 1U << 1U;
inline constexpr std::uint32_t PFMAILBOX_VFU = 1U << 2U;
inline constexpr std::uint32_t PFMAILBOX_PFU = 1U << 3U;
inline constexpr std::uint32_t PFMAILBOX_RVFU = 1U << 4U;
inline constexpr unsigned PFMBICR_VFS = 16; ///< VFs per PFMBICR: VFREQ in bits 15:0, VFACK in 31:16

inline constexpr std::uint32_t RXCTRL_RXEN = 1U;
inline constexpr std::uint32_t DMATXCTL_TE = 1U;
inline constexpr std::uint32_t FCTRL_MPE = 1U << 8U;
inline constexpr std::uint32_t FCTRL_UPE = 1U << 9U;
inline constexpr std::uint32_t FCTRL_BAM = 1U << 10U;
inline constexpr std::uint32_t MCSTCTRL_MO_MASK = 3U;
inline constexpr std::uint32_t MCSTCTRL_MFE = 1U << 2U;
inline constexpr std::uint32_t VLNCTRL_VFE = 1U << 30U;
inline constexpr std::uint32_t VT_CTL_VT_ENA = 1U;
inline constexpr unsigned VT_CTL_DEF_PL_SHIFT = 7;
inline constexpr std::uint32_t VT_CTL_DEF_PL_MASK = 0x3FU << VT_CTL_DEF_PL_SHIFT;
inline constexpr std::uint32_t VT_CTL_DIS_DEFPL = 1U << 29U;
inline constexpr std::uint32_t VT_CTL_REPLEN = 1U << 30U;
inline constexpr std::uint32_t VMOLR_AUPE = 1U << 24U;
inline constexpr std::uint32_t VMOLR_ROMPE = 1U << 25U;
inline constexpr std::uint32_t VMOLR_ROPE = 1U << 26U;
inline constexpr std::uint32_t VMOLR_BAM = 1U << 27U;
inline constexpr std::uint32_t VMOLR_MPE = 1U << 28U;
inline constexpr std::uint32_t RAH_AV = 1U << 31U;
inline constexpr std::uint32_t VLVF_VIEN = 1U << 31U;
inline constexpr std::uint32_t PFDTXGSWC_LBEN = 1U;
inline constexpr std::uint32_t MTQC_RT_ENA = 1U;
inline constexpr std::uint32_t MTQC_VT_ENA = 2U;
inline constexpr std::uint32_t MTQC_64VF = 4U; ///< NUM_TC_OR_Q = 01: 64 pools of 2 queues
inline constexpr std::uint32_t MRQC_MRQE_MASK = 0xFU;
inline constexpr std::uint32_t MRQC_VMDQ_64_NO_RSS = 0x8U;
inline constexpr std::uint32_t MRQC_VMDQ_64_RSS = 0xBU;
inline constexpr std::uint32_t RTTDCS_ARBDIS = 1U << 6U;
inline constexpr std::uint32_t RTTBCNRC_RS_ENA = 1U << 31U;
inline constexpr std::uint32_t QDE_ENABLE = 1U;
inline constexpr unsigned QDE_INDEX_SHIFT = 8;
inline constexpr std::uint32_t QDE_INDEX_MASK = 0x7FU << QDE_INDEX_SHIFT;
inline constexpr std::uint32_t QDE_WRITE = 1U << 16U;
inline constexpr std::uint32_t QDE_READ = 1U << 17U;
inline constexpr unsigned MAXFRS_MFS_SHIFT = 16;

inline constexpr std::uint32_t RING_LENGTH_MASK = 0xFFF80U;     ///< RDLEN, TDLEN: bytes, multiples of 128
inline constexpr std::uint32_t SRRCTL_BSIZEPACKET_MASK = 0x1FU; ///< KB
inline constexpr unsigned SRRCTL_BSIZEHEADER_SHIFT = 8;         ///< 64-byte units
inline constexpr std::uint32_t SRRCTL_DESCTYPE_ADV_ONEBUF = 1U << 25U;
inline constexpr std::uint32_t SRRCTL_DESCTYPE_MASK = 7U << 25U;
inline constexpr std::uint32_t SRRCTL_DROP_EN = 1U << 28U;
inline constexpr std::uint32_t RXDCTL_ENABLE = 1U << 25U;
inline constexpr std::uint32_t RXDCTL_VME = 1U << 30U;
inline constexpr std::uint32_t TXDCTL_PTHRESH_MASK = 0x7FU;
inline constexpr unsigned TXDCTL_HTHRESH_SHIFT = 8;
inline constexpr unsigned TXDCTL_WTHRESH_SHIFT = 16;
inline constexpr std::uint32_t TXDCTL_THRESHOLD_MASK = 0x7FU; ///< of each threshold after its shift
inline constexpr std::uint32_t TXDCTL_ENABLE = 1U << 25U;
inline constexpr std::uint32_t TXDCTL_SWFLSH = 1U << 26U;
inline constexpr std::uint32_t TDWBAL_HEAD_WB_ENABLE = 1U;
inline constexpr unsigned PSRTYPE_RQPL_SHIFT = 29;

/// Where in the PF's register space the register at `offset` of VF `vf`'s BAR0 is, with `queues` queues per pool;
/// nothing if the VF has no register there (section 8.3, "VF registers" alias table). VTEITR has no PF offset of its
/// own: see vf_throttle_vector().
[[nodiscard]] std::optional<std::uint32_t> pf_alias(std::uint32_t offset, unsigned vf, unsigned queues) noexcept;
/// The vector 0..2 if `offset` of the VF view is a VTEITR.
[[nodiscard]] std::optional<unsigned> vf_throttle_vector(std::uint32_t offset) noexcept;

} // namespace rootpool::nic
