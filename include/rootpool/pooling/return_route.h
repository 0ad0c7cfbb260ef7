#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pooling {

/// What the engine does with the completion of a request.
enum class CompletionUse : std::uint8_t {
    route,    ///< sends it to its root
    contents, ///< also reads or changes its data, so that it has to know the request
    nothing,  ///< drops it: the request is the engine's own, and no root's quota counts it
};

/// What the engine must remember of a non-posted request that it sent to the device.
struct ReturnContext {
    pcie::RootId root;
    pcie::Bdf requester; ///< in the root's numbering
    pcie::Tag tag;
    pcie::Bdf target;                ///< the function in the root's numbering: becomes the completer ID
    std::optional<pcie::VfIndex> vf; ///< set when the request is of a slave
    bool configuration = false;
    bool reads = false;
    std::uint16_t config_register = 0; ///< byte offset
    std::uint16_t bytes_left = 0;
    /// Read of a VF's MSI-X table whose words the engine keeps: offset in the BAR behind the last byte asked for. 0:
    /// it is none.
    std::uint64_t table_read_end = 0;
    bool abandoned = false; ///< nobody waits for the completion

    [[nodiscard]] CompletionUse use() const noexcept {
        if (abandoned) {
            return CompletionUse::nothing;
        }
        return configuration || table_read_end != 0 ? CompletionUse::contents : CompletionUse::route;
    }
};

/// How completions from the device find their root.
class ReturnRoute {
public:
    virtual ~ReturnRoute() = default;

    /// This root may send a non-posted request whose completion is for `use` at any time after the result, which is
    /// not before `now`; core::never if that waits for a completion.
    [[nodiscard]] virtual SimTime ready_after(CompletionUse use, pcie::RootId root, SimTime now) = 0;
    /// A request passes at `now`; ready_after() allowed it. `engine` is the requester ID of the engine itself. Rewrites
    /// requester ID and tag.
    virtual void outgoing(pcie::TlpHeader& request, const ReturnContext& context, pcie::Bdf engine, SimTime now) = 0;
    /// A completion arrives from the device, wholly in the buffer at `at`. Nothing: no request of this engine is
    /// answered by it; then the completer ID says whose it is, if this route allows that. `at` never goes back.
    [[nodiscard]] virtual std::optional<ReturnContext> returning(const pcie::TlpHeader& completion, SimTime at) = 0;
    /// What returning() would say of a completion that turns out bad; nothing comes of it.
    [[nodiscard]] virtual std::optional<ReturnContext> expecting(const pcie::TlpHeader& completion,
                                                                 SimTime at) const = 0;
    /// What this root asked for so far is of no interest any more: completions are dropped.
    virtual void abandon(pcie::RootId root, SimTime now) = 0;
    /// The device was reset: no request is outstanding any more.
    virtual void forget(SimTime now) = 0;
    /// Requests that hold a place.
    [[nodiscard]] virtual std::size_t outstanding() const noexcept = 0;
    /// Whether a memory request of a slave was left as it was, so that completions are routed by completer ID.
    [[nodiscard]] virtual bool routes_by_completer_id() const noexcept = 0;
};

struct ReturnRouteConfig {
    unsigned roots = 1;
    unsigned quota_per_root = 32; ///< requests outstanding at the device, scoreboard only
    /// A request that is not completed by then gives its place back, and a completion that comes then is nobody's: end
    /// of the default completion timeout range (PCIe base 7.8.15).
    SimTime reclaim_after = 50ms;
};

/// Names: "scoreboard", "completer_id".
[[nodiscard]] std::vector<std::string_view> return_route_names();
/// Throws std::invalid_argument for a name that return_route_names() does not list.
[[nodiscard]] std::unique_ptr<ReturnRoute> make_return_route(std::string_view name, const ReturnRouteConfig& config);

} // namespace rootpool::pooling
