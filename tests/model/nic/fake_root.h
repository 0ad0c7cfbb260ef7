#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <vector>

#include "models/core/scheduler.h"
#include "models/pcie/port.h"
#include "rootpool/pcie/completion_splitter.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models::test {

/// A root complex without processor: memory from address 0, an interrupt window, and requests that the test makes and
/// waits for. Checks every request of the device against PCIe base 2.2.
class FakeRoot : public sc_core::sc_module, private PortOwner {
public:
    static constexpr std::uint64_t interrupt_window = 0xFEE0'0000;
    static constexpr std::size_t memory_bytes = std::size_t{8} << 20U;

    struct Interrupt {
        SimTime at;
        pcie::Bdf requester;
        std::uint64_t address;
        std::uint32_t data;
    };

    FakeRoot(const sc_core::sc_module_name& name, Scheduler& scheduler, pcie::TlpFactory& tlps)
        : sc_module(name), port("port", *this, credits()), tlps_(tlps),
          timer_(scheduler, Timer::Callback::to<&FakeRoot::answer_due>(*this)) {}

    Port port;
    std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(memory_bytes);
    std::vector<Interrupt> interrupts;
    std::vector<pcie::TlpHeader> messages;
    std::map<std::uint16_t, unsigned> reads_from; ///< requests by requester
    std::map<std::uint16_t, unsigned> writes_from;
    std::map<std::uint16_t, unsigned> most_outstanding;
    pcie::TlpHeader last_completion;

    SimTime read_latency = 300ns;
    bool scramble = false;                  ///< completions of different requests out of order
    bool silent = false;                    ///< reads are not answered
    std::uint64_t silent_from = UINT64_MAX; ///< nor are those of this address and above
    unsigned poisoned = 0;                  ///< so many of the next completions are
    unsigned max_payload = 256;
    unsigned max_read_request = 512;
    unsigned boundary = 64;

    std::uint32_t config_read(pcie::Bdf target, std::uint16_t offset,
                              pcie::ConfigType type = pcie::ConfigType::type_0) {
        return request(tlps_.make(pcie::config_read(type, pcie::Bdf(0), pcie::Tag(1), target, offset)));
    }
    void config_write(pcie::Bdf target, std::uint16_t offset, std::uint32_t value) {
        static_cast<void>(
            request(tlps_.make(pcie::config_write(pcie::ConfigType::type_0, pcie::Bdf(0), pcie::Tag(2), target, offset),
                               bytes_of(value))));
    }
    std::uint32_t read32(std::uint64_t address) {
        return request(tlps_.make(pcie::memory_read(pcie::Bdf(0), pcie::Tag(3), address, 4)));
    }
    /// Posted. Returns at once.
    void write32(std::uint64_t address, std::uint32_t value) {
        port.send(tlps_.make(pcie::memory_write(pcie::Bdf(0), pcie::Tag(0), address, 4), bytes_of(value)), now());
    }
    void send(const pcie::TlpPtr& tlp) { port.send(tlp, now()); }

    template <typename T>
    T load(std::uint64_t address) const {
        return core::load_le<T>(memory.data() + address);
    }
    template <typename T>
    void store(std::uint64_t address, T value) {
        core::store_le(memory.data() + address, value);
    }

private:
    struct Answer {
        pcie::TlpPtr request;
        SimTime at;
    };

    static pcie::Credits credits() {
        pcie::Credits result;
        result[pcie::FlowClass::posted] = {{64, 256}, false};
        result[pcie::FlowClass::non_posted] = {{64, 64}, false};
        result[pcie::FlowClass::completion] = {{0, 0}, true};
        return result;
    }
    core::ByteView bytes_of(std::uint32_t value) {
        core::store_le(word_.data(), value);
        return word_;
    }

    std::uint32_t request(const pcie::TlpPtr& tlp) {
        completed_.reset();
        port.send(tlp, now());
        for (unsigned i = 0; i < 1000 && !completed_; ++i) {
            sc_core::sc_start(sc_core::sc_time(20, sc_core::SC_NS));
        }
        EXPECT_TRUE(completed_.has_value()) << "the device did not answer";
        return completed_.value_or(0);
    }

