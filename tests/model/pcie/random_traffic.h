#pragma once

#include <cstdint>

#include "rootpool/pcie/tlp.h"
#include "tests/model/pcie/split_mix64.h"

namespace rootpool::models::test {

/// Random TLPs of all classes with payloads that their number gives.
class RandomTraffic {
public:
    static constexpr unsigned max_payload = 512; ///< bytes

    RandomTraffic(std::uint64_t seed, pcie::TlpFactory& factory) : random_(seed), factory_(factory) {}

    [[nodiscard]] pcie::TlpPtr make(std::uint64_t number);
    [[nodiscard]] static bool is_intact(const pcie::Tlp& tlp);

private:
    [[nodiscard]] pcie::TlpHeader make_header();
    [[nodiscard]] pcie::Bdf requester() { return {1, static_cast<std::uint8_t>(random_.below(3)), 0}; }
    [[nodiscard]] pcie::Tag tag() { return pcie::Tag(static_cast<std::uint16_t>(random_.below(4))); }
    [[nodiscard]] unsigned bytes() { return random_.one_in(3) ? max_payload : 4 + 4 * random_.below(max_payload / 4); }

    SplitMix64 random_;
    pcie::TlpFactory& factory_;
};

} // namespace rootpool::models::test
