#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rootpool/pcie/types.h"

namespace rootpool::pcie {

/// Who waits for whom in a fabric that stands still: places of TLPs, and for which other place the TLPs in them wait.
/// Made when it is too late for speed.
class WaitGraph {
public:
    struct Wait {
        std::string place;
        std::string waits_for;
        std::string why; ///< what is held and what is missing: "3 TLPs, 0 of 32 headers left"
    };

    void add(std::string place, std::string waits_for, std::string why);
    [[nodiscard]] const std::vector<Wait>& waits() const noexcept { return waits_; }
    /// The waits of a cycle, each for the place of the next and the last for that of the first; empty: there is none.
    [[nodiscard]] std::vector<Wait> cycle() const;
    /// All waits, a line each, then the cycle.
    [[nodiscard]] std::string report() const;

    // --- names of places
    /// TLPs of a class that a port has to send.
    [[nodiscard]] static std::string transmit_buffer(FlowClass flow, const std::string& port);
    /// TLPs of a class that a port has received and that its owner has not released.
    [[nodiscard]] static std::string receive_buffer(FlowClass flow, const std::string& port);

private:
    [[nodiscard]] bool follow(std::size_t wait, std::vector<std::size_t>& path, std::vector<bool>& seen) const;

    std::vector<Wait> waits_;
};

[[nodiscard]] std::string_view to_string(FlowClass flow) noexcept;

} // namespace rootpool::pcie
