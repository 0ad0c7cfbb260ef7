#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rootpool/scenario/config.h"
#include "scenario/failure.h"
#include "scenario/node.h"

namespace rootpool::scenario {

/// The element of `all` that the node names; fails with what there is otherwise. `what` is "server" or "device".
template <typename Id, typename Element>
[[nodiscard]] Id resolve(const Node& node, const std::vector<Element>& all, std::string_view what,
                         const std::string& key) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].name == node.text) {
            return Id{static_cast<typename Id::representation>(i)};
        }
        names.push_back(all[i].name);
    }
    fail({.where = node.where,
          .what = "no " + std::string(what) + " '" + node.text + "'",
          .key = key,
          .accepted = enumerate(names),
          .suggestion = nearest(node.text, names)});
}

[[nodiscard]] inline ServerId resolve_server(const Node& node, const Config& config, const std::string& key) {
    return resolve<ServerId>(node, config.servers, "server", key);
}
[[nodiscard]] inline DeviceId resolve_device(const Node& node, const Config& config, const std::string& key) {
    return resolve<DeviceId>(node, config.devices, "device", key);
}

} // namespace rootpool::scenario
