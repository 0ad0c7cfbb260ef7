#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "pooled_platform.h"

/// Requests of roots and of a device's functions, each of which has to end once.
namespace rootpool::models::test {

/// What became of requests of one requester.
struct RequestEnds {
    std::uint64_t made = 0;
    std::uint64_t answered = 0; ///< with all bytes that are at the address
    std::uint64_t refused = 0;  ///< UR or CA
    std::uint64_t poisoned = 0;
    std::uint64_t timed_out = 0;
    std::uint64_t given_up = 0;   ///< by a reset of the requester itself
    std::uint64_t as_meant = 0;   ///< of all these, as the completer answers such a request
    std::uint64_t late = 0;       ///< completions of requests that had ended
    std::uint64_t unexpected = 0; ///< other completions that no request waits for
    std::uint64_t wrong = 0;      ///< completions with other bytes, or that leave some out
    std::uint64_t undue = 0;      ///< ends that are not as meant and that nothing excuses

    RequestEnds& operator+=(const RequestEnds& other) noexcept;
};

/// The requester's side of reads and of configuration writes.
class RequestLedger {
public:
    /// A tag that no read has.
    [[nodiscard]] std::optional<pcie::Tag> tag_for_read() const { return free_tag(0, tags - commands); }
    /// The same for one of a few commands.
    [[nodiscard]] std::optional<pcie::Tag> tag_for_command() const { return free_tag(tags - commands, tags); }
    /// Dwords of memory that a request asks for: `first` and the numbers after it. None: a write.
    struct Wanted {
        std::uint32_t first = 0;
        std::uint16_t dwords = 0;
        AnswerFate fate = AnswerFate::complete;
    };
    void sent(pcie::Tag tag, const Wanted& wanted);
    void completed(const Received& completion);
    /// Nobody waits any longer. The tags are not used again: late completions may come.
    void time_out();
    void give_up();
    /// What the requester needs was not as it should be: `from` there on requests may be answered otherwise than meant,
    /// and those sent before `until` may have no answer at all. By default nothing is excused.
    void excuse(const core::TimeSpan& times) noexcept { excused_ = times; }

    RequestEnds ends;

private:
    static constexpr std::uint16_t tags = 32;
    static constexpr std::uint16_t commands = 2;
    enum class State : std::uint8_t { none, waits, timed_out };
    struct Request {
        State state = State::none;
        Wanted wanted;
        std::uint16_t dwords_there = 0;
        SimTime sent{};
    };
    [[nodiscard]] std::optional<pcie::Tag> free_tag(std::uint16_t from, std::uint16_t until) const;
    void end(Request& request, std::uint64_t& counter, bool is_meant, bool is_excused);
    void end_by(const Received& completion, Request& request, std::uint64_t& counter, bool is_meant);
    void take_data(Request& request, const Received& completion);

    std::array<Request, tags> requests_{};
    core::TimeSpan excused_{core::never, SimTime{0}};
};

/// Traffic in both directions on a PooledPlatform, for as long as step() is called.
class ResetLoad {
public:
    static constexpr unsigned roots = 3;
    static constexpr unsigned master = 0;

    explicit ResetLoad(PooledPlatform& platform);

    /// Some requests of every root and of every lent function, and what came.
    void step(std::mt19937& random);
    /// A configuration write that the root's ledger waits for like for any request.
    void write(unsigned root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables);
    void collect();
    /// Nobody waits any longer; then come the answers that are late.
    void time_out();
    /// See RequestLedger, of everybody's requests.
    void excuse(const core::TimeSpan& times);
    /// A new beginning: nothing is outstanding or excused.
    void clear();
    /// The drivers of functions that were reset start them again.
    void start_functions() { stopped_ = {}; }

    std::array<RequestLedger, roots> of_roots;
    std::array<RequestLedger, roots> of_functions; ///< by the root that holds the VF; none of the master's
    std::vector<unsigned> functions_reset;         ///< VFs, in order

private:
    void read_by_root(unsigned root, std::mt19937& random);
    void read_by_function(unsigned root, std::mt19937& random);
    void on_function_reset(unsigned vf);
    void on_device_reset();

    PooledPlatform& platform_;
    std::array<bool, roots> stopped_{}; ///< functions that wait for their driver after a reset
};

} // namespace rootpool::models::test
