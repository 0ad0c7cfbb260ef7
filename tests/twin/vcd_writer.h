#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "rootpool/core/time.h"

namespace rootpool::twin {

/// Writes a value change dump (IEEE 1364-2005 clause 18) with a time step of 1 fs; texts as GTKWave reads them.
class VcdWriter {
public:
    explicit VcdWriter(std::ostream& out);

    /// Identifies a signal in the file.
    using Signal = std::string;

    // --- declarations
    void open_scope(std::string_view name);
    void close_scope();
    [[nodiscard]] Signal add_bits(std::string_view name, unsigned width);
    [[nodiscard]] Signal add_text(std::string_view name);
    void end_declarations();

    // --- values, in the order of times
    void at(SimTime time);
    void set(const Signal& signal, std::uint64_t bits);
    /// A text has no spaces.
    void set(const Signal& signal, std::string_view text);

private:
    [[nodiscard]] Signal add(std::string_view type, unsigned width, std::string_view name);

    std::ostream& out_;
    unsigned signals_ = 0;
    SimTime now_{-1};
};

} // namespace rootpool::twin
