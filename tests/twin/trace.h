#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp.h"
#include "tests/reference/packet.h"

/// What a link did, in a form that does not tell who did it.
namespace rootpool::twin {

/// Kind, identity and a digest of every byte of a TLP.
struct TlpIdentity {
    pcie::TlpKind kind{};
    std::uint16_t root = 0;
    std::uint16_t tag = 0;
    std::uint16_t bytes = 0; ///< header and data
    std::uint64_t digest = 0;
    friend bool operator==(const TlpIdentity&, const TlpIdentity&) = default;
};

[[nodiscard]] TlpIdentity identity(const pcie::Tlp& tlp);

/// A packet put on the wire. Fields that a kind does not have are zero.
struct Start {
    SimTime at{};
    SimTime until{}; ///< the wire is free again
    reference::PacketKind kind{};
    reference::Fate fate{};
    std::uint16_t sequence = 0;        ///< TLP, Ack, Nak
    pcie::FlowClass flow{};            ///< TLP, InitFC, UpdateFC
    reference::CreditFields credits{}; ///< InitFC, UpdateFC
    TlpIdentity tlp{};                 ///< TLP
    friend bool operator==(const Start&, const Start&) = default;
};

/// A packet that came out of the wire.
struct Reception {
    SimTime at{};
    reference::Verdict verdict{}; ///< accepted for a DLLP that is intact
    friend bool operator==(const Reception&, const Reception&) = default;
};

/// A TLP handed to the transaction layer.
struct Delivery {
    SimTime at{}; ///< last beat
    SimTime first_beat{};
    TlpIdentity tlp{};
    friend bool operator==(const Delivery&, const Delivery&) = default;
};

/// A TLP that the link, being down, gave back. When it says so does not count.
struct Return {
    TlpIdentity tlp{};
    friend bool operator==(const Return&, const Return&) = default;
};

/// All that happened on one direction of a link, in order.
struct Trace {
    std::vector<Start> starts;
    std::vector<Reception> receptions;
    std::vector<Delivery> deliveries;
    std::vector<Return> returns;
};
/// Both directions, by the end that sends.
using Traces = std::array<Trace, 2>;

[[nodiscard]] std::string_view name(reference::PacketKind kind) noexcept;
[[nodiscard]] std::string_view name(reference::Verdict verdict) noexcept;
[[nodiscard]] std::string_view name(pcie::FlowClass flow) noexcept;

/// For messages: what happened, without its time.
[[nodiscard]] std::string text(const TlpIdentity& tlp);
[[nodiscard]] std::string text(const Start& start);
[[nodiscard]] std::string text(const Reception& reception);
[[nodiscard]] std::string text(const Delivery& delivery);
[[nodiscard]] std::string text(const Return& returned);

} // namespace rootpool::twin
