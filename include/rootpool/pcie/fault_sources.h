#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "rootpool/pcie/link_faults.h"

namespace rootpool::pcie {

/// Probability that a bit is received wrong, in 10^-18.
using BitErrorRate = std::uint64_t;
inline constexpr BitErrorRate bit_error_unit = 1'000'000'000'000'000'000;
inline constexpr BitErrorRate largest_bit_error_rate = bit_error_unit / 1000;

/// Independent errors of single bits: a packet of n bytes is corrupted with the probability 1 - (1 - b)^(8n). Whole
/// numbers only, so that the same seed gives the same fates on every machine.
class BitErrors : public FaultSource {
public:
    /// Throws std::invalid_argument for a rate above largest_bit_error_rate.
    BitErrors(BitErrorRate rate, std::uint64_t seed);

    /// `bytes`: a multiple of 4, at most that of the longest TLP.
    [[nodiscard]] PacketFate fate(bool is_tlp, unsigned bytes) override;
    /// Probability that a packet is corrupted, in 2^-64.
    [[nodiscard]] std::uint64_t probability(unsigned bytes) const { return of_dwords_.at(bytes / 4); }

private:
    [[nodiscard]] std::uint64_t random() noexcept;

    std::vector<std::uint64_t> of_dwords_; ///< by length
    std::uint64_t state_;
};

/// What a script wants to happen to one packet.
struct ScriptedFault {
    bool is_tlp = true;       ///< or a DLLP
    std::uint64_t number = 1; ///< of the packets of that kind in one direction, from 1; TLPs sent again count
    PacketFate fate = PacketFate::corrupted;
    friend bool operator==(const ScriptedFault&, const ScriptedFault&) = default;
};

/// Faults of chosen packets.
class ScriptedFaults : public FaultSource {
public:
    /// In any order, each packet once.
    explicit ScriptedFaults(const std::vector<ScriptedFault>& faults);

    [[nodiscard]] PacketFate fate(bool is_tlp, unsigned bytes) override;

private:
    class Kind {
    public:
        void add(const ScriptedFault& fault) { faults_.push_back(fault); }
        void sort();
        [[nodiscard]] PacketFate next() noexcept;

    private:
        std::vector<ScriptedFault> faults_; ///< by number
        std::size_t position_ = 0;
        std::uint64_t packets_ = 0;
    };

    Kind tlps_;
    Kind dllps_;
};

/// Several sources at one direction: the worst of what they say happens.
class CombinedFaults : public FaultSource {
public:
    void add(std::unique_ptr<FaultSource> source) { sources_.push_back(std::move(source)); }
    [[nodiscard]] bool empty() const noexcept { return sources_.empty(); }

    [[nodiscard]] PacketFate fate(bool is_tlp, unsigned bytes) override;

private:
    std::vector<std::unique_ptr<FaultSource>> sources_;
};

} // namespace rootpool::pcie
