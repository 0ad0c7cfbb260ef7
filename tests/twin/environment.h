#pragma once

#include <cstdlib>

namespace rootpool::twin {

/// A number that whoever starts a test may set.
[[nodiscard]] inline unsigned environment_number(const char* name, unsigned otherwise) {
    const char* const asked = std::getenv(name);
    return asked == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(asked, nullptr, 10));
}

} // namespace rootpool::twin
