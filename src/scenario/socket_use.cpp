#include "scenario/socket_use.h"

#include <fmt/format.h>

#include "scenario/failure.h"

namespace rootpool::scenario {

void SocketUse::add(std::pair<InterfaceId, InterfaceId> ends, Protocol protocol, unsigned count,
                    const std::string& where, const std::string& key) {
    const bool tcp = protocol == Protocol::tcp;
    const unsigned most = tcp ? most_connections : most_flows;
    for (const InterfaceId end : {ends.first, ends.second}) {
        const ServerId server = config_.interface(end).server;
        const unsigned total = use_[{server, protocol}] += count;
        if (total > most) {
            fail({.where = where,
                  .what = fmt::format("{} {} at the same time at '{}'", total, tcp ? "TCP connections" : "UDP flows",
                                      config_.server(server).name),
                  .key = key,
                  .accepted = fmt::format("at most {} at one server, in this step and those parallel to it", most)});
        }
    }
}

} // namespace rootpool::scenario
