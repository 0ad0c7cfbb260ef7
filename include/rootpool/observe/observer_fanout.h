#pragma once

#include <string>
#include <vector>

#include "rootpool/core/error.h"
#include "rootpool/net/frame.h"
#include "rootpool/observe/name_list.h"
#include "rootpool/pcie/tlp_observer.h"

namespace rootpool::observe {

/// Shows every TLP to several observers, in the order in which they were added. All are added before the first place.
class TlpFanout final : public pcie::TlpObserver {
public:
    void add(pcie::TlpObserver& observer) { observers_.push_back(&observer); }
    /// From here on nobody is shown anything.
    void clear() noexcept { observers_.clear(); }

    /// Throws core::ModelViolation when an observer numbers places in its own way.
    pcie::PlaceId add_place(const std::string& name) override {
        const pcie::PlaceId id = places_.add(name);
        for (pcie::TlpObserver* observer : observers_) {
            if (observer->add_place(name) != id) {
                throw core::ModelViolation("TLP observers disagree on the number of place " + name);
            }
        }
        return id;
    }
    void on_tlp(const pcie::TlpSighting& sighting) override {
        for (pcie::TlpObserver* observer : observers_) {
            observer->on_tlp(sighting);
        }
    }

private:
    std::vector<pcie::TlpObserver*> observers_;
    NameList<pcie::PlaceId> places_;
};

/// The same for Ethernet frames.
class FrameFanout final : public net::FrameObserver {
public:
    void add(net::FrameObserver& observer) { observers_.push_back(&observer); }
    /// From here on nobody is shown anything.
    void clear() noexcept { observers_.clear(); }

    /// Throws core::ModelViolation when an observer numbers ports in its own way.
    net::EthernetPortId add_port(const std::string& name) override {
        const net::EthernetPortId id = ports_.add(name);
        for (net::FrameObserver* observer : observers_) {
            if (observer->add_port(name) != id) {
                throw core::ModelViolation("frame observers disagree on the number of port " + name);
            }
        }
        return id;
    }
    void on_frame(net::EthernetPortId port, net::FrameDirection direction, SimTime at,
                  const net::Frame& frame) override {
        for (net::FrameObserver* observer : observers_) {
            observer->on_frame(port, direction, at, frame);
        }
    }

private:
    std::vector<net::FrameObserver*> observers_;
    NameList<net::EthernetPortId> ports_;
};

} // namespace rootpool::observe
