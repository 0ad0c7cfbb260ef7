#pragma once

#include <array>
#include <cstdint>

#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pcie {

/// Flow-control units of one class: one header credit per TLP, one data credit per 16 bytes (PCIe base 2.6.1).
struct CreditCost {
    std::uint32_t headers = 0;
    std::uint32_t data = 0;
    friend bool operator==(const CreditCost&, const CreditCost&) = default;
};

inline constexpr unsigned data_credit_bytes = 16;

/// What a TLP takes of its class (PCIe base table 2-49).
[[nodiscard]] constexpr CreditCost credit_cost(const TlpHeader& header) noexcept {
    return {1, (payload_bytes(header) + data_credit_bytes - 1) / data_credit_bytes};
}

/// What a receiver advertises for one class. Infinite credit is advertised as 0 on the wire (PCIe base 2.6.1).
struct ClassCredits {
    CreditCost limit;
    bool infinite = false;
};

/// What a receiver advertises, by FlowClass.
struct Credits {
    std::array<ClassCredits, flow_class_count> of{};

    [[nodiscard]] const ClassCredits& operator[](FlowClass flow) const noexcept {
        return of[static_cast<std::size_t>(flow)];
    }
    [[nodiscard]] ClassCredits& operator[](FlowClass flow) noexcept { return of[static_cast<std::size_t>(flow)]; }
};

/// Credits in use at a receiver, as its transmitter counts them.
class CreditAccount {
public:
    /// Whether a TLP of this cost may be sent now.
    [[nodiscard]] bool allows(const Credits& limits, FlowClass flow, CreditCost cost) const noexcept {
        const ClassCredits& granted = limits[flow];
        const CreditCost& used = used_[static_cast<std::size_t>(flow)];
        return granted.infinite ||
               (used.headers + cost.headers <= granted.limit.headers && used.data + cost.data <= granted.limit.data);
    }
    void consume(FlowClass flow, CreditCost cost) noexcept {
        CreditCost& used = used_[static_cast<std::size_t>(flow)];
        used.headers += cost.headers;
        used.data += cost.data;
    }
    /// Throws core::ModelViolation if more comes back than was consumed.
    void give_back(FlowClass flow, CreditCost cost);

    [[nodiscard]] CreditCost used(FlowClass flow) const noexcept { return used_[static_cast<std::size_t>(flow)]; }

private:
    std::array<CreditCost, flow_class_count> used_{};
};

} // namespace rootpool::pcie
