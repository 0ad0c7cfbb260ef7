#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The script as a tree, with the place of everything in it. Built by hand from the parser's events, because yaml-cpp's
/// own tree keeps duplicate keys silently and nests without bound.
namespace rootpool::scenario {

struct Entry;

struct Node {
    enum class Kind : std::uint8_t { null, scalar, sequence, map };

    Kind kind = Kind::null;
    std::string where;          ///< "file:line:column", or the --set option that put it there
    std::string text;           ///< scalar
    std::vector<Node> items;    ///< sequence
    std::vector<Entry> entries; ///< map, in the order of the script

    [[nodiscard]] Node* find(std::string_view key);
    [[nodiscard]] const Node* find(std::string_view key) const;
    /// The value of a key that is there: a caller that may be wrong about it uses find().
    [[nodiscard]] const Node& at(std::string_view key) const;
    /// Adds or replaces.
    Node& set(std::string_view key, Node value);

    [[nodiscard]] static Node scalar(std::string text, std::string where);
};

struct Entry {
    std::string key;
    std::string where;
    Node value;
};

/// What a reader calls this kind of value: "a list".
[[nodiscard]] std::string_view describe(Node::Kind kind) noexcept;

/// The tree as YAML.
[[nodiscard]] std::string to_yaml(const Node& root);

} // namespace rootpool::scenario
