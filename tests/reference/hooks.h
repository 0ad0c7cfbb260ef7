#pragma once

#include "rootpool/pcie/tlp.h"
#include "tests/reference/packet.h"
#include "tests/reference/ticks.h"

/// What a link calls. Each base class does nothing, so that one can stand where nobody listens.
namespace rootpool::reference {

/// Above one end of the link. Whatever it hands over while it is called takes effect at the next tick.
class TransactionLayer {
public:
    virtual ~TransactionLayer() = default;

    /// The header of a TLP that has the expected number was received at tick `now`; its last beat comes at `last_beat`.
    /// `is_good`: it will be accepted then, which nobody may use before.
    virtual void receive_header(const pcie::TlpPtr& /*tlp*/, SimTime /*last_beat*/, bool /*is_good*/, Moment /*now*/) {}
    /// A TLP was accepted at tick `now`. Its last beat is at `now.time`.
    virtual void receive(const pcie::TlpPtr& /*tlp*/, SimTime /*first_beat*/, Moment /*now*/) {}
    /// A TLP left the transmit queue: it starts at tick `now`, or is dropped because its end is bad.
    virtual void sent(const pcie::TlpPtr& /*tlp*/, Moment /*now*/) {}
    /// The link came up or went down.
    virtual void connected(bool /*is_up*/, Moment /*now*/) {}
    /// The link is down: a TLP of the transmit queue comes back.
    virtual void returned(const pcie::TlpPtr& /*tlp*/, Moment /*now*/) {}
};

/// Decides what one direction does to its packets.
class FaultSource {
public:
    virtual ~FaultSource() = default;

    /// Asked once for every TLP and DLLP when it starts. TLPs, those sent again included, and DLLPs are counted apart,
    /// each from 0; `bytes` is the length on the link.
    virtual Fate fate(bool /*is_tlp*/, unsigned /*index*/, unsigned /*bytes*/) { return Fate::intact; }
};

/// End `end` starts a packet.
struct PacketStarted {
    unsigned end;
    Moment now;
    const Packet& packet;
    Fate fate;      ///< intact for a SKP ordered set
    Tick wire_free; ///< when it has ended
};

/// End `end` has received a packet that was not dropped. SKP ordered sets end in the physical layer.
struct PacketReceived {
    unsigned end;
    Moment now;
    const Packet& packet;
    Verdict verdict;
};

/// Is told of all that happens on the link, in the order of ticks; at one tick starts come before receptions, end 0
/// before end 1.
class Recorder {
public:
    virtual ~Recorder() = default;
    virtual void started(const PacketStarted& /*event*/) {}
    virtual void received(const PacketReceived& /*event*/) {}
};

} // namespace rootpool::reference
