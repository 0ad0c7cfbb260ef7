#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

/// Scripts that the tests of scenario and cli start from.
namespace rootpool::test {

/// Three servers, a NIC shared through the switch and a peer; a run of iperf over the first VF.
inline constexpr std::string_view pooled_script = R"(version: 1
name: test/pooled
topology:
  servers:
    server1: {cpu: i5-3470}
    server2: {cpu: i5-3470}
    server3: {cpu: i5-3470}
  devices:
    nic0: {model: intel-82599}
    nic3: {model: intel-82599, attach: server3}
  switch: {upstream: [server1, server2], downstream: [nic0], master: server1, return_route: completer_id}
  cables:
    - [nic0, nic3]
timeline:
  - power_on: [server1, server3]
  - assign: {device: nic0, vfs: 0-3, to: server2}
  - power_on: [server2]
  - iperf: {client: server2.vf0, server: server3, duration: 1 s}
expect:
  - {metric: iperf.server2.goodput, near: 9.39 Gb/s, within: 0.5 %, source: paper Fig. 10}
)";

inline std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string result(text);
    const auto at = result.find(from);
    if (at == std::string::npos) {
        throw std::logic_error("the script of the test does not contain " + std::string(from));
    }
    return result.replace(at, from.size(), to);
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

} // namespace rootpool::test
