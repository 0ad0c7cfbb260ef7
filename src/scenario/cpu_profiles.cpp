#include "scenario/cpu_profiles.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "rootpool/scenario/keys.h"
#include "scenario/failure.h"
#include "scenario/reading.h"

namespace rootpool::scenario {
namespace {

struct Cost {
    std::string_view key;
    SimTime host::CpuProfile::*member;
};

constexpr auto costs = std::to_array<Cost>({
    {"interrupt", &host::CpuProfile::interrupt},
    {"poll", &host::CpuProfile::poll},
    {"receive_packet", &host::CpuProfile::receive_packet},
    {"receive_segment", &host::CpuProfile::receive_segment},
    {"transmit_packet", &host::CpuProfile::transmit_packet},
    {"transmit_completion", &host::CpuProfile::transmit_completion},
    {"acknowledgement", &host::CpuProfile::acknowledgement},
    {"receive_ack", &host::CpuProfile::receive_ack},
    {"system_call", &host::CpuProfile::system_call},
    {"context_switch", &host::CpuProfile::context_switch},
    {"wake_up", &host::CpuProfile::wake_up},
    {"copy_per_byte", &host::CpuProfile::copy_per_byte},
    {"map_buffer", &host::CpuProfile::map_buffer},
});

/// The built-in profile that is the default; the one that messages can name for certain.
std::string default_profile() { return std::string(find_key("topology.servers.any.cpu")->default_value); }

const host::CpuProfile& built_in(const Node& name, const std::string& key, std::vector<std::string> others) {
    const host::CpuProfile* profile = host::find_cpu_profile(name.text);
    if (profile == nullptr) {
        others.insert(others.begin(), default_profile());
        fail({.where = name.where,
              .what = fmt::format("no CPU profile '{}'", name.text),
              .key = key,
              .accepted = enumerate(others),
              .suggestion = nearest(name.text, others)});
    }
    return *profile;
}

host::CpuProfile read_profile(const Entry& entry) {
    const std::string key = fmt::format("cpu_profiles.{}.based_on", entry.key);
    host::CpuProfile profile = built_in(entry.value.at("based_on"), key, {});
    if (entry.value.find("cores") != nullptr) {
        profile.cores = static_cast<unsigned>(read_whole(entry.value, "cores"));
    }
    for (const Cost& cost : costs) {
        if (entry.value.find(cost.key) != nullptr) {
            profile.*cost.member = read_time(entry.value, cost.key);
        }
    }
    return profile;
}

} // namespace

void check_cpu_profiles(const Node& root) {
    const Node* profiles = root.find("cpu_profiles");
    if (profiles == nullptr) {
        return;
    }
    for (const Entry& entry : profiles->entries) {
        if (host::find_cpu_profile(entry.key) != nullptr) {
            fail({.where = entry.where,
                  .what = fmt::format("'{}' is a built-in CPU profile", entry.key),
                  .key = fmt::format("cpu_profiles.{}", entry.key),
                  .accepted = "another name"});
        }
        static_cast<void>(read_profile(entry));
    }
}

host::CpuProfile resolve_cpu(const Node& name, const Node& root, const std::string& key) {
    std::vector<std::string> own;
    if (const Node* profiles = root.find("cpu_profiles")) {
        for (const Entry& entry : profiles->entries) {
            if (entry.key == name.text) {
                return read_profile(entry);
            }
            own.push_back(entry.key);
        }
    }
    return built_in(name, key, std::move(own));
}

} // namespace rootpool::scenario
