#include "reset_load.h"

namespace rootpool::models::test {

using pcie::TlpKind;

namespace {

constexpr std::uint64_t host_memory = 0x10'0000;

[[nodiscard]] std::uint32_t value_at(std::uint64_t address, unsigned salt) {
    return static_cast<std::uint32_t>((address + salt) * 0x9E37'79B1U ^ salt << 20U);
}
constexpr unsigned device_salt = 100;

/// One of 16 each is refused, aborted, poisoned or late.
[[nodiscard]] AnswerFate fate_at(std::uint64_t address) {
    constexpr std::array<AnswerFate, 4> special = {AnswerFate::unsupported, AnswerFate::aborted, AnswerFate::poisoned,
                                                   AnswerFate::late};
    const std::uint64_t number = (address / 4 * 0x9E37'79B9'7F4A'7C15ULL) >> 60U;
    return number < special.size() ? special[number] : AnswerFate::complete;
}

[[nodiscard]] std::uint16_t number_below(std::mt19937& random, unsigned bound) {
    return static_cast<std::uint16_t>(random() % bound);
}

} // namespace

RequestEnds& RequestEnds::operator+=(const RequestEnds& other) noexcept {
    for (const auto field : {&RequestEnds::made, &RequestEnds::answered, &RequestEnds::refused, &RequestEnds::poisoned,
                             &RequestEnds::timed_out, &RequestEnds::given_up, &RequestEnds::as_meant,
                             &RequestEnds::late, &RequestEnds::unexpected, &RequestEnds::wrong, &RequestEnds::undue}) {
        this->*field += other.*field;
    }
    return *this;
}

std::optional<pcie::Tag> RequestLedger::free_tag(std::uint16_t from, std::uint16_t until) const {
    for (std::uint16_t tag = from; tag < until; ++tag) {
        if (requests_[tag].state == State::none) {
            return pcie::Tag(tag);
        }
    }
    return std::nullopt;
}

void RequestLedger::sent(pcie::Tag tag, const Wanted& wanted) {
    requests_[tag.index()] = {State::waits, wanted, 0, now()};
    ++ends.made;
}

void RequestLedger::completed(const Received& completion) {
    const pcie::TlpHeader& header = completion.tlp->header;
    Request& request = requests_[header.tag.index() % tags];
    if (header.tag.index() >= tags || request.state == State::none) {
        ++ends.unexpected;
    } else if (request.state == State::timed_out) {
        ++ends.late;
    } else if (header.status != pcie::CompletionStatus::successful) {
        const auto meant =
            header.status == pcie::CompletionStatus::completer_abort ? AnswerFate::aborted : AnswerFate::unsupported;
        end_by(completion, request, ends.refused, request.wanted.fate == meant);
    } else if (header.poisoned) {
        end_by(completion, request, ends.poisoned, request.wanted.fate == AnswerFate::poisoned);
        request.state = State::timed_out; // its other completions may come
    } else {
        take_data(request, completion);
    }
}

/// Completions of one request come in order (PCIe base 2.3.1.1).
void RequestLedger::take_data(Request& request, const Received& completion) {
    const pcie::TlpHeader& header = completion.tlp->header;
    const auto dwords = static_cast<std::uint16_t>(pcie::payload_bytes(header) / 4);
    const unsigned left = request.wanted.dwords - request.dwords_there;
    bool right = request.wanted.dwords == 0 ? dwords == 0 : dwords != 0 && header.byte_count == 4 * left;
    for (std::uint16_t dword = 0; dword < dwords; ++dword) {
        right = right && completion.value(dword) == request.wanted.first + request.dwords_there + dword;
    }
    ends.wrong += right ? 0 : 1;
    request.dwords_there = static_cast<std::uint16_t>(request.dwords_there + dwords);
    if (!right || request.dwords_there == request.wanted.dwords) {
        end_by(completion, request, ends.answered, request.wanted.fate == AnswerFate::complete);
    }
}

void RequestLedger::end(Request& request, std::uint64_t& counter, bool is_meant, bool is_excused) {
    ++counter;
    ends.as_meant += is_meant ? 1 : 0;
    ends.undue += is_meant || is_excused ? 0 : 1;
    request.state = State::none;
}

void RequestLedger::end_by(const Received& completion, Request& request, std::uint64_t& counter, bool is_meant) {
    end(request, counter, is_meant, completion.last_beat >= excused_.from);
}

void RequestLedger::time_out() {
    for (Request& request : requests_) {
        if (request.state == State::waits) {
            end(request, ends.timed_out, request.wanted.fate == AnswerFate::late, request.sent < excused_.until);
            request.state = State::timed_out;
        }
    }
}

void RequestLedger::give_up() {
    for (Request& request : requests_) {
        if (request.state == State::waits) {
            end(request, ends.given_up, false, true);
        }
        request.state = State::timed_out;
    }
}

ResetLoad::ResetLoad(PooledPlatform& platform) : platform_(platform) {
    for (unsigned root = 0; root < roots; ++root) {
        platform.roots[root]->fate = fate_at;
        platform.roots[root]->memory = [root](std::uint64_t address) { return value_at(address, root); };
    }
    platform.device.fate = fate_at;
    platform.device.memory = [](std::uint64_t address) { return value_at(address, device_salt); };
    platform.device.function_reset = [this](unsigned vf) { on_function_reset(vf); };
    platform.device.reset = [this] { on_device_reset(); };
}

void ResetLoad::on_function_reset(unsigned vf) {
    functions_reset.push_back(vf);
    of_functions[vf + 1].give_up();
    stopped_[vf + 1] = true;
}

void ResetLoad::on_device_reset() {
    for (RequestLedger& ledger : of_functions) {
        ledger.give_up();
    }
    stopped_.fill(true);
}

void ResetLoad::step(std::mt19937& random) {
    for (unsigned root = 0; root < roots; ++root) {
        for (unsigned left = number_below(random, 4); left != 0; --left) {
            read_by_root(root, random);
            read_by_function(root, random);
        }
    }
    collect();
}

/// The master reads the PF's configuration, a slave its VF's registers.
void ResetLoad::read_by_root(unsigned root, std::mt19937& random) {
    const auto tag = of_roots[root].tag_for_read();
    if (!tag) {
        return;
    }
    if (root == master) {
        pcie::TlpHeader header = config_request(TlpKind::config_read_1, PooledPlatform::slot, 0);
        header.tag = *tag;
        of_roots[root].sent(*tag, {0x10FB'8086, 1});
        platform_.roots[root]->send(header);
        return;
    }
    const std::uint64_t offset = 4 * number_below(random, 992);
    const auto length = static_cast<std::uint16_t>(1 + number_below(random, 32));
    const auto address = PooledPlatform::slave_window + offset;
    const auto at_device = PooledPlatform::master_window + (root - 1) * PooledPlatform::vf_bytes + offset;
    const auto asked = static_cast<std::uint16_t>(1 + number_below(random, 32));
    of_roots[root].sent(*tag, {value_at(at_device, device_salt), asked, fate_at(at_device)});
    platform_.roots[root]->send(memory_request(TlpKind::memory_read, {}, address, asked, *tag));
    platform_.roots[root]->send(memory_request(TlpKind::memory_write, {}, address, length));
}

void ResetLoad::read_by_function(unsigned root, std::mt19937& random) {
    const auto tag = of_functions[root].tag_for_read();
    if (root == master || stopped_[root] || !tag) {
        return;
    }
    const std::uint64_t address = host_memory + 4 * number_below(random, 992);
    const auto length = static_cast<std::uint16_t>(1 + number_below(random, 32));
    const pcie::Bdf function = platform_.device.vf(root - 1);
    const auto asked = static_cast<std::uint16_t>(1 + number_below(random, 32));
    of_functions[root].sent(*tag, {value_at(address, root), asked, fate_at(address)});
    platform_.device.send(memory_request(TlpKind::memory_read, function, address, asked, *tag));
    platform_.device.send(memory_request(TlpKind::memory_write, function, address, length));
}

void ResetLoad::write(unsigned root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value,
                      std::uint8_t byte_enables) {
    const auto tag = of_roots[root].tag_for_command();
    const bool is_type_1 = target.bus() != 1;
    pcie::TlpHeader header =
        config_request(is_type_1 ? TlpKind::config_write_1 : TlpKind::config_write_0, target, offset);
    header.first_be = byte_enables;
    header.tag = tag.value(); // two commands of a seed
    of_roots[root].sent(header.tag, {});
    platform_.roots[root]->send(header, value);
}

void ResetLoad::collect() {
    for (unsigned root = 0; root < roots; ++root) {
        auto& completions = platform_.roots[root]->completions;
        while (!completions.empty() && completions.front().last_beat <= now()) {
            of_roots[root].completed(completions.front());
            completions.pop_front();
        }
        platform_.roots[root]->requests.clear();
    }
    auto& completions = platform_.device.completions;
    while (!completions.empty() && completions.front().last_beat <= now()) {
        for (unsigned root = 1; root < roots; ++root) {
            if (completions.front().tlp->header.requester == platform_.device.vf(root - 1)) {
                of_functions[root].completed(completions.front());
            }
        }
        completions.pop_front();
    }
    platform_.device.requests.clear();
}

void ResetLoad::time_out() {
    for (unsigned root = 0; root < roots; ++root) {
        of_roots[root].time_out();
        of_functions[root].time_out();
        platform_.roots[root]->answer_late();
    }
    platform_.device.answer_late();
}

void ResetLoad::excuse(const core::TimeSpan& times) {
    for (auto* ledgers : {&of_roots, &of_functions}) {
        for (RequestLedger& ledger : *ledgers) {
            ledger.excuse(times);
        }
    }
}

void ResetLoad::clear() {
    collect();
    of_roots = {};
    of_functions = {};
    functions_reset.clear();
}

} // namespace rootpool::models::test
