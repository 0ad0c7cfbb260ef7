#include <algorithm>

#include "pooling/return_routes.h"

namespace rootpool::pooling {
namespace {

/// The paper's way: memory requests keep their numbers, and the completer ID of the completion, looked up in the ID
/// RAM, says whose it is. Completions of VF configuration requests carry a wrong completer ID (82599 specification
/// update 36), so only one configuration request is outstanding, under the engine's own requester ID.
class CompleterIdRoute : public ReturnRoute {
public:
    explicit CompleterIdRoute(const ReturnRouteConfig& config) : reclaim_after_(config.reclaim_after) {}

    SimTime ready_at(const pcie::TlpHeader& request, pcie::RootId /*root*/, SimTime now) override {
        if (!pcie::is_configuration(request.kind)) {
            return now;
        }
        return std::max(now, configuration_.busy ? configuration_.deadline : free_from_);
    }

    void outgoing(pcie::TlpHeader& request, const ReturnContext& context, pcie::Bdf engine, SimTime now) override {
        if (!context.configuration) {
            return;
        }
        tag_ = pcie::Tag((tag_.value() + 1U) % 256U); // a late answer to a reclaimed request meets another tag
        configuration_ = {context, engine, now + reclaim_after_, true};
        request.requester = engine;
        request.tag = tag_;
    }

    std::optional<ReturnContext> returning(const pcie::TlpHeader& completion, SimTime at) override {
        if (!configuration_.busy || completion.tag != tag_ || !configuration_.accept(completion)) {
            return std::nullopt;
        }
        configuration_.busy = false;
        free_from_ = at;
        return configuration_.context;
    }

    bool routes_by_completer_id() const noexcept override { return true; }

private:
    SimTime reclaim_after_;
    OutstandingRequest configuration_;
    pcie::Tag tag_;
    SimTime free_from_{};
};

} // namespace

std::unique_ptr<ReturnRoute> make_completer_id_route(const ReturnRouteConfig& config) {
    return std::make_unique<CompleterIdRoute>(config);
}

} // namespace rootpool::pooling
