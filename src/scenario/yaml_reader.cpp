#include "scenario/yaml_reader.h"

#include <istream>
#include <optional>
#include <streambuf>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "rootpool/scenario/parse.h"
#include "scenario/failure.h"
#include "scenario/text_check.h"

namespace rootpool::scenario {
namespace {

class TreeBuilder final : public YAML::EventHandler {
public:
    explicit TreeBuilder(std::string_view file) : file_(file) {}

    /// The document that was read last.
    [[nodiscard]] Node take_root() { return std::exchange(root_, {}); }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
    void OnDocumentEnd() override {}
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuse_anchor(mark); }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        open(mark, "?", anchor, Node::Kind::null);
        close();
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        if (expects_key()) {
            count(mark, tag, anchor);
            take_key(mark, value);
            return;
        }
        open(mark, tag, anchor, Node::Kind::scalar).text = value;
        close();
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(mark, tag, anchor, Node::Kind::sequence);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(mark, tag, anchor, Node::Kind::map);
    }
    void OnMapEnd() override { close(); }

private:
    /// A collection that is being filled, and the key whose value comes next.
    struct Level {
        Node node;
        std::optional<Entry> pending;
    };

    [[nodiscard]] std::string place(const YAML::Mark& mark) const {
        return fmt::format("{}:{}:{}", file_, mark.line + 1, mark.column + 1);
    }
    [[nodiscard]] bool expects_key() const {
        return !levels_.empty() && levels_.back().node.kind == Node::Kind::map && !levels_.back().pending;
    }

    void count(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor) {
            refuse_anchor(mark);
        }
        if (!tag.empty() && tag != "?" && tag != "!") {
            fail({.where = place(mark), .what = "YAML tags are not accepted"});
        }
        if (++nodes_ > max_nodes) {
            fail({.where = place(mark), .what = fmt::format("more than {} values", max_nodes)});
        }
    }

    Node& open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
        count(mark, tag, anchor);
        if (expects_key()) {
            fail({.where = place(mark),
                  .what = "a list or a map where a key is expected",
                  .accepted = "a plain word; an earlier '[' or '{' may lack its end"});
        }
        if (levels_.size() == max_depth) {
            fail({.where = place(mark), .what = fmt::format("nested deeper than {} levels", max_depth)});
        }
        levels_.emplace_back();
        levels_.back().node.kind = kind;
        levels_.back().node.where = place(mark);
        return levels_.back().node;
    }

    void close() {
        Node done = std::move(levels_.back().node);
        levels_.pop_back();
        if (levels_.empty()) {
            root_ = std::move(done);
        } else if (Level& parent = levels_.back(); parent.node.kind == Node::Kind::sequence) {
            parent.node.items.push_back(std::move(done));
        } else {
            parent.pending->value = std::move(done);
            parent.node.entries.push_back(std::move(*parent.pending));
            parent.pending.reset();
        }
    }

    void take_key(const YAML::Mark& mark, const std::string& key) {
        Level& level = levels_.back();
        for (const Entry& entry : level.node.entries) {
            if (entry.key == key) {
                fail({.where = place(mark), .what = "duplicate key, first given at " + entry.where, .key = key});
            }
        }
        level.pending = Entry{key, place(mark), {}};
    }

    [[noreturn]] void refuse_anchor(const YAML::Mark& mark) const {
        fail({.where = place(mark), .what = "YAML anchors and aliases are not accepted"});
    }

    std::string_view file_;
    std::vector<Level> levels_;
    Node root_;
    std::size_t nodes_ = 0;
};

/// Reads from where the text lies.
class ViewBuffer final : public std::streambuf {
public:
    explicit ViewBuffer(std::string_view text) {
        char* begin = const_cast<char*>(text.data()); // std::streambuf asks for it; only reads follow
        setg(begin, begin, begin + text.size());
    }
};

} // namespace

Node read_yaml(std::string_view text, std::string_view file) {
    if (text.size() > max_script_bytes) {
        fail({.where = file, .what = fmt::format("the script is larger than {} bytes", max_script_bytes)});
    }
    if (const auto bad = first_bad_character(text)) {
        fail({.where = fmt::format("{}:{}:{}", file, bad->line, bad->column),
              .what = "not a text file: " + bad->reason});
    }
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    TreeBuilder builder(file);
    try {
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) {
            return {};
        }
        Node root = builder.take_root();
        if (parser.HandleNextDocument(builder)) {
            fail({.where = builder.take_root().where, .what = "a script is one YAML document; this is a second one"});
        }
        return root;
    } catch (const YAML::Exception& error) {
        fail({.where = fmt::format("{}:{}:{}", file, error.mark.line + 1, error.mark.column + 1),
              .what = "not valid YAML: " + error.msg});
    }
}

} // namespace rootpool::scenario
