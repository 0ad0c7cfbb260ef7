#pragma once

#include <memory>

#include "rootpool/core/time.h"
#include "rootpool/pooling/return_route.h"

namespace rootpool::pooling {

/// A request at the device that has not been completed wholly.
struct OutstandingRequest {
    ReturnContext context;
    pcie::Bdf sent_as;
    SimTime deadline = core::never;
    bool busy = false;

    /// Whether a completion with this request's tag that is received at `at` belongs to it.
    [[nodiscard]] bool expects(const pcie::TlpHeader& completion, SimTime at) const noexcept {
        return busy && at < deadline && completion.requester == sent_as && completion.byte_count == context.bytes_left;
    }
    /// Takes note of a completion; false if it does not belong to this request. All bytes are there when
    /// context.bytes_left is 0.
    [[nodiscard]] bool accept(const pcie::TlpHeader& completion, SimTime at) noexcept;
};

[[nodiscard]] std::unique_ptr<ReturnRoute> make_scoreboard(const ReturnRouteConfig& config);
[[nodiscard]] std::unique_ptr<ReturnRoute> make_completer_id_route(const ReturnRouteConfig& config);

} // namespace rootpool::pooling
