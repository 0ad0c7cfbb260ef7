#include "tests/reference/return_table.h"

#include "tests/reference/completions.h"

namespace rootpool::reference {

namespace {

constexpr unsigned tag_count = 256;

/// Every request gets a tag, the one that has been free longest.
class Scoreboard : public ReturnTable {
public:
    explicit Scoreboard(const ReturnTableSettings& settings)
        : quota_(settings.quota_per_root + (settings.mutation == Mutation::quota_plus_one ? 1 : 0)),
          engine_(settings.engine), takes_last_(settings.mutation == Mutation::tag_freed_last_first),
          outstanding_of_(settings.roots) {
        for (unsigned i = 0; i < tag_count; ++i) {
            free_.push_back((settings.tags_used + i) % tag_count);
        }
    }

    ReturnPlace place(pcie::RootId root, bool /*is_known*/) const override {
        return outstanding_of_[root.index()] < quota_ || free_.empty() ? own_place() : ReturnPlace::quota_reached;
    }
    ReturnPlace own_place() const override { return free_.empty() ? ReturnPlace::used_up : ReturnPlace::free; }
    void abandon(pcie::RootId root) override {
        for (Outstanding& entry : entries_) {
            if (entry.bytes_left != 0 && !entry.origin.abandoned && entry.origin.root == root) {
                entry.origin.abandoned = true;
                --outstanding_of_[root.index()];
            }
        }
    }
    void forget() override {
        for (unsigned tag = 0; tag < tag_count; ++tag) {
            if (entries_[tag].bytes_left != 0) {
                entries_[tag].bytes_left = 0;
                give_back(tag);
            }
        }
    }
    void send(pcie::TlpHeader& header, const Origin& origin, bool /*is_known*/) override {
        const unsigned tag = takes_last_ ? free_.back() : free_.front();
        takes_last_ ? free_.pop_back() : free_.pop_front();
        entries_[tag] = {origin, bytes_asked(header)};
        outstanding_of_[origin.root.index()] += origin.abandoned ? 0 : 1;
        header.requester = engine_;
        header.tag = pcie::Tag(static_cast<std::uint16_t>(tag));
    }
    std::optional<Origin> receive(const pcie::TlpHeader& completion) override {
        const unsigned tag = completion.tag.value() % tag_count;
        Outstanding& entry = entries_[tag];
        if (completion.requester != engine_ || !entry.expects(completion)) {
            return std::nullopt;
        }
        entry.receive(completion);
        if (entry.bytes_left == 0) {
            give_back(tag);
        }
        return entry.origin;
    }
    std::optional<Origin> find(const pcie::TlpHeader& completion) const override {
        const Outstanding& entry = entries_[completion.tag.value() % tag_count];
        return completion.requester == engine_ && entry.expects(completion) ? std::optional(entry.origin)
                                                                            : std::nullopt;
    }
    bool goes_by_completer() const override { return false; }

private:
    void give_back(unsigned tag) {
        free_.push_back(tag);
        const Origin& origin = entries_[tag].origin;
        outstanding_of_[origin.root.index()] -= origin.abandoned ? 0 : 1;
    }

    unsigned quota_;
    pcie::Bdf engine_;
    bool takes_last_;
    std::deque<unsigned> free_;
    std::array<Outstanding, tag_count> entries_{};
    std::vector<unsigned> outstanding_of_; ///< by root
};

/// Only what has to be known is, one at a time; its tags count up.
class OneKnown : public ReturnTable {
public:
    explicit OneKnown(const ReturnTableSettings& settings) : engine_(settings.engine), tag_(settings.tags_used) {}

    ReturnPlace place(pcie::RootId /*root*/, bool is_known) const override {
        return is_known ? own_place() : ReturnPlace::free;
    }
    ReturnPlace own_place() const override { return entry_.bytes_left == 0 ? ReturnPlace::free : ReturnPlace::used_up; }
    void abandon(pcie::RootId root) override { entry_.origin.abandoned |= entry_.origin.root == root; }
    void forget() override { entry_.bytes_left = 0; }
    void send(pcie::TlpHeader& header, const Origin& origin, bool is_known) override {
        if (is_known) {
            tag_ = (tag_ + 1) % tag_count;
            entry_ = {origin, bytes_asked(header)};
            header.requester = engine_;
            header.tag = pcie::Tag(static_cast<std::uint16_t>(tag_));
        }
    }
    std::optional<Origin> receive(const pcie::TlpHeader& completion) override {
        if (completion.requester != engine_ || completion.tag.value() != tag_ || !entry_.expects(completion)) {
            return std::nullopt;
        }
        entry_.receive(completion);
        return entry_.origin;
    }
    std::optional<Origin> find(const pcie::TlpHeader& completion) const override {
        const bool is_it =
            completion.requester == engine_ && completion.tag.value() == tag_ && entry_.expects(completion);
        return is_it ? std::optional(entry_.origin) : std::nullopt;
    }
    bool goes_by_completer() const override { return true; }

private:
    pcie::Bdf engine_;
    unsigned tag_;
    Outstanding entry_;
};

} // namespace

// The last completion of a request carries all that is left, or fails (PCIe base 2.3.1.1).
void Outstanding::receive(const pcie::TlpHeader& completion) {
    const unsigned carried = pcie::payload_bytes(completion) - (completion.lower_address & 3U);
    const bool more = pcie::has_data(completion.kind) && carried < bytes_left;
    bytes_left -= more ? carried : bytes_left;
}

std::unique_ptr<ReturnTable> make_return_table(const ReturnTableSettings& settings) {
    if (settings.kind == ReturnRouteKind::scoreboard) {
        return std::make_unique<Scoreboard>(settings);
    }
    return std::make_unique<OneKnown>(settings);
}

} // namespace rootpool::reference
