#pragma once

#include <nlohmann/json_fwd.hpp>
#include <stdexcept>

#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::pcie {

/// A JSON description of a TLP that is wrong. The text begins with the name of the field.
class TlpJsonError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The fields of a TLP by the names of the PCI Express specification; those that its kind does not have are absent.
/// Numbers are numbers, except addresses, "0x..", IDs, "bb:dd.f", and data, pairs of hexadecimal digits in the order of
/// the wire.
[[nodiscard]] nlohmann::ordered_json to_json(const DecodedTlp& tlp);

/// The reverse. `kind` is required, as is what the kind cannot do without (address, target, data); everything else has
/// the value of the usual TLP: length from data or one dword, all bytes enabled, header size from the address. Throws
/// TlpJsonError for a field that is unknown, missing, of the wrong type, out of range, or not of this kind, and for a
/// TLP that breaks a rule of validate().
[[nodiscard]] DecodedTlp tlp_from_json(const nlohmann::ordered_json& json);

} // namespace rootpool::pcie
