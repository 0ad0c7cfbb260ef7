#pragma once

#include <optional>

#include "tests/reference/packet.h"
#include "tests/reference/settings.h"

namespace rootpool::reference {

/// Flow-control initialisation of one end (PCIe base 3.4.1; docs/timing.md 2.6).
class Handshake {
public:
    explicit Handshake(Tick repeat_interval) noexcept : repeat_interval_(repeat_interval) {}

    /// The link has come up.
    void reset() noexcept { *this = Handshake(repeat_interval_); }

    /// The wire may carry TLPs and every DLLP.
    [[nodiscard]] bool is_active() const noexcept { return stage_ == Stage::active; }
    /// InitFCs still set the limits.
    [[nodiscard]] bool limits_follow_init() const noexcept { return stage_ == Stage::init_fc1; }

    /// Moves on to the next stage if what was sent and received before this tick is enough for it.
    void advance() noexcept {
        if (!is_active()) {
            try_next_stage();
        }
    }
    /// A packet that can start now, if there is one; `sent()` says that it did.
    struct Next {
        PacketKind kind;
        pcie::FlowClass flow_class;
        bool repeats; ///< first of a triple that was sent before
    };
    [[nodiscard]] std::optional<Next> next(Tick now) const noexcept;
    void sent(Tick now) noexcept;

    /// What is received. Only what is received intact counts.
    void receive_init(PacketKind kind, pcie::FlowClass flow_class) noexcept {
        heard_classes_ |= 1U << index_of(flow_class);
        peer_has_credits_ |= kind == PacketKind::init_fc2;
    }
    void receive_update_or_tlp() noexcept { peer_has_credits_ = true; }

private:
    enum class Stage : std::uint8_t { init_fc1, init_fc2, active };
    static constexpr unsigned all_classes = (1U << pcie::flow_class_count) - 1;

    void try_next_stage() noexcept;
    /// At least one triple is out and none is half out.
    [[nodiscard]] bool triple_is_out() const noexcept { return sent_of_triple_ == pcie::flow_class_count; }

    Tick repeat_interval_;
    Stage stage_ = Stage::init_fc1;
    unsigned sent_of_triple_ = 0;
    Tick triple_started_ = no_tick; ///< in this stage; no_tick: not yet
    unsigned heard_classes_ = 0;
    bool peer_has_credits_ = false; ///< InitFC2, UpdateFC or TLP received: flag FI2 of PCIe base 3.4.1
};

} // namespace rootpool::reference
