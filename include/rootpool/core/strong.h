#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace rootpool::core {

/// An integer of its own kind: a VF index is not a tag and not a root number, although all are small
/// integers. There is no implicit conversion in either direction; `value()` leaves the type.
template <typename Kind, typename Representation>
class Strong {
public:
    using representation = Representation;

    constexpr Strong() noexcept = default;
    constexpr explicit Strong(Representation value) noexcept : value_(value) {}

    [[nodiscard]] constexpr Representation value() const noexcept { return value_; }
    [[nodiscard]] constexpr std::size_t index() const noexcept { return value_; }

    friend constexpr auto operator<=>(const Strong&, const Strong&) noexcept = default;

private:
    Representation value_{};
};

} // namespace rootpool::core

template <typename Kind, typename Representation>
struct std::hash<rootpool::core::Strong<Kind, Representation>> {
    std::size_t operator()(const rootpool::core::Strong<Kind, Representation>& id) const noexcept {
        return std::hash<Representation>{}(id.value());
    }
};
