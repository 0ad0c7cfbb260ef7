#include "rootpool/scenario/config.h"

#include <algorithm>

#include <fmt/format.h>

namespace rootpool::scenario {
namespace {

template <typename Id>
std::optional<std::size_t> position(const std::vector<Id>& ids, Id wanted) {
    const auto found = std::ranges::find(ids, wanted);
    return found == ids.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - ids.begin()));
}

} // namespace

std::string to_string(Ipv4 address) {
    const std::uint32_t value = address.value();
    return fmt::format("{}.{}.{}.{}", value >> 24U, value >> 16U & 255U, value >> 8U & 255U, value & 255U);
}

std::optional<pcie::RootId> SwitchConfig::root_of(ServerId server) const noexcept {
    const auto port = position(upstream, server);
    return port ? std::optional(pcie::RootId{static_cast<std::uint8_t>(*port)}) : std::nullopt;
}

std::optional<unsigned> SwitchConfig::port_of(DeviceId device) const noexcept {
    const auto port = position(downstream, device);
    return port ? std::optional(static_cast<unsigned>(*port)) : std::nullopt;
}

} // namespace rootpool::scenario
