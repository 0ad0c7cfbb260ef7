#include "scenario/overrides.h"

#include <fmt/format.h>

#include "scenario/failure.h"
#include "scenario/key_lookup.h"
#include "scenario/scalar_check.h"
#include "scenario/yaml_reader.h"

namespace rootpool::scenario {
namespace {

void relocate(Node& node, const std::string& where) {
    node.where = where;
    for (Node& item : node.items) {
        relocate(item, where);
    }
    for (Entry& entry : node.entries) {
        entry.where = where;
        relocate(entry.value, where);
    }
}

/// Words with '.' between them; the number of an element may also stand in brackets behind its list.
bool is_path(std::string_view text) {
    char before = '.';
    bool in_brackets = false;
    for (const char c : text) {
        const bool mark = c == '.' || c == '[' || c == ']';
        const bool empty_part = mark && (before == '.' || before == '[');
        const bool unpaired = mark && in_brackets != (c == ']');
        if (empty_part || unpaired || (before == ']' && !mark)) {
            return false;
        }
        in_brackets = c == '[' || (in_brackets && c != ']');
        before = c;
    }
    return before != '.' && !in_brackets;
}

/// The value of a child that may not be there yet.
Node& step_into(Node& node, const std::string& word, const std::string& where) {
    if (node.kind == Node::Kind::sequence) {
        const auto index = read_integer(word);
        if (!index || *index < 0 || static_cast<std::size_t>(*index) >= node.items.size()) {
            fail({.where = where,
                  .what = fmt::format("the list has no element '{}'", word),
                  .accepted = node.items.empty() ? "nothing: the list is empty"
                                                 : fmt::format("0 to {}", node.items.size() - 1)});
        }
        return node.items[static_cast<std::size_t>(*index)];
    }
    if (node.kind == Node::Kind::scalar) {
        fail({.where = where, .what = fmt::format("'{}' is below a single value", word)});
    }
    node.kind = Node::Kind::map;
    if (Node* child = node.find(word)) {
        return *child;
    }
    Node empty;
    empty.where = where;
    return node.set(word, std::move(empty));
}

/// What messages call an option, and every node of its value is marked with: short, whatever the option is.
std::string place_of(std::string_view option) {
    constexpr std::size_t longest = 100;
    return option.size() <= longest ? fmt::format("--set {}", option)
                                    : fmt::format("--set {}...", option.substr(0, longest));
}

} // namespace

void apply_override(Node& root, std::string_view option) {
    const std::string where = place_of(option);
    const auto equals = option.find('=');
    const std::string_view path = option.substr(0, equals);
    const auto words = split_path(path);
    if (equals == std::string_view::npos || words.empty() || words.size() > max_depth) {
        fail({.where = where,
              .what = "not path=value",
              .accepted = "topology.servers.server1.max_payload=128 B, timeline[3].iperf.duration=2 s"});
    }
    if (!is_path(path)) {
        fail({.where = where,
              .what = fmt::format("a part of the path '{}' is empty or lacks a bracket", path),
              .accepted = "keys with '.' between them, [0] for the first element of a list"});
    }
    Node* node = &root;
    for (const std::string& word : words) {
        node = &step_into(*node, word, where);
    }
    Node value = read_yaml(option.substr(equals + 1), where);
    if (value.kind == Node::Kind::null) {
        fail({.where = where, .what = "no value after '='", .accepted = "a value, [] or {}"});
    }
    relocate(value, where);
    *node = std::move(value);
}

} // namespace rootpool::scenario
