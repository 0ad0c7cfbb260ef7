#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "rootpool/core/time.h"

namespace rootpool::models {

/// The tags of a requester whose requests have one completion each. `Done` is told of the completion.
///
/// A request that timed out is given up, but its completion may still come, and must not be taken for that of a later
/// request with the same tag (PCIe base 6.6.2, "Avoiding Data Corruption From Stale Completions"). Its tag waits for
/// it, or until no other tag is left.
template <typename Done>
class RequestTags {
public:
    static constexpr unsigned count = 32;

    /// A tag for a request that times out at `deadline`, if there is one.
    [[nodiscard]] std::optional<unsigned> take(const Done& done, SimTime deadline) noexcept {
        const std::optional<unsigned> found = find();
        if (found) {
            tags_[*found] = {done, State::waits, deadline};
        }
        return found;
    }
    /// A completion comes. Whom to tell, who gives the tag back then; nobody if no request waits for it.
    [[nodiscard]] std::optional<Done> complete(unsigned tag) noexcept {
        if (tag >= count || tags_[tag].state == State::is_free || tags_[tag].state == State::answered) {
            return std::nullopt;
        }
        const bool late = tags_[tag].state == State::late;
        tags_[tag].state = late ? State::is_free : State::answered;
        return late ? std::nullopt : std::optional<Done>(tags_[tag].done);
    }
    void give_back(unsigned tag) noexcept { tags_[tag].state = State::is_free; }
    /// Calls `expired(done)` for each request whose deadline has come. The next deadline; core::never: there is none.
    template <typename Expired>
    [[nodiscard]] SimTime time_out(SimTime now, const Expired& expired) {
        SimTime next = core::never;
        for (Tag& tag : tags_) {
            if (tag.state == State::waits && tag.deadline <= now) {
                tag.state = State::late;
                expired(tag.done);
            } else if (tag.state == State::waits) {
                next = std::min(next, tag.deadline);
            }
        }
        return next;
    }
    /// Nothing comes any more for what timed out: the link went down.
    void forget_late() noexcept {
        for (Tag& tag : tags_) {
            tag.state = tag.state == State::late ? State::is_free : tag.state;
        }
    }
    /// A request has no answer yet.
    [[nodiscard]] bool any_waits() const noexcept {
        return std::any_of(tags_.begin(), tags_.end(), [](const Tag& tag) { return tag.state == State::waits; });
    }

private:
    enum class State : std::uint8_t {
        is_free,
        waits,    ///< for its completion, until the deadline
        answered, ///< the completion is on its way to who asked
        late,     ///< the request was given up at the deadline
    };
    struct Tag {
        Done done{};
        State state = State::is_free;
        SimTime deadline{};
    };

    /// The lowest tag that is free, or else the one that is late for the longest time.
    [[nodiscard]] std::optional<unsigned> find() const noexcept {
        std::optional<unsigned> latest;
        for (unsigned tag = 0; tag < count; ++tag) {
            if (tags_[tag].state == State::is_free) {
                return tag;
            }
            if (tags_[tag].state == State::late && (!latest || tags_[tag].deadline < tags_[*latest].deadline)) {
                latest = tag;
            }
        }
        return latest;
    }

    std::array<Tag, count> tags_{};
};

} // namespace rootpool::models
