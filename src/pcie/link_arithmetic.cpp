#include "rootpool/pcie/link_arithmetic.h"

#include <algorithm>
#include <array>
#include <bit>

namespace rootpool::pcie {

namespace {

constexpr std::size_t payload_rows = 6; // 128, 256, ... 4096 bytes
using Row = std::array<std::uint16_t, payload_rows>;

struct Column {
    Generation generation;
    unsigned width;
    Row symbols;
};

/// PCIe base tables 3-10, 3-11 and 3-12: maximum Ack latency in symbol times.
constexpr std::array<Column, 11> ack_limits{{
    {Generation::gen1, 1, {237, 416, 559, 1071, 2095, 4143}},
    {Generation::gen1, 4, {73, 118, 154, 282, 538, 1050}},
    {Generation::gen1, 8, {67, 107, 86, 150, 278, 534}},
    {Generation::gen1, 16, {48, 72, 86, 150, 278, 534}},
    {Generation::gen2, 1, {288, 467, 610, 1122, 2146, 4194}},
    {Generation::gen2, 4, {124, 169, 205, 333, 589, 1101}},
    {Generation::gen2, 8, {118, 158, 137, 201, 329, 585}},
    {Generation::gen2, 16, {99, 123, 137, 201, 329, 585}},
    {Generation::gen3, 4, {169, 214, 250, 378, 634, 1146}},
    {Generation::gen3, 8, {163, 203, 182, 246, 374, 630}},
    {Generation::gen3, 16, {144, 168, 182, 246, 374, 630}},
}};

} // namespace

SimTime ack_latency_limit(const LinkParameters& link, unsigned max_payload) noexcept {
    const unsigned code = static_cast<unsigned>(std::countr_zero(std::bit_ceil(std::max(max_payload, 128U)) / 128U));
    const auto* column = std::find_if(ack_limits.begin(), ack_limits.end() - 1, [&](const Column& candidate) {
        return candidate.generation == link.generation && candidate.width >= link.width;
    });
    return symbol_time(link.generation) * column->symbols[std::min<std::size_t>(code, payload_rows - 1)];
}

} // namespace rootpool::pcie
