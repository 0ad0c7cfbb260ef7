#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/pcie/tlp_header.h"

/// Transaction layer packets as bytes: header, data, digest; without sequence number and LCRC (PCIe base 2.2, non-flit
/// mode).
namespace rootpool::pcie {

/// A TLP taken apart.
struct DecodedTlp {
    TlpHeader header;
    std::vector<std::uint8_t> data;
    std::optional<std::uint32_t> ecrc; ///< the digest as it stands, first byte highest; present when header.digest
    friend bool operator==(const DecodedTlp&, const DecodedTlp&) = default;
};

/// Why a TLP is refused.
struct TlpError {
    std::string rule;        ///< what is demanded, with its clause of the PCIe base specification
    std::size_t byte_offset; ///< first byte that breaks it
};

/// The first rule of PCIe base 2.2 that a header breaks. Rules are those of a transmitter: reserved fields are zero.
/// Rules that need more than the TLP itself (maximum payload, maximum read request, routing) are not checked here.
[[nodiscard]] std::optional<TlpError> validate(const TlpHeader& header);

/// A header on the wire: 16 bytes, or 12 and 4 zero bytes.
using HeaderBytes = std::array<std::uint8_t, 16>;
[[nodiscard]] HeaderBytes encode_header(const TlpHeader& header) noexcept;

/// Appends header, payload and, if header.digest, the ECRC: `ecrc` if given, the right one otherwise. Throws
/// core::ModelViolation if the payload is not as long as the header says. Fields are cut to their width; whoever takes
/// headers from outside calls validate().
void encode(const TlpHeader& header, core::ByteView payload, std::vector<std::uint8_t>& out,
            std::optional<std::uint32_t> ecrc = std::nullopt);

/// Takes a TLP apart. Anything malformed is refused with the rule it breaks. What is accepted encodes to the same bytes
/// again.
[[nodiscard]] std::variant<DecodedTlp, TlpError> decode_tlp(core::ByteView bytes);

/// The end-to-end CRC of a header and its data, to be compared with DecodedTlp::ecrc (PCIe base 2.7.1).
[[nodiscard]] std::uint32_t compute_ecrc(core::ByteView header_and_data) noexcept;

} // namespace rootpool::pcie