    void on_tlp(Port& /*from*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) override {
        const pcie::TlpHeader& header = tlp->header;
        if (pcie::is_completion(header.kind)) {
            last_completion = header;
            const bool good = header.status == pcie::CompletionStatus::successful;
            const auto data = tlp->payload.bytes();
            completed_ = !good ? 0xFFFF'FFFFU : data.empty() ? 0U : core::load_le<std::uint32_t>(data.data());
            return;
        }
        if (pcie::is_message(header.kind)) {
            messages.push_back(header);
            port.release(*tlp, last_beat);
            return;
        }
        check(header);
        if (header.kind == pcie::TlpKind::memory_write) {
            ++writes_from[header.requester.routing_id()];
            take_write(*tlp, last_beat);
            port.release(*tlp, last_beat);
            return;
        }
        ++reads_from[header.requester.routing_id()];
        unsigned& outstanding = outstanding_[header.requester.routing_id()];
        unsigned& most = most_outstanding[header.requester.routing_id()];
        most = std::max(most, ++outstanding);
        const SimTime extra = scramble ? 97ns * static_cast<int>(header.tag.value() * 5U % 7U) : 0ns;
        if (!silent && header.address < silent_from) {
            answers_.push_back({tlp, last_beat + read_latency + extra});
            timer_.arm_no_later_than(answers_.back().at);
        }
        port.release(*tlp, last_beat);
    }

    void check(const pcie::TlpHeader& header) const {
        const bool write = header.kind == pcie::TlpKind::memory_write;
        EXPECT_TRUE(write || header.kind == pcie::TlpKind::memory_read);
        EXPECT_LE(header.length_dw * 4U, write ? max_payload : max_read_request);
        EXPECT_EQ((header.address ^ (header.address + header.length_dw * 4U - 1)) >> 12U, 0U) << "4 KiB boundary";
        EXPECT_EQ(header.four_dw, header.address >> 32U != 0);
        EXPECT_LT(header.tag.value(), 32U);
    }

    void take_write(const pcie::Tlp& tlp, SimTime at) {
        const pcie::TlpHeader& header = tlp.header;
        const core::ByteView data = tlp.payload.bytes();
        if (header.address >= interrupt_window) {
            interrupts.push_back({at, header.requester, header.address, core::load_le<std::uint32_t>(data.data())});
            return;
        }
        for (std::size_t i = 0; i < data.size(); ++i) {
            const bool first = i < 4;
            const bool last = i + 4 >= data.size();
            const unsigned enables = first ? header.first_be : last ? header.last_be : 0xFU;
            if ((enables >> i % 4 & 1U) != 0 && header.address + i < memory.size()) {
                memory[header.address + i] = data[i];
            }
        }
    }

    void answer_due() {
        SimTime next = core::never;
        for (std::size_t i = 0; i < answers_.size();) {
            if (answers_[i].at <= now()) {
                answer(*answers_[i].request);
                answers_.erase(answers_.begin() + static_cast<std::ptrdiff_t>(i));
            } else {
                next = std::min(next, answers_[i].at);
                ++i;
            }
        }
        if (next != core::never) {
            timer_.arm(next);
        }
    }

    void answer(const pcie::Tlp& request) {
        const pcie::TlpHeader& header = request.header;
        --outstanding_[header.requester.routing_id()];
        if (header.address + header.length_dw * 4U > memory.size()) {
            port.send(tlps_.make(pcie::completion(header, pcie::Bdf(0), pcie::CompletionStatus::unsupported_request)),
                      now());
            return;
        }
        for (const pcie::CompletionPart& part : pcie::CompletionSplitter(header, boundary, max_payload)) {
            pcie::TlpHeader completion = pcie::completion_with_data(header, pcie::Bdf(0), part);
            completion.poisoned = poisoned != 0;
            poisoned -= completion.poisoned ? 1 : 0;
            port.send(tlps_.make(completion,
                                 core::ByteView(memory.data() + header.address + part.data_offset, part.data_bytes)),
                      now());
        }
    }

    pcie::TlpFactory& tlps_;
    std::array<std::uint8_t, 4> word_{};
    std::optional<std::uint32_t> completed_;
    std::vector<Answer> answers_;
    std::map<std::uint16_t, unsigned> outstanding_;
    Timer timer_;
};

} // namespace rootpool::models::test
