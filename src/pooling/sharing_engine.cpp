#include "rootpool/pooling/sharing_engine.h"

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pooling {

SharingEngine::SharingEngine(const SharingEngineConfig& config, pcie::TlpFactory& factory)
    : ari_(config.ari), context_{factory, config.master, std::vector<EngineCounters>(config.roots)},
      functions_(config.profile, config.roots, config.ari, config.interrupts),
      route_(make_return_route(config.return_route, config.route)) {}

EngineOutput SharingEngine::without_link(const pcie::Tlp& tlp) {
    if (pcie::is_completion(tlp.header.kind)) {
        return {};
    }
    constexpr FirewallRow row{"link of the device is down", Sender::slave, pcie::TlpKinds({}), nullptr, Verdict::refuse,
                              RefusalCause::link_down};
    return firewall_.obey(row, tlp, tlp.root);
}

void SharingEngine::reset_root(pcie::RootId root, SimTime now) {
    functions_.reset(root);
    route_->abandon(root, now);
}

/// Device Control is written whole: its other bits are the PF's, and a VF's are read-only (SR-IOV 3.5.4).
pcie::TlpPtr SharingEngine::make_reset(pcie::VfIndex vf) {
    constexpr std::uint16_t device_control = 8;
    constexpr std::uint32_t initiate_flr = 0x8000;
    constexpr std::uint8_t lower_half = 0x3;
    const pcie::Bdf target = snoop().routing_id(vf);
    const auto type = target.bus() == snoop().pf().bus() ? pcie::ConfigType::type_0 : pcie::ConfigType::type_1;
    const auto offset = static_cast<std::uint16_t>(functions_.profile().vf_pcie_capability + device_control);
    pcie::TlpPtr request =
        context_.factory.make(pcie::config_write(type, context_.id, pcie::Tag{}, target, offset, lower_half),
                              context_.dword(initiate_flr), context_.master);
    request->transaction = context_.factory.next_transaction();
    return request;
}

pcie::TlpPtr SharingEngine::send_own(const pcie::Tlp& request, SimTime now) {
    ReturnContext expected;
    expected.root = context_.master;
    expected.abandoned = true;
    expected.bytes_left = pcie::completion_byte_count(request.header);
    pcie::TlpHeader header = request.header;
    route_->outgoing(header, expected, context_.id, now);
    return context_.factory.view(request, header, request.root);
}

void SharingEngine::forget_device(SimTime now) {
    route_->forget(now);
    functions_.reset_device();
}

} // namespace rootpool::pooling
