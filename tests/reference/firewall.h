#pragma once

#include "rootpool/pcie/tlp.h"

/// What the sharing engine lets pass.
namespace rootpool::reference {

enum class Passage : std::uint8_t {
    passes,
    refused, ///< a non-posted request is answered with UR
    dropped,
};

/// What the tables say of a TLP of a root that is not the master.
struct SlaveFacts {
    bool function_is_lent = false; ///< configuration, completion: to this root
    bool inside_lent_bar = false;  ///< memory: all of it
    unsigned max_payload = 128;    ///< of the physical function
};
[[nodiscard]] Passage passage_of_slave(const pcie::TlpHeader& header, const SlaveFacts& facts);
/// `is_lent`: the function that the master's TLP is about.
[[nodiscard]] Passage passage_of_master(const pcie::TlpHeader& header, bool is_lent);
/// Of a request of a function that is known.
[[nodiscard]] Passage passage_of_device(const pcie::TlpHeader& header, bool is_lent);

} // namespace rootpool::reference
