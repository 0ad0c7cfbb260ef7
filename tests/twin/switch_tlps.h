#pragma once

#include "rootpool/pcie/tlp.h"
#include "tests/twin/random.h"
#include "tests/twin/switch_case.h"

namespace rootpool::twin {

/// TLPs that make sense at a port of a switch, and some that it has to refuse.
class SwitchTlps {
public:
    /// `rarity`: one of so many is to be refused.
    SwitchTlps(const SwitchCase& of, unsigned rarity, Random& random, pcie::TlpFactory& factory);

    [[nodiscard]] pcie::TlpPtr of_root(std::size_t root);
    [[nodiscard]] pcie::TlpPtr of_device(std::size_t device);
    /// A read of a lent BAR, or of what else a root may read.
    [[nodiscard]] pcie::TlpPtr read_of_root(std::size_t root);
    /// A memory write, or one of a configuration register, which most often may pass posted requests.
    [[nodiscard]] pcie::TlpPtr write_of_root(std::size_t root);

private:
    /// A function that a root may use, in its own numbering.
    struct Function {
        std::size_t device;
        pcie::Bdf id;
        std::array<std::uint64_t, reference::bars_of_function> bases;
        std::array<std::uint64_t, reference::bars_of_function> bytes;
    };

    void find_functions();
    [[nodiscard]] pcie::TlpHeader allowed_of_root(std::size_t root);
    [[nodiscard]] pcie::TlpHeader refused_of_root(std::size_t root);
    static constexpr unsigned faulty_requests = 7;
    /// A memory request with one field wrong, most often; `fault` < faulty_requests.
    [[nodiscard]] pcie::TlpHeader faulty(pcie::TlpHeader request, const reference::BridgeTable& bridge, unsigned fault);
    static constexpr unsigned forbidden_kinds = 7;
    /// Something that does not go to the device; `kind` < forbidden_kinds.
    [[nodiscard]] pcie::TlpHeader forbidden(std::uint64_t address, const reference::BridgeTable& bridge, unsigned kind);
    [[nodiscard]] pcie::TlpHeader own_function(std::size_t root);
    [[nodiscard]] pcie::TlpHeader memory(std::size_t root, bool reads);
    [[nodiscard]] pcie::TlpHeader configuration(std::size_t root);
    [[nodiscard]] pcie::TlpHeader allowed_of_device(std::size_t device);
    [[nodiscard]] pcie::TlpHeader refused_of_device(std::size_t device);
    [[nodiscard]] pcie::TlpPtr make(pcie::TlpHeader header);
    [[nodiscard]] pcie::Bdf function_of_device(std::size_t device);
    [[nodiscard]] unsigned bytes_to_device(std::size_t device, bool reads);
    [[nodiscard]] pcie::Tag tag() { return pcie::Tag(static_cast<std::uint16_t>(random_.below(8))); }
    [[nodiscard]] std::uint64_t host_address();

    const SwitchCase& of_;
    unsigned rarity_;
    Random& random_;
    pcie::TlpFactory& factory_;
    pcie::PayloadPtr bytes_;                       ///< all payloads are parts of it
    std::vector<std::vector<Function>> functions_; ///< by root
};

/// Longest data of a TLP or read.
inline constexpr unsigned longest_data = 512;

} // namespace rootpool::twin
