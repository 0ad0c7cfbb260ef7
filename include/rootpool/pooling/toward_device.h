#pragma once

#include <optional>

#include "rootpool/pooling/engine_firewall.h"

namespace rootpool::pooling {

/// TLPs of roots on their way to the device: IDs and addresses of slaves become the master's.
class TowardDevice {
public:
    TowardDevice(EngineContext& context, LentFunctions& functions, EngineFirewall& firewall,
                 ReturnRoute& route) noexcept
        : context_(context), functions_(functions), firewall_(firewall), route_(route) {}

    /// A TLP of root `tlp.root`, at `now`.
    [[nodiscard]] EngineOutput pass(const pcie::Tlp& tlp, SimTime now) {
        return tlp.root == context_.master ? from_master(tlp, now) : from_slave(tlp, now);
    }
    /// A memory write or completion whose end is bad, as it goes on until then. Null: it does not go on.
    [[nodiscard]] pcie::TlpPtr pass_bad(const pcie::Tlp& tlp) const;
    /// What the completion of a non-posted request is for.
    [[nodiscard]] CompletionUse completion_use(const pcie::Tlp& request) const noexcept;

private:
    /// Which function a request is for.
    struct Addressed {
        pcie::Bdf function;              ///< as the root calls it
        std::optional<pcie::VfIndex> vf; ///< of a slave
        std::uint64_t table_read_end = 0;
    };
    [[nodiscard]] EngineOutput from_master(const pcie::Tlp& tlp, SimTime now);
    [[nodiscard]] EngineOutput from_slave(const pcie::Tlp& tlp, SimTime now);
    [[nodiscard]] EngineOutput slave_configuration(const pcie::Tlp& tlp, pcie::VfIndex vf, SimTime now);
    [[nodiscard]] EngineOutput slave_memory(const pcie::Tlp& tlp, const BarHit& hit, SimTime now);
    [[nodiscard]] EngineOutput slave_write(const pcie::Tlp& tlp, pcie::TlpHeader& header, const BarHit& hit);
    /// Sends a non-posted request on under the return route's numbers.
    [[nodiscard]] EngineOutput send_request(const pcie::Tlp& tlp, pcie::TlpHeader header, pcie::PayloadSlice payload,
                                            const Addressed& addressed, SimTime now);

    EngineContext& context_;
    LentFunctions& functions_;
    EngineFirewall& firewall_;
    ReturnRoute& route_;
};

} // namespace rootpool::pooling
