#include <algorithm>
#include <array>
#include <deque>

#include "pooling/return_routes.h"
#include "rootpool/core/error.h"
#include "rootpool/core/places.h"

namespace rootpool::pooling {
namespace {

/// Every non-posted request gets the engine's requester ID and a tag of its own; the entry of the tag says whose the
/// completion is. Memory requests of the master need none: nobody else uses the master's requester IDs on this link.
class Scoreboard : public ReturnRoute {
public:
    explicit Scoreboard(const ReturnRouteConfig& config)
        : reclaim_after_(config.reclaim_after), quotas_(config.roots, core::Places(config.quota_per_root)) {
        for (std::uint16_t tag = 0; tag < tags; ++tag) {
            free_.push_back({pcie::Tag(tag), SimTime{0}});
        }
    }

    SimTime ready_after(CompletionUse use, pcie::RootId root, SimTime now) override {
        const auto quota = [&] { return use == CompletionUse::nothing ? now : quotas_[root.index()].free_after(); };
        reclaim(now);
        if (free_.empty() || quota() == core::never) {
            return next_deadline_;
        }
        return std::max({now, free_.front().from, quota()});
    }

    void outgoing(pcie::TlpHeader& request, const ReturnContext& context, pcie::Bdf engine, SimTime now) override {
        reclaim(now);
        if (free_.empty()) {
            throw core::ModelViolation("scoreboard: a request passed without a free tag");
        }
        const pcie::Tag tag = free_.front().tag;
        free_.pop_front();
        entries_[tag.index()] = {context, engine, now + reclaim_after_, true};
        next_deadline_ = std::min(next_deadline_, now + reclaim_after_);
        if (!context.abandoned) {
            quotas_[context.root.index()].take();
        }
        request.requester = engine;
        request.tag = tag;
    }

    std::optional<ReturnContext> returning(const pcie::TlpHeader& completion, SimTime at) override {
        reclaim(at);
        OutstandingRequest& entry = entries_[completion.tag.index() % tags];
        if (!entry.accept(completion, at)) {
            return std::nullopt;
        }
        if (entry.context.bytes_left == 0) {
            release(completion.tag, at);
        }
        return entry.context;
    }

    std::optional<ReturnContext> expecting(const pcie::TlpHeader& completion, SimTime at) const override {
        const OutstandingRequest& entry = entries_[completion.tag.index() % tags];
        return entry.expects(completion, at) ? std::optional(entry.context) : std::nullopt;
    }
    void abandon(pcie::RootId root, SimTime now) override {
        reclaim(now);
        for (OutstandingRequest& entry : entries_) {
            if (entry.busy && !entry.context.abandoned && entry.context.root == root) {
                entry.context.abandoned = true;
                quotas_[root.index()].give_back(now);
            }
        }
    }

    void forget(SimTime now) override {
        reclaim(now);
        for (std::uint16_t tag = 0; tag < tags; ++tag) {
            if (entries_[tag].busy) {
                release(pcie::Tag(tag), now);
            }
        }
    }

    std::size_t outstanding() const noexcept override { return tags - free_.size(); }

    bool routes_by_completer_id() const noexcept override { return false; }

private:
    static constexpr std::uint16_t tags = 256; // 8 bits: every completer must return them (PCIe base 2.2.6.2)
    struct FreeTag {
        pcie::Tag tag;
        SimTime from;
    };

    void release(pcie::Tag tag, SimTime at) {
        OutstandingRequest& entry = entries_[tag.index()];
        entry.busy = false;
        if (!entry.context.abandoned) {
            quotas_[entry.context.root.index()].give_back(at);
        }
        free_.push_back({tag, at}); // last in, last out: a tag rests as long as possible
    }
    /// Requests whose time is over give back what they had, in the order in which it was over.
    void reclaim(SimTime now) {
        while (next_deadline_ <= now) {
            for (std::uint16_t tag = 0; tag < tags; ++tag) {
                if (entries_[tag].busy && entries_[tag].deadline == next_deadline_) {
                    release(pcie::Tag(tag), next_deadline_);
                }
            }
            next_deadline_ = earliest_deadline();
        }
    }
    [[nodiscard]] SimTime earliest_deadline() const noexcept {
        SimTime earliest = core::never;
        for (const OutstandingRequest& entry : entries_) {
            earliest = entry.busy ? std::min(earliest, entry.deadline) : earliest;
        }
        return earliest;
    }

    SimTime reclaim_after_;
    SimTime next_deadline_ = core::never; ///< at or before that of any request outstanding
    std::array<OutstandingRequest, tags> entries_{};
    std::deque<FreeTag> free_;
    std::vector<core::Places> quotas_; ///< requests outstanding, by root
};

} // namespace

std::unique_ptr<ReturnRoute> make_scoreboard(const ReturnRouteConfig& config) {
    return std::make_unique<Scoreboard>(config);
}

} // namespace rootpool::pooling
