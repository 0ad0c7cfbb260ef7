#include "rootpool/observe/alias_monitor.h"

#include <algorithm>

namespace rootpool::observe {

namespace {

[[nodiscard]] std::uint32_t identity_of(const pcie::TlpHeader& header) noexcept {
    return static_cast<std::uint32_t>(header.requester.routing_id()) << 16U | header.tag.value();
}

/// Whether this completion is the last of its read. Byte Count holds what remains, this completion included; the data
/// may start inside a dword, as Lower Address tells (PCIe base 2.3.1.1).
[[nodiscard]] bool ends_read(const pcie::TlpHeader& header) noexcept {
    const unsigned before_first_byte = header.lower_address & 3U;
    return header.status != pcie::CompletionStatus::successful ||
           header.byte_count + before_first_byte <= pcie::payload_bytes(header);
}

} // namespace

void AliasMonitor::watch_root(std::string up_place, std::string down_place) {
    roots_.push_back({std::move(up_place), std::move(down_place), {}});
}

pcie::PlaceId AliasMonitor::add_place(const std::string& name) {
    Watch watch;
    for (std::size_t root = 0; root < roots_.size(); ++root) {
        if (name == roots_[root].up_place) {
            watch = {Role::request, static_cast<std::uint16_t>(root)};
        } else if (name == roots_[root].down_place) {
            watch = {Role::completion, static_cast<std::uint16_t>(root)};
        }
    }
    watches_.push_back(watch);
    return places_.add(name);
}

void AliasMonitor::on_tlp(const pcie::TlpSighting& sighting) {
    const Watch watch = watches_[sighting.place.index()];
    const pcie::TlpHeader& header = sighting.tlp.header;
    const bool begins = watch.role == Role::request && header.kind == pcie::TlpKind::memory_read;
    const bool ends = watch.role == Role::completion && pcie::is_completion(header.kind) && ends_read(header);
    if (begins || ends) {
        events_.push(
            begins ? sighting.first_beat : sighting.last_beat,
            [&](Event& event) {
                event = {watch, identity_of(header), header.address};
            },
            [this](const Event& event) { apply(event); },
            begins ? 1 : 0); // what ends at the moment in which another begins is not outstanding with it
    }
}

void AliasMonitor::finish() {
    events_.flush([this](const Event& event) { apply(event); });
}

void AliasMonitor::apply(const Event& event) {
    auto& outstanding = roots_[event.watch.root].outstanding;
    if (event.watch.role == Role::completion) {
        outstanding.erase(event.identity);
        return;
    }
    ++reads_;
    if (outstanding.size() == most_outstanding && !outstanding.contains(event.identity)) {
        ++untracked_;
        return;
    }
    outstanding[event.identity] = event.address;
    if (equal_elsewhere(event)) {
        ++equal_outstanding_;
    }
}

bool AliasMonitor::equal_elsewhere(const Event& event) const {
    for (std::size_t root = 0; root < roots_.size(); ++root) {
        const auto& others = roots_[root].outstanding;
        const auto found = root == event.watch.root ? others.end() : others.find(event.identity);
        if (found != others.end() && found->second == event.address) {
            return true;
        }
    }
    return false;
}

void AliasMonitor::add_metrics(MetricSet& metrics) const {
    metrics.add("identity.device_reads", reads_, "reads",
                "memory reads of devices that entered a link toward a watched root");
    metrics.add("identity.equal_outstanding", equal_outstanding_, "reads",
                "reads that started while another root had one with equal requester ID, tag and address outstanding");
    metrics.add("identity.untracked", untracked_, "reads", "reads left out because a root had too many outstanding");
}

} // namespace rootpool::observe
