#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rootpool/pcie/tlp_kinds.h"
#include "rootpool/pooling/refusal.h"

namespace rootpool::pooling {

enum class Sender : std::uint8_t { slave, master, device };
inline constexpr std::size_t sender_count = 3;

enum class Verdict : std::uint8_t {
    pass,
    refuse,  ///< UR for a non-posted request, dropped otherwise; counted
    probe,   ///< UR without counting: a configuration request for a function that is not there
    drop,    ///< dropped and counted
    consume, ///< ends here, as it should
};

/// What the tables say of a TLP, beside its header.
struct FirewallFacts {
    const pcie::TlpHeader& header;
    unsigned max_payload = 128; ///< of the PF, bytes
    bool function_known =
        false; ///< configuration, completion: the addressed function; from the device: the sending function is known
    bool inside_lent_bar = false; ///< slave memory request: hit of one address CAM for the whole request
    bool lent = false;            ///< master: what it addresses is lent; device: the sending function is lent
    /// From the device: in the window of translated interrupts, but no message of the sending function.
    bool foreign_interrupt = false;
};

/// One row of the decision table.
struct FirewallRow {
    std::string_view name;
    Sender sender;
    pcie::TlpKinds kinds;
    using Condition = bool (*)(const FirewallFacts& facts);
    Condition condition; ///< of TLPs of these kinds; null: all of them
    Verdict verdict;
    RefusalCause cause;
};

/// The rows, grouped by sender; the first that applies decides, and the last one of each sender applies always.
[[nodiscard]] std::span<const FirewallRow> firewall_rows() noexcept;
[[nodiscard]] const FirewallRow& decide(Sender sender, const FirewallFacts& facts) noexcept;

/// PCIe base 2.2.7: a request must not cross a naturally aligned 4 KB boundary.
[[nodiscard]] constexpr bool crosses_4k(const pcie::TlpHeader& header) noexcept {
    return (header.address & 0xFFFU) + header.length_dw * std::uint64_t{4} > 0x1000U;
}

} // namespace rootpool::pooling
