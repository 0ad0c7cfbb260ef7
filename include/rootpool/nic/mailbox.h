#pragma once

#include <array>
#include <cstdint>

#include "rootpool/nic/registers.h"

namespace rootpool::nic {

/// The mailboxes between the PF and its VFs (datasheet section 7.10.2.9.1): one 64-byte buffer per VF for both
/// directions, ownership bits that hardware arbitrates, and event bits. Indices are below vf_count.
class Mailbox {
public:
    // --- VF side. Reading clears PFSTS, PFACK and RSTD.
    [[nodiscard]] std::uint32_t read_vf(unsigned vf) noexcept;
    /// True if the write makes a cause for the PF (REQ or ACK).
    [[nodiscard]] bool write_vf(unsigned vf, std::uint32_t value) noexcept;

    // --- PF side
    [[nodiscard]] std::uint32_t read_pf(unsigned vf) const noexcept;
    /// True if the write makes a cause for the VF (STS or ACK).
    [[nodiscard]] bool write_pf(unsigned vf, std::uint32_t value) noexcept;

    [[nodiscard]] std::uint32_t word(unsigned vf, unsigned index) const noexcept { return boxes_[vf].memory[index]; }
    void set_word(unsigned vf, unsigned index, std::uint32_t value) noexcept { boxes_[vf].memory[index] = value; }

    /// PFMBICR(i): requests of 16 VFs in bits 15:0, acknowledgements in 31:16; a written 1 clears.
    [[nodiscard]] std::uint32_t causes(unsigned i) const noexcept { return causes_[i]; }
    void clear_causes(unsigned i, std::uint32_t bits) noexcept { causes_[i] &= ~bits; }

    /// VFLRE(i): VFs of 32 that were reset; VFLREC clears.
    [[nodiscard]] std::uint32_t reset_events(unsigned i) const noexcept { return reset_events_[i]; }
    void clear_reset_events(unsigned i, std::uint32_t bits) noexcept { reset_events_[i] &= ~bits; }
    /// VFLR or VFCTRL.RST: clears VFMAILBOX but for RSTI, which is about the PF; PFU is the PF's and the buffer keeps
    /// its words.
    void note_vf_reset(unsigned vf) noexcept;

    /// The PF goes through a reset: every VF reads RSTI until reset_done() (datasheet section 4.2.2.1, "RSTI/RSTD").
    void reset() noexcept;
    /// The PF driver set CTRL_EXT.PFRSTD: RSTI clears, every VF reads RSTD once.
    void reset_done() noexcept;

private:
    struct Box {
        std::array<std::uint32_t, mailbox_words> memory{};
        bool vf_owns = false;
        bool pf_owns = false;
        std::uint32_t vf_events = VFMAILBOX_RSTI; ///< PFSTS, PFACK, RSTI, RSTD as VFMAILBOX shows them
    };
    static constexpr unsigned causes_registers = vf_count / PFMBICR_VFS;

    std::array<Box, vf_count> boxes_{};
    std::array<std::uint32_t, causes_registers> causes_{};
    std::array<std::uint32_t, 2> reset_events_{};
};

} // namespace rootpool::nic
