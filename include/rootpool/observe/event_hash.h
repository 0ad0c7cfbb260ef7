#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rootpool/core/hash.h"
#include "rootpool/net/frame.h"
#include "rootpool/observe/name_list.h"
#include "rootpool/pcie/tlp_observer.h"

namespace rootpool::observe {

/// One number for all that happened: every TLP and every frame with time, place, header and length. Two runs behave
/// alike if and only if (short of a collision) their hashes are equal. Every place has a running hash of its own, in
/// the order of its times: how far ahead a model decides does not change it. Always on, and fed by the models alone, so
/// the sinks cannot change it.
class EventHash final : public pcie::TlpObserver, public net::FrameObserver {
public:
    pcie::PlaceId add_place(const std::string& name) override;
    void on_tlp(const pcie::TlpSighting& sighting) override;
    net::EthernetPortId add_port(const std::string& name) override;
    void on_frame(net::EthernetPortId port, net::FrameDirection direction, SimTime at,
                  const net::Frame& frame) override;

    [[nodiscard]] std::uint64_t value() const noexcept;
    [[nodiscard]] std::uint64_t tlps() const noexcept { return tlps_; }
    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }

private:
    void add_text(const std::string& text);

    core::RunningHash names_;
    std::vector<core::RunningHash> of_places_;
    std::vector<core::RunningHash> of_ports_; ///< two directions each
    NameList<pcie::PlaceId> places_;
    NameList<net::EthernetPortId> ports_;
    std::uint64_t tlps_ = 0;
    std::uint64_t frames_ = 0;
};

} // namespace rootpool::observe
