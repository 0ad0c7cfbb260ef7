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

/// The most that may be advertised without scaled flow control (PCIe base 2.6.1).
inline constexpr CreditCost largest_credits{127, 2047};

/// What a receiver advertises, by FlowClass.
struct Credits {
    std::array<ClassCredits, flow_class_count> of{};

    [[nodiscard]] const ClassCredits& operator[](FlowClass flow) const noexcept {
        return of[static_cast<std::size_t>(flow)];
    }
    [[nodiscard]] ClassCredits& operator[](FlowClass flow) noexcept { return of[static_cast<std::size_t>(flow)]; }
};

/// A cumulative count as flow-control DLLPs carry it: headers modulo 2^8, data modulo 2^12.
struct CreditCount {
    std::uint8_t headers = 0;
    std::uint16_t data = 0;

    constexpr void add(CreditCost cost) noexcept {
        headers = static_cast<std::uint8_t>(headers + cost.headers);
        data = static_cast<std::uint16_t>((data + cost.data) & 0xFFFU);
    }
    friend bool operator==(const CreditCount&, const CreditCount&) = default;
};

/// What keeps a TLP from being sent.
enum class CreditStall : std::uint8_t { none, headers, data };

/// The transmitter's side of one class: CREDIT_LIMIT and CREDITS_CONSUMED (PCIe base 2.6.1.1).
class CreditGate {
public:
    [[nodiscard]] CreditStall stall(CreditCost cost) const noexcept {
        if (infinite_) {
            return CreditStall::none;
        }
        const unsigned headers = (limit_.headers - (consumed_.headers + cost.headers)) & 0xFFU;
        const unsigned data = (limit_.data - (consumed_.data + cost.data)) & 0xFFFU;
        return headers > 0x80U ? CreditStall::headers : data > 0x800U ? CreditStall::data : CreditStall::none;
    }
    void consume(CreditCost cost) noexcept { consumed_.add(cost); }
    /// InitFC: 0 headers and 0 data are infinite.
    void initialize(CreditCount limit) noexcept {
        limit_ = limit;
        infinite_ = limit == CreditCount{};
    }
    void update(CreditCount limit) noexcept { limit_ = limit; }
    [[nodiscard]] bool infinite() const noexcept { return infinite_; }
    [[nodiscard]] CreditCount limit() const noexcept { return limit_; }
    [[nodiscard]] CreditCount consumed() const noexcept { return consumed_; }

private:
    CreditCount limit_;
    CreditCount consumed_;
    bool infinite_ = false;
};

} // namespace rootpool::pcie
