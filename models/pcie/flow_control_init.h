#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "models/pcie/credit_advertiser.h"
#include "rootpool/pcie/dllp.h"

namespace rootpool::models {

/// One end's part in the initialisation of flow control (PCIe base 3.4.1, docs/timing.md 2.6).
class FlowControlInit {
public:
    explicit FlowControlInit(pcie::LinkTick repeat) noexcept : repeat_(repeat) {}

    void start() noexcept { *this = FlowControlInit(repeat_); }
    [[nodiscard]] bool active() const noexcept { return stage_ == Stage::active; }
    /// The first tick at which the link was active for this end.
    [[nodiscard]] pcie::LinkTick active_since() const noexcept { return active_since_; }
    /// Follows what was sent and received before `tick`; to be called before anything that happens then.
    void advance(pcie::LinkTick tick) noexcept {
        while (stage_ != Stage::active && advances_from() <= tick) {
            next_ = 0;
            if (stage_ == Stage::init1) {
                stage_ = Stage::init2;
            } else {
                stage_ = Stage::active;
                active_since_ = std::max(out_at_, second_flag_at_) + 1;
            }
        }
    }
    /// Whether InitFCs that come in still set credit limits.
    [[nodiscard]] bool takes_limits() const noexcept { return stage_ == Stage::init1; }

    void received(const pcie::Dllp& dllp, pcie::LinkTick at) noexcept {
        const bool init = dllp.kind == pcie::DllpKind::init_fc1 || dllp.kind == pcie::DllpKind::init_fc2;
        if (init && kinds_received_ != all_kinds) {
            kinds_received_ |= 1U << static_cast<unsigned>(dllp.flow);
            kinds_at_ = at;
        }
        if (dllp.kind == pcie::DllpKind::init_fc2 || dllp.kind == pcie::DllpKind::update_fc) {
            received_tlp(at);
        }
    }
    void received_tlp(pcie::LinkTick at) noexcept { second_flag_at_ = std::min(second_flag_at_, at); }

    /// The first tick at which advance() does something, as things are; no_tick: there is none.
    [[nodiscard]] pcie::LinkTick advances_from() const noexcept {
        const pcie::LinkTick cause = may_go_on_after();
        return next_ == triple && cause != pcie::no_tick ? std::max(out_at_, cause) + 1 : pcie::no_tick;
    }
    /// The first tick at which an InitFC is due, as things are.
    [[nodiscard]] pcie::LinkTick from() const noexcept { return next_ < triple ? 0 : repeat_at_; }
    /// The DLLP that starts at `tick`, if one is due.
    [[nodiscard]] std::optional<pcie::Dllp> send(pcie::LinkTick tick, const CreditAdvertiser& credits) noexcept {
        if (next_ == triple) {
            if (tick < repeat_at_) {
                return std::nullopt;
            }
            next_ = 0;
        }
        if (next_ == 0) {
            repeat_at_ = tick + repeat_;
        }
        out_at_ = tick;
        const auto flow = static_cast<pcie::FlowClass>(next_++);
        const auto kind = stage_ == Stage::init1 ? pcie::DllpKind::init_fc1 : pcie::DllpKind::init_fc2;
        return pcie::Dllp{kind, flow, 0, credits.allocated(flow)};
    }

private:
    enum class Stage : std::uint8_t { init1, init2, active };
    static constexpr unsigned triple = pcie::flow_class_count;
    static constexpr unsigned all_kinds = 7;

    /// When what ends the stage was received; no_tick: it has not been.
    [[nodiscard]] pcie::LinkTick may_go_on_after() const noexcept {
        const pcie::LinkTick first_flag_at = kinds_received_ == all_kinds ? kinds_at_ : pcie::no_tick;
        return stage_ == Stage::init1 ? first_flag_at : second_flag_at_;
    }

    pcie::LinkTick repeat_;
    Stage stage_ = Stage::init1;
    unsigned next_ = 0; ///< of the triple
    pcie::LinkTick repeat_at_ = pcie::no_tick;
    pcie::LinkTick out_at_ = 0; ///< start of the last InitFC
    unsigned kinds_received_ = 0;
    pcie::LinkTick kinds_at_ = 0;                   ///< when the last missing kind was received
    pcie::LinkTick second_flag_at_ = pcie::no_tick; ///< when FI2 was set
    pcie::LinkTick active_since_ = pcie::no_tick;
};

} // namespace rootpool::models
