#include "tests/twin/trace.h"

#include <algorithm>
#include <fmt/format.h>

#include "rootpool/core/hash.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::twin {
namespace {

constexpr std::size_t context_lines = 12;

std::string line(const std::vector<Event>& events, std::size_t index) {
    if (index >= events.size()) {
        return "(nothing)";
    }
    return fmt::format("{:>14.3f} ns  {}", static_cast<double>(events[index].at.count()) / 1e6, events[index].what);
}

std::string difference(const char* of, const std::vector<Event>& model, const std::vector<Event>& twin) {
    const auto [m, t] = std::mismatch(model.begin(), model.end(), twin.begin(), twin.end());
    if (m == model.end() && t == twin.end()) {
        return {};
    }
    const auto first = static_cast<std::size_t>(m - model.begin());
    std::string text =
        fmt::format("{} differ at number {} (model {}, twin {} in all)\n", of, first, model.size(), twin.size());
    for (std::size_t i = first < context_lines ? 0 : first - context_lines; i < first; ++i) {
        text += fmt::format("  both   {}\n", line(model, i));
    }
    for (std::size_t i = first; i < first + 3; ++i) {
        text += fmt::format("  model  {}\n  twin   {}\n", line(model, i), line(twin, i));
    }
    return text;
}

} // namespace

std::string describe(const pcie::Tlp& tlp) {
    std::vector<std::uint8_t> bytes;
    pcie::encode(tlp.header, tlp.payload.bytes(), bytes);
    core::RunningHash hash;
    for (const std::uint8_t byte : bytes) {
        hash.add(byte);
    }
    return fmt::format("kind {} root {} tag {} bytes {} digest {:016x}", static_cast<int>(tlp.header.kind),
                       tlp.root.value(), tlp.header.tag.value(), bytes.size(), hash.value());
}

std::string difference(const Trace& model, const Trace& twin) {
    std::string text = difference("starts", model.starts, twin.starts);
    if (text.empty()) {
        text = difference("receptions", model.receptions, twin.receptions);
    }
    if (text.empty()) {
        text = difference("deliveries", model.deliveries, twin.deliveries);
    }
    return text.empty() ? difference("returned TLPs", model.returns, twin.returns) : text;
}

} // namespace rootpool::twin
