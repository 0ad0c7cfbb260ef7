#pragma once

#include <deque>

#include "tests/twin/switch_case.h"

namespace rootpool::twin {

/// What stands at the far end of a link of a switch, with no time of its own: sends what the case says and completes
/// the requests that it receives. It is the same for a model and for the twin.
class FarEnd {
public:
    /// `device`: null for a root complex.
    FarEnd(const PortCase& of, const reference::DeviceTables* device, pcie::TlpFactory& factory);

    /// When the next TLP is handed to the link; core::never if there is none.
    [[nodiscard]] SimTime next_call() const noexcept;
    [[nodiscard]] Submission take_next();
    /// Its last beat was received at `at`. Completions are handed over more than 4 ns later.
    void receive(const pcie::Tlp& tlp, SimTime at);

private:
    void add(SimTime call, pcie::TlpPtr tlp);
    void complete_memory_read(const pcie::Tlp& request, std::uint64_t mixed, SimTime call);
    [[nodiscard]] pcie::Bdf completer_of(const pcie::TlpHeader& request) const;
    [[nodiscard]] pcie::TlpPtr make(const pcie::TlpHeader& header, std::uint64_t mixed);

    const std::vector<Submission>& planned_;
    const Completer& completer_;
    const reference::DeviceTables* device_;
    pcie::TlpFactory& factory_;
    pcie::PayloadPtr bytes_; ///< all data are parts of it
    std::size_t next_planned_ = 0;
    std::deque<Submission> completions_; ///< in order of their calls, of equal ones in order of reception
};

} // namespace rootpool::twin
