#include "scenario/node.h"

#include <algorithm>
#include <stdexcept>

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

namespace rootpool::scenario {
namespace {

/// Lists of plain values, and small maps inside a list, are easier to read on one line.
bool fits_one_line(const Node& node) {
    return std::ranges::all_of(node.items, [](const Node& item) { return item.kind == Node::Kind::scalar; });
}

void emit(YAML::Emitter& emitter, const Node& node) {
    switch (node.kind) {
    case Node::Kind::null:
        emitter << YAML::Null;
        break;
    case Node::Kind::scalar:
        emitter << node.text;
        break;
    case Node::Kind::sequence:
        emitter << (fits_one_line(node) ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
        for (const Node& item : node.items) {
            emit(emitter, item);
        }
        emitter << YAML::EndSeq;
        break;
    case Node::Kind::map:
        emitter << YAML::BeginMap;
        for (const Entry& entry : node.entries) {
            emitter << YAML::Key << entry.key << YAML::Value;
            emit(emitter, entry.value);
        }
        emitter << YAML::EndMap;
        break;
    }
}

} // namespace

Node* Node::find(std::string_view key) {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &found->value;
}

const Node* Node::find(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : &found->value;
}

const Node& Node::at(std::string_view key) const {
    const Node* node = find(key);
    if (node == nullptr) {
        throw std::logic_error("no key '" + std::string(key) + "' in a checked script");
    }
    return *node;
}

Node& Node::set(std::string_view key, Node value) {
    if (Node* present = find(key)) {
        *present = std::move(value);
        return *present;
    }
    std::string place = value.where;
    entries.push_back({std::string(key), std::move(place), std::move(value)});
    return entries.back().value;
}

Node Node::scalar(std::string text, std::string where) {
    Node node;
    node.kind = Kind::scalar;
    node.text = std::move(text);
    node.where = std::move(where);
    return node;
}

std::string_view describe(Node::Kind kind) noexcept {
    switch (kind) {
    case Node::Kind::null:
        return "nothing";
    case Node::Kind::scalar:
        return "a single value";
    case Node::Kind::sequence:
        return "a list";
    case Node::Kind::map:
        return "a map of keys";
    }
    return "";
}

std::string to_yaml(const Node& root) {
    YAML::Emitter emitter;
    emit(emitter, root);
    return std::string(emitter.c_str()) + "\n";
}

} // namespace rootpool::scenario
