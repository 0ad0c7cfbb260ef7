#pragma once

#include <array>

#include "tests/reference/link.h"
#include "tests/twin/link_case.h"
#include "tests/twin/trace.h"

namespace rootpool::twin {

/// The twin of the link of a case with its faults, and what it did.
class RecordedTwinLink {
public:
    explicit RecordedTwinLink(const LinkCase& of, reference::Mutation mutation = reference::Mutation::none);

    [[nodiscard]] reference::Link& link() noexcept { return link_; }
    /// To be filled up by who stands at its ends.
    [[nodiscard]] Traces& events() noexcept { return traces_; }

private:
    class Faults : public reference::FaultSource {
    public:
        explicit Faults(const Direction& of) : of_(of) {}
        reference::Fate fate(bool is_tlp, unsigned index, unsigned bytes) override;

    private:
        const Direction& of_;
    };
    class Writer : public reference::Recorder {
    public:
        Writer(const reference::LinkTicks& ticks, Traces& traces) : ticks_(ticks), traces_(traces) {}
        void started(const reference::PacketStarted& event) override;
        void received(const reference::PacketReceived& event) override;

    private:
        const reference::LinkTicks& ticks_;
        Traces& traces_;
    };

    Traces traces_;
    reference::Link link_;
    std::array<Faults, 2> faults_;
    Writer writer_;
};

} // namespace rootpool::twin
