#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace rootpool::pooling {

/// Chooses between the inputs of one crossbar output.
class Arbiter {
public:
    virtual ~Arbiter() = default;
    /// The winner among the inputs whose entry is not 0; at least one is. Remembers the choice.
    [[nodiscard]] virtual std::size_t grant(std::span<const std::uint8_t> requesting) = 0;
};

/// Names: "round_robin".
[[nodiscard]] std::vector<std::string_view> arbiter_names();
/// Throws std::invalid_argument for a name that arbiter_names() does not list.
[[nodiscard]] std::unique_ptr<Arbiter> make_arbiter(std::string_view name);

} // namespace rootpool::pooling
