#include "rootpool/host/network_stack_arp.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rootpool::host {

ArpTable::Neighbour* ArpTable::entry(net::Ipv4Address address) noexcept {
    const auto found = std::find_if(neighbours_.begin(), neighbours_.end(),
                                    [address](const Neighbour& neighbour) { return neighbour.address == address; });
    return found == neighbours_.end() ? nullptr : &*found;
}

const net::MacAddress* ArpTable::find(net::Ipv4Address address) const noexcept {
    for (const Neighbour& neighbour : neighbours_) {
        if (neighbour.address == address) {
            return neighbour.resolved ? &neighbour.mac : nullptr;
        }
    }
    return nullptr;
}

ArpTable::Held ArpTable::hold(net::Ipv4Address address, const TxPacket& packet, SimTime now) {
    Neighbour* neighbour = entry(address);
    if (neighbour == nullptr) {
        neighbour = &neighbours_.emplace_back();
        neighbour->address = address;
    }
    Held held;
    if (neighbour->deadline == core::never) {
        neighbour->deadline = now + retry;
        neighbour->requests_sent = 1;
        held.ask = true;
    }
    if (neighbour->waiting.size() == waiting_packets) {
        held.displaced = true;
        held.displaced_cookie = neighbour->waiting.front().cookie;
        neighbour->waiting.erase(neighbour->waiting.begin());
    }
    neighbour->waiting.push_back(packet);
    return held;
}

std::vector<TxPacket> ArpTable::learn(net::Ipv4Address address, const net::MacAddress& mac, bool create) {
    Neighbour* neighbour = entry(address);
    if (neighbour == nullptr) {
        if (!create) {
            return {};
        }
        neighbour = &neighbours_.emplace_back();
        neighbour->address = address;
    }
    neighbour->mac = mac;
    neighbour->resolved = true;
    neighbour->deadline = core::never;
    return std::exchange(neighbour->waiting, {});
}

SimTime ArpTable::next_deadline() const noexcept {
    SimTime earliest = core::never;
    for (const Neighbour& neighbour : neighbours_) {
        earliest = std::min(earliest, neighbour.deadline);
    }
    return earliest;
}

ArpTable::Expired ArpTable::on_timer(SimTime now) {
    Expired expired;
    for (Neighbour& neighbour : neighbours_) {
        if (neighbour.deadline == core::never || neighbour.deadline > now) {
            continue;
        }
        if (neighbour.requests_sent < requests) {
            ++neighbour.requests_sent;
            neighbour.deadline = now + retry;
            expired.ask_again.push_back(neighbour.address);
        } else {
            neighbour.deadline = core::never;
            std::move(neighbour.waiting.begin(), neighbour.waiting.end(), std::back_inserter(expired.given_up));
            neighbour.waiting.clear();
        }
    }
    return expired;
}

std::vector<TxPacket> ArpTable::clear() {
    std::vector<TxPacket> waiting;
    for (Neighbour& neighbour : neighbours_) {
        std::move(neighbour.waiting.begin(), neighbour.waiting.end(), std::back_inserter(waiting));
    }
    neighbours_.clear();
    return waiting;
}

} // namespace rootpool::host
