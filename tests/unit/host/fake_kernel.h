#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "rootpool/host/hardware_access.h"
#include "rootpool/host/net_device.h"

namespace rootpool::host::test {

class RecordingLog : public KernelLog {
public:
    void line(std::string_view text) override { lines.emplace_back(text); }
    [[nodiscard]] bool has(std::string_view part) const {
        return std::any_of(lines.begin(), lines.end(),
                           [part](const std::string& line) { return line.find(part) != std::string::npos; });
    }
    std::vector<std::string> lines;
};

/// Time passes only in sleep(); then `while_asleep` lets the rest of the machine work.
class FakeSleeper : public Sleeper {
public:
    void sleep(SimTime duration) override {
        now_ += duration;
        if (while_asleep) {
            while_asleep();
        }
    }
    [[nodiscard]] SimTime now() const override { return now_; }
    void advance(SimTime duration) { now_ += duration; }

    std::function<void()> while_asleep;

private:
    SimTime now_{};
};

class FakeInterrupts : public InterruptController {
public:
    MsiMessage allocate(InterruptHandler& handler, std::string_view name) override {
        names.emplace_back(name);
        handlers_.push_back(&handler);
        return {0xFEE0'0000, static_cast<std::uint32_t>(handlers_.size())};
    }
    void deliver(std::uint64_t address, std::uint32_t data) {
        if (address == 0xFEE0'0000 && data >= 1 && data <= handlers_.size()) {
            handlers_[data - 1]->on_interrupt();
        } else {
            ++stray;
        }
    }
    std::vector<std::string> names;
    unsigned stray = 0;

private:
    std::vector<InterruptHandler*> handlers_;
};

class CountingHandler : public InterruptHandler {
public:
    void on_interrupt() override { ++count; }
    unsigned count = 0;
};

/// Receive buffers that only count: 2 KB each, from 16 MB on.
class FakeBuffers : public ReceiveBuffers {
public:
    explicit FakeBuffers(unsigned count) {
        for (unsigned i = count; i > 0; --i) {
            free.push_back(0x100'0000 + 2048ULL * i);
        }
    }
    [[nodiscard]] bool available() const noexcept override { return !free.empty(); }
    [[nodiscard]] std::uint64_t take() override {
        const std::uint64_t address = free.back();
        free.pop_back();
        return address;
    }
    void give_back(std::uint64_t address) override { free.push_back(address); }
    std::vector<std::uint64_t> free;
};

/// A register file of plain words with hooks where a test scripts behaviour.
class ScriptedMmio : public MmioAccess {
public:
    std::uint32_t read32(std::uint64_t address) override {
        ++reads;
        const auto hook = on_read.find(address);
        return hook != on_read.end() ? hook->second() : words[address];
    }
    void write32(std::uint64_t address, std::uint32_t value) override {
        writes.push_back({address, value});
        words[address] = value;
        if (const auto hook = on_write.find(address); hook != on_write.end()) {
            hook->second(value);
        }
    }
    struct Write {
        std::uint64_t address;
        std::uint32_t value;
        friend bool operator==(const Write&, const Write&) = default;
    };
    std::map<std::uint64_t, std::uint32_t> words;
    std::map<std::uint64_t, std::function<std::uint32_t()>> on_read;
    std::map<std::uint64_t, std::function<void(std::uint32_t)>> on_write;
    std::vector<Write> writes;
    unsigned reads = 0;
};

} // namespace rootpool::host::test
