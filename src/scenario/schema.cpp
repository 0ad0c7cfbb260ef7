#include "scenario/schema.h"

#include <algorithm>

#include <fmt/format.h>

#include "rootpool/scenario/refused_features.h"
#include "scenario/failure.h"
#include "scenario/key_lookup.h"
#include "scenario/scalar_check.h"

namespace rootpool::scenario {
namespace {

void check(Node& node, const Key& key, const std::string& pattern, const std::string& path);

std::string join(const std::string& path, std::string_view word) {
    return path.empty() ? std::string(word) : fmt::format("{}.{}", path, word);
}

[[noreturn]] void refuse(const Node& node, const Key& key, const std::string& path, std::string what) {
    fail({.where = node.where, .what = std::move(what), .key = path, .accepted = accepted(key)});
}

void require_kind(const Node& node, Node::Kind kind, const Key& key, const std::string& path) {
    if (node.kind != kind) {
        refuse(node, key, path, fmt::format("{} where {} is expected", describe(node.kind), describe(kind)));
    }
}

void require_count(std::size_t count, const Node& node, const Key& key, const std::string& path) {
    if (count < static_cast<std::uint64_t>(key.min) || count > static_cast<std::uint64_t>(key.max)) {
        refuse(node, key, path, fmt::format("{} elements", count));
    }
}

void require_known_keys(const Node& node, const std::string& pattern, const std::string& path) {
    const auto children = children_of(pattern);
    std::vector<std::string> names;
    names.reserve(children.size());
    for (const Key* child : children) {
        names.emplace_back(last_part(*child));
    }
    for (const Entry& entry : node.entries) {
        if (std::ranges::find(names, entry.key) == names.end()) {
            const RefusedFeature* refused = find_refused(pattern, entry.key);
            if (refused != nullptr && asks_for_what_is_modelled(*refused, entry.value.text)) {
                continue;
            }
            fail({.where = entry.where,
                  .what = refused != nullptr ? describe(*refused) : "unknown key",
                  .key = join(path, entry.key),
                  .accepted = enumerate(names),
                  .suggestion = refused != nullptr ? "" : nearest(entry.key, names)});
        }
    }
}

/// A map that is left out stands for its defaults if it needs nothing from the author.
bool has_only_defaults(const Key& key) {
    return key.type == KeyType::map && std::ranges::none_of(children_of(key.path), [](const Key* child) {
               return child->presence == Presence::required;
           });
}

void fill_in(Node& node, const Key& child, const std::string& path) {
    if (child.presence == Presence::required) {
        fail({.where = node.where, .what = "missing key", .key = path, .accepted = accepted(child)});
    }
    if (child.presence == Presence::defaulted) {
        node.set(last_part(child), Node::scalar(std::string(child.default_value), node.where));
    } else if (child.presence == Presence::optional && has_only_defaults(child)) {
        Node empty;
        empty.kind = Node::Kind::map;
        empty.where = node.where;
        node.set(last_part(child), std::move(empty));
    }
}

void check_map(Node& node, const std::string& pattern, const std::string& path) {
    require_known_keys(node, pattern, path);
    const auto children = children_of(pattern);
    std::vector<Entry> in_table_order;
    for (const Key* child : children) {
        const std::string name(last_part(*child));
        if (node.find(name) == nullptr) {
            fill_in(node, *child, join(path, name));
        }
        const auto entry = std::ranges::find(node.entries, name, &Entry::key);
        if (entry != node.entries.end()) {
            check(entry->value, *child, join(pattern, name), join(path, name));
            in_table_order.push_back(std::move(*entry));
            node.entries.erase(entry);
        }
    }
    node.entries = std::move(in_table_order);
}

void check_one_of(Node& node, const Key& key, const std::string& pattern, const std::string& path) {
    require_known_keys(node, pattern, path);
    const auto children = children_of(pattern);
    if (node.entries.size() != 1) {
        refuse(node, key, path, fmt::format("{} keys where one is expected", node.entries.size()));
    }
    Entry& entry = node.entries.front();
    const auto child =
        std::ranges::find_if(children, [&entry](const Key* candidate) { return last_part(*candidate) == entry.key; });
    check(entry.value, **child, join(pattern, entry.key), join(path, entry.key));
}

void check_name_map(Node& node, const Key& key, const std::string& pattern, const std::string& path) {
    require_count(node.entries.size(), node, key, path);
    for (Entry& entry : node.entries) {
        if (!is_name(entry.key)) {
            fail({.where = entry.where,
                  .what = "not a name",
                  .key = join(path, entry.key.substr(0, 64)),
                  .accepted = "a letter, then letters, digits, '_' or '-', at most 32 characters"});
        }
        check(entry.value, *find_pattern(pattern + ".*"), pattern + ".*", join(path, entry.key));
    }
}

void check_list(Node& node, const Key& key, const std::string& pattern, const std::string& path) {
    require_count(node.items.size(), node, key, path);
    const Key& element = *find_pattern(pattern + "[]");
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        check(node.items[i], element, pattern + "[]", fmt::format("{}[{}]", path, i));
    }
}

void expand_shorthand(Node& node, const Key& key) {
    if (!key.shorthand.empty() && node.kind != Node::Kind::map) {
        Node map;
        map.kind = Node::Kind::map;
        map.where = node.where;
        map.set(key.shorthand, std::move(node));
        node = std::move(map);
    }
}

void check(Node& node, const Key& key, const std::string& pattern, const std::string& path) {
    switch (key.type) {
    case KeyType::map:
    case KeyType::name_map:
    case KeyType::one_of:
        expand_shorthand(node, key);
        if (node.kind == Node::Kind::null) {
            node.kind = Node::Kind::map;
        }
        require_kind(node, Node::Kind::map, key, path);
        break;
    case KeyType::list:
        require_kind(node, Node::Kind::sequence, key, path);
        break;
    default:
        break;
    }
    switch (key.type) {
    case KeyType::map:
        return check_map(node, pattern, path);
    case KeyType::name_map:
        return check_name_map(node, key, pattern, path);
    case KeyType::one_of:
        return check_one_of(node, key, pattern, path);
    case KeyType::list:
        return check_list(node, key, pattern, path);
    default:
        return check_scalar(node, key, path);
    }
}

} // namespace

void check_against_table(Node& root) {
    if (root.kind != Node::Kind::map) {
        fail({.where = root.where,
              .what = fmt::format("{} where a map of keys is expected", describe(root.kind)),
              .accepted = "version, name, topology, timeline, ..."});
    }
    check_map(root, "", "");
}

} // namespace rootpool::scenario
