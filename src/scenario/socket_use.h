#pragma once

#include <map>
#include <string>
#include <utility>

#include "rootpool/scenario/config.h"
#include "scenario/node.h"

namespace rootpool::scenario {

/// Connections and flows that the steps running at the same time have at each server. A server's network stack has 64
/// sockets with a send buffer; some are left for what a step before has not closed yet.
class SocketUse {
public:
    static constexpr unsigned most_connections = 48; ///< TCP, at one server
    static constexpr unsigned most_flows = 64;       ///< UDP, at one server

    explicit SocketUse(const Config& config) : config_(config) {}

    /// Steps that follow do not run together with those before.
    void clear() noexcept { use_.clear(); }

    /// `count` of them between two interfaces. Throws ScenarioError, which names `where` and `key`, if one server has
    /// too many.
    void add(std::pair<InterfaceId, InterfaceId> ends, Protocol protocol, unsigned count, const std::string& where,
             const std::string& key);

private:
    const Config& config_;
    std::map<std::pair<ServerId, Protocol>, unsigned> use_;
};

} // namespace rootpool::scenario
