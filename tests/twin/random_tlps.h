#pragma once

#include "rootpool/pcie/tlp.h"
#include "tests/twin/random.h"

namespace rootpool::twin {

/// TLPs of every row of the ordering table, from few functions with few tags, so that each rule of it applies often.
class RandomTlps {
public:
    RandomTlps(Random& random, pcie::TlpFactory& factory, unsigned max_payload);

    [[nodiscard]] pcie::TlpPtr any();
    /// The shortest there is: a memory write of one dword.
    [[nodiscard]] pcie::TlpPtr shortest();

private:
    [[nodiscard]] pcie::TlpHeader any_header();
    [[nodiscard]] pcie::TlpHeader completion(const pcie::TlpHeader& request, bool with_data);
    [[nodiscard]] pcie::TlpHeader write_of_configuration();
    [[nodiscard]] pcie::TlpPtr make(const pcie::TlpHeader& header, pcie::RootId root);
    [[nodiscard]] pcie::Bdf function() { return pcie::Bdf(1, static_cast<std::uint8_t>(random_.below(3)), 0); }
    [[nodiscard]] pcie::Tag tag() { return pcie::Tag(static_cast<std::uint16_t>(random_.below(4))); }
    [[nodiscard]] std::uint64_t address() { return random_.one_in(2) ? 0x10'0000 : 0x2'0000'0000; }
    [[nodiscard]] unsigned payload() {
        return random_.one_in(3) ? max_payload_ : 4 + 4 * random_.below(max_payload_ / 4);
    }

    Random& random_;
    pcie::TlpFactory& factory_;
    unsigned max_payload_;
    pcie::PayloadPtr bytes_; ///< all payloads are parts of it
};

} // namespace rootpool::twin
