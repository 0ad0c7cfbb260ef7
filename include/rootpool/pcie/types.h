#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include "rootpool/core/strong.h"

namespace rootpool::pcie {

/// Number of a root complex as the multi-root switch counts them; the number of the upstream port.
using RootId = core::Strong<struct RootIdKind, std::uint8_t>;
/// Transaction tag of a non-posted request (PCIe base 2.2.6.2). 10 bits at most.
using Tag = core::Strong<struct TagKind, std::uint16_t>;
/// Index of a virtual function of one physical function, from 0 (SR-IOV counts from 1: VF n has index n - 1).
using VfIndex = core::Strong<struct VfIndexKind, std::uint16_t>;

/// A routing ID: bus 15:8, device 7:3, function 2:0; with ARI the low byte is one function number (PCIe
/// base 2.2.4.2, 6.13).
class Bdf {
public:
    constexpr Bdf() noexcept = default;
    constexpr explicit Bdf(std::uint16_t routing_id) noexcept : id_(routing_id) {}
    constexpr Bdf(std::uint8_t bus, std::uint8_t device, std::uint8_t function) noexcept
        : id_(static_cast<std::uint16_t>(bus << 8U | (device & 0x1FU) << 3U | (function & 7U))) {}

    [[nodiscard]] static constexpr Bdf from_bus_devfn(std::uint8_t bus, std::uint8_t devfn) noexcept {
        return Bdf(static_cast<std::uint16_t>(bus << 8U | devfn));
    }

    [[nodiscard]] constexpr std::uint16_t routing_id() const noexcept { return id_; }
    [[nodiscard]] constexpr std::uint8_t bus() const noexcept { return static_cast<std::uint8_t>(id_ >> 8U); }
    [[nodiscard]] constexpr std::uint8_t devfn() const noexcept { return static_cast<std::uint8_t>(id_); }
    [[nodiscard]] constexpr std::uint8_t device() const noexcept { return devfn() >> 3U; }
    [[nodiscard]] constexpr std::uint8_t function() const noexcept { return devfn() & 7U; }

    friend constexpr auto operator<=>(const Bdf&, const Bdf&) noexcept = default;

private:
    std::uint16_t id_ = 0;
};

/// "bb:dd.f" in lower-case hexadecimal, as lspci writes it.
[[nodiscard]] std::string to_string(Bdf bdf);

/// The three flow-control classes of transactions (PCIe base 2.6.1).
enum class FlowClass : std::uint8_t { posted, non_posted, completion };
inline constexpr int flow_class_count = 3;

} // namespace rootpool::pcie

template <>
struct std::hash<rootpool::pcie::Bdf> {
    std::size_t operator()(const rootpool::pcie::Bdf& bdf) const noexcept { return bdf.routing_id(); }
};
