#include "rootpool/pcie/fault_sources.h"

#include <algorithm>
#include <stdexcept>

#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::pcie {
namespace {

__extension__ using Wide = unsigned __int128;

/// The longest TLP: a header of 4 DW, 4 KB of data and an ECRC.
constexpr unsigned most_dwords = (tlp_framing_bytes + 16 + 4096 + ecrc_bytes) / 4;

/// Probability that one of two independent events happens, in 2^-64: a + b - ab. At largest_bit_error_rate the longest
/// TLP is intact with 4 x 10^-15, so that sums stay below 1 by far more than is rounded.
[[nodiscard]] constexpr std::uint64_t either(std::uint64_t a, std::uint64_t b) noexcept {
    return a + b - static_cast<std::uint64_t>((Wide{a} * b) >> 64U);
}

} // namespace

BitErrors::BitErrors(BitErrorRate rate, std::uint64_t seed) : of_dwords_(most_dwords + 1), state_(seed) {
    if (rate > largest_bit_error_rate) {
        throw std::invalid_argument("bit error rate above 0.001");
    }
    auto of_dword = static_cast<std::uint64_t>((Wide{rate} << 64U) / bit_error_unit);
    for (unsigned bits = 1; bits < 32; bits *= 2) {
        of_dword = either(of_dword, of_dword);
    }
    for (std::size_t dwords = 1; dwords < of_dwords_.size(); ++dwords) {
        of_dwords_[dwords] = either(of_dwords_[dwords - 1], of_dword);
    }
}

PacketFate BitErrors::fate(bool /*is_tlp*/, unsigned bytes) {
    return random() < probability(bytes) ? PacketFate::corrupted : PacketFate::intact;
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
std::uint64_t BitErrors::random() noexcept {
    state_ += 0x9E37'79B9'7F4A'7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D0'49BB'1331'11EBULL;
    return mixed ^ (mixed >> 31U);
}

ScriptedFaults::ScriptedFaults(const std::vector<ScriptedFault>& faults) {
    for (const ScriptedFault& fault : faults) {
        (fault.is_tlp ? tlps_ : dllps_).add(fault);
    }
    tlps_.sort();
    dllps_.sort();
}

void ScriptedFaults::Kind::sort() { std::ranges::sort(faults_, {}, &ScriptedFault::number); }

PacketFate ScriptedFaults::Kind::next() noexcept {
    ++packets_;
    if (position_ == faults_.size() || faults_[position_].number != packets_) {
        return PacketFate::intact;
    }
    return faults_[position_++].fate;
}

PacketFate ScriptedFaults::fate(bool is_tlp, unsigned /*bytes*/) { return (is_tlp ? tlps_ : dllps_).next(); }

PacketFate CombinedFaults::fate(bool is_tlp, unsigned bytes) {
    PacketFate worst = PacketFate::intact;
    for (const auto& source : sources_) { // all of them: each counts packets or draws numbers of its own
        worst = std::max(worst, source->fate(is_tlp, bytes));
    }
    return worst;
}

} // namespace rootpool::pcie
