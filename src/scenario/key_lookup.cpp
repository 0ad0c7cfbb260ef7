#include "scenario/key_lookup.h"

#include <algorithm>
#include <array>

namespace rootpool::scenario {
namespace {

constexpr std::string_view nested_step = "timeline[].parallel[]";
constexpr std::string_view step = "timeline[]";
/// Steps that change who has which server and VF come one after the other, and a measurement has its link for itself.
constexpr auto sequential_steps = std::to_array<std::string_view>({"power_on", "assign", "pcie_bench", "parallel"});

std::string canonical(std::string_view path) {
    std::string text(path);
    if (path.starts_with(nested_step) && path.size() > nested_step.size()) {
        text.replace(0, nested_step.size(), step);
    }
    return text;
}

std::string_view parent_of(std::string_view path) {
    if (path.ends_with("[]")) {
        return path.substr(0, path.size() - 2);
    }
    const auto dot = path.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

bool is_sequential(std::string_view word) {
    return std::ranges::find(sequential_steps, word) != sequential_steps.end();
}

/// "power_on" of "timeline[].parallel[].power_on.x"; empty outside of parallel.
std::string_view nested_word(std::string_view path) {
    if (!path.starts_with(nested_step) || path.size() == nested_step.size()) {
        return {};
    }
    path.remove_prefix(nested_step.size() + 1);
    return path.substr(0, path.find_first_of(".["));
}

bool is_index(std::string_view word) {
    return word == "[]" || (!word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; }));
}

} // namespace

std::vector<const Key*> children_of(std::string_view path) {
    const bool nested = path == nested_step;
    const std::string parent = nested ? std::string(step) : canonical(path);
    std::vector<const Key*> children;
    for (const Key& key : keys()) {
        if (parent_of(key.path) == parent && !(nested && is_sequential(last_part(key)))) {
            children.push_back(&key);
        }
    }
    return children;
}

const Key* find_pattern(std::string_view path) {
    if (is_sequential(nested_word(path))) {
        return nullptr;
    }
    const std::string wanted = canonical(path);
    const auto found = std::ranges::find(keys(), std::string_view(wanted), &Key::path);
    return found == keys().end() ? nullptr : &*found;
}

std::string_view last_part(const Key& key) {
    const std::string_view parent = parent_of(key.path);
    return key.path.substr(parent.empty() || key.path.ends_with("[]") ? parent.size() : parent.size() + 1);
}

std::vector<std::string> split_choices(std::string_view choices) {
    std::vector<std::string> words;
    while (!choices.empty()) {
        const auto end = std::min(choices.find('|'), choices.size());
        words.emplace_back(choices.substr(0, end));
        choices.remove_prefix(std::min(end + 1, choices.size()));
    }
    return words;
}

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> words;
    std::string word;
    const auto finish = [&words, &word] {
        if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    };
    for (const char c : path) {
        if (c == '.' || c == '[' || c == ']') {
            if (c == ']' && word.empty()) {
                word = "[]";
            }
            finish();
        } else {
            word += c;
        }
    }
    finish();
    return words;
}

const Key* find_key(std::string_view path) {
    std::string pattern;
    const Key* key = nullptr;
    for (const std::string& word : split_path(path)) {
        if (key != nullptr && key->type == KeyType::list) {
            if (!is_index(word)) {
                return nullptr;
            }
            pattern += "[]";
        } else {
            pattern += pattern.empty() ? "" : ".";
            pattern += key != nullptr && key->type == KeyType::name_map ? "*" : word;
        }
        key = find_pattern(pattern);
        if (key == nullptr) {
            return nullptr;
        }
    }
    return key;
}

} // namespace rootpool::scenario
