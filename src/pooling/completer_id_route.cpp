#include <algorithm>
#include <utility>

#include "pooling/return_routes.h"

namespace rootpool::pooling {
namespace {

/// The paper's way: memory requests keep their numbers, and the completer ID of the completion, looked up in the ID
/// RAM, says whose it is. Completions of VF configuration requests carry a wrong completer ID (82599 specification
/// update 36), and in reads of an MSI-X table that the engine keeps words are exchanged: only one of these requests is
/// outstanding, under the engine's own requester ID.
class CompleterIdRoute : public ReturnRoute {
public:
    explicit CompleterIdRoute(const ReturnRouteConfig& config) : reclaim_after_(config.reclaim_after) {}

    SimTime ready_after(CompletionUse use, pcie::RootId /*root*/, SimTime now) override {
        if (use == CompletionUse::route) {
            return now;
        }
        return std::max(now, known_.busy ? known_.deadline : free_from_);
    }

    void outgoing(pcie::TlpHeader& request, const ReturnContext& context, pcie::Bdf engine, SimTime now) override {
        if (context.use() == CompletionUse::route) {
            return;
        }
        tag_ = pcie::Tag((tag_.value() + 1U) % 256U); // a late answer to a reclaimed request meets another tag
        known_ = {context, engine, now + reclaim_after_, true};
        request.requester = engine;
        request.tag = tag_;
    }

    std::optional<ReturnContext> returning(const pcie::TlpHeader& completion, SimTime at) override {
        if (completion.tag != tag_ || !known_.accept(completion, at)) {
            return std::nullopt;
        }
        if (known_.context.bytes_left == 0) {
            known_.busy = false;
            free_from_ = at;
        }
        return known_.context;
    }

    std::optional<ReturnContext> expecting(const pcie::TlpHeader& completion, SimTime at) const override {
        return completion.tag == tag_ && known_.expects(completion, at) ? std::optional(known_.context) : std::nullopt;
    }
    /// Of memory requests nothing is known.
    void abandon(pcie::RootId root, SimTime /*now*/) override {
        known_.context.abandoned |= known_.busy && known_.context.root == root;
    }

    void forget(SimTime now) override {
        if (std::exchange(known_.busy, false)) {
            free_from_ = std::min(now, known_.deadline);
        }
    }

    std::size_t outstanding() const noexcept override { return known_.busy ? 1 : 0; }

    bool routes_by_completer_id() const noexcept override { return true; }

private:
    SimTime reclaim_after_;
    OutstandingRequest known_;
    pcie::Tag tag_;
    SimTime free_from_{};
};

} // namespace

std::unique_ptr<ReturnRoute> make_completer_id_route(const ReturnRouteConfig& config) {
    return std::make_unique<CompleterIdRoute>(config);
}

} // namespace rootpool::pooling
