#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "rootpool/pcie/tlp.h"
#include "tests/reference/return_place.h"
#include "tests/reference/switch_settings.h"

namespace rootpool::reference {

/// Whose a request was before the engine gave it numbers of its own.
struct Origin {
    pcie::RootId root;
    pcie::Bdf requester;
    pcie::Tag tag;
    std::optional<pcie::Bdf> lent; ///< the lent function that it was for, as the root calls it
    bool abandoned = false;        ///< no root waits for it: it was reset, or the engine asked itself
};

/// A request that went to the device under the engine's numbers.
struct Outstanding {
    Origin origin;
    unsigned bytes_left = 0; ///< 0: none

    /// Whether a completion with its tag is one of it: after one that got lost others do not fit.
    [[nodiscard]] bool expects(const pcie::TlpHeader& completion) const noexcept {
        return bytes_left != 0 && completion.byte_count == bytes_left;
    }
    /// A completion of it was received.
    void receive(const pcie::TlpHeader& completion);
};

/// How completions find back (docs/timing.md 3.3).
class ReturnTable {
public:
    virtual ~ReturnTable() = default;
    /// For a request of this root. `is_known`: its completion has to be.
    [[nodiscard]] virtual ReturnPlace place(pcie::RootId root, bool is_known) const = 0;
    /// For a request of the engine itself: no quota counts it.
    [[nodiscard]] virtual ReturnPlace own_place() const = 0;
    /// A request goes.
    virtual void send(pcie::TlpHeader& header, const Origin& origin, bool is_known) = 0;
    /// Whose request a completion belongs to, without any effect.
    [[nodiscard]] virtual std::optional<Origin> find(const pcie::TlpHeader& completion) const = 0;
    /// A completion was received; nothing if no request waits for it here.
    [[nodiscard]] virtual std::optional<Origin> receive(const pcie::TlpHeader& completion) = 0;
    /// The root does not wait any more for what it asked.
    virtual void abandon(pcie::RootId root) = 0;
    /// The device does not answer any more what it was asked.
    virtual void forget() = 0;
    /// Completions that no request waits for are those of the function that completed.
    [[nodiscard]] virtual bool goes_by_completer() const = 0;
};

struct ReturnTableSettings {
    ReturnRouteKind kind = ReturnRouteKind::scoreboard;
    std::size_t roots = 1;
    unsigned quota_per_root = 32;
    pcie::Bdf engine;
    unsigned tags_used = 0;
    Mutation mutation = Mutation::none;
};

[[nodiscard]] std::unique_ptr<ReturnTable> make_return_table(const ReturnTableSettings& settings);

} // namespace rootpool::reference
