#include "rootpool/pooling/return_route.h"

#include "pooling/return_routes.h"
#include "pooling/strategy_table.h"

namespace rootpool::pooling {
namespace {

constexpr Strategy<ReturnRoute, const ReturnRouteConfig&> routes[] = {
    {"scoreboard", make_scoreboard},
    {"completer_id", make_completer_id_route},
};

} // namespace

std::vector<std::string_view> return_route_names() { return strategy_names(routes); }

std::unique_ptr<ReturnRoute> make_return_route(std::string_view name, const ReturnRouteConfig& config) {
    return find_strategy(routes, "return route", name).make(config);
}

bool OutstandingRequest::accept(const pcie::TlpHeader& completion, SimTime at) noexcept {
    if (!expects(completion, at)) {
        return false;
    }
    const unsigned carried = completion.length_dw * 4U - (completion.lower_address & 3U);
    const bool more = completion.kind == pcie::TlpKind::completion_with_data && carried < context.bytes_left;
    context.bytes_left = static_cast<std::uint16_t>(more ? context.bytes_left - carried : 0U);
    return true;
}

} // namespace rootpool::pooling
