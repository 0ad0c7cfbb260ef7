#pragma once

#include <span>
#include <string>
#include <string_view>

/// The one list of what a script may plausibly ask of PCI Express and no model has. docs/pcie-coverage.md has a row for
/// each, and a test compares them.
namespace rootpool::scenario {

struct RefusedFeature {
    std::string_view maps;   ///< where the keys would stand: "topology|topology.switch"; * is any one word
    std::string_view keys;   ///< alternatives "aspm|l0s"
    std::string_view values; ///< of a key that there is: which ask for it, "12|32", ">5", ">512 B"; empty: any
    std::string_view feature;
    std::string_view clause; ///< of the PCIe base specification; with the name of the document if it is another one
    /// The value with which a key without `values` asks for what there is: it is accepted. Empty: no value is.
    std::string_view modelled = {};
};

[[nodiscard]] std::span<const RefusedFeature> refused_features() noexcept;

/// The feature that `key` of the map `map` (the path of a row of the key table) asks for with this value; nullptr if it
/// asks for none that is refused.
[[nodiscard]] const RefusedFeature* find_refused(std::string_view map, std::string_view key,
                                                 std::string_view value = {});

/// Whether `value` of a key of this feature asks for nothing but what is modelled.
[[nodiscard]] bool asks_for_what_is_modelled(const RefusedFeature& refused, std::string_view value) noexcept;

/// What a message says of it: that it is not modelled, and where to read on.
[[nodiscard]] std::string describe(const RefusedFeature& refused);

} // namespace rootpool::scenario
