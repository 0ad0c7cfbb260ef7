#pragma once

#include <array>
#include <cstdint>

#include "models/nic/nic_context.h"
#include "models/pcie/transmit_pacer.h"
#include "rootpool/core/ring_queue.h"

namespace rootpool::models {

class ReadOperation;

/// Who asked for data from host memory.
class ReadClient {
public:
    virtual ~ReadClient() = default;
    /// All bytes of the operation are there, or `operation.failed()`. Called when the last of them has arrived.
    virtual void on_read_done(ReadOperation& operation) = 0;
};

/// One or more reads that are waited for together. Must live until on_read_done().
class ReadOperation {
public:
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] bool pending() const noexcept { return bytes_pending_ != 0; }

protected:
    void start(ReadClient& client) noexcept {
        client_ = &client;
        bytes_pending_ = 0;
        failed_ = false;
    }

private:
    friend class DmaEngine;
    ReadClient* client_ = nullptr;
    std::uint32_t bytes_pending_ = 0;
    bool failed_ = false;
};

/// Who wants to know when a write has gone to the link, or was given up (`sent` false).
class WriteClient {
public:
    virtual ~WriteClient() = default;
    virtual void on_write_sent(void* cookie, bool sent) = 0;
};

/// A write to host memory: part of a frame, or up to 16 bytes that it carries itself.
struct WriteRequest {
    static constexpr std::size_t inline_capacity = 16;

    nic::FunctionNumber function;
    std::uint64_t address = 0;
    std::uint32_t bytes = 0;
    net::FramePtr frame; ///< null: the data is in `inline_data`
    std::uint32_t frame_offset = 0;
    std::array<std::uint8_t, inline_capacity> inline_data{};
    WriteClient* client = nullptr; ///< may be null
    void* cookie = nullptr;

    [[nodiscard]] const std::uint8_t* data() const noexcept {
        return frame ? frame->bytes.data() + frame_offset : inline_data.data();
    }
};

/// Reads of one class are issued in order; the classes take turns, so that a ring without tags does not hold up the
/// others.
enum class ReadClass : std::uint8_t { transmit_data, transmit_descriptors, receive_descriptors };
inline constexpr std::size_t read_class_count = 3;

/// Turns reads and writes of the other parts into TLPs: splits at MRRS, MPS and 4 KiB, allocates tags per function,
/// puts completions together, shares the link between reads and writes, and keeps only a little ahead of the wire.
class DmaEngine {
public:
    explicit DmaEngine(const NicContext& context);

    /// Reads `bytes` > 0 bytes to `to`, which must stay until the operation is done.
    void read(ReadClass of, nic::FunctionNumber function, ReadOperation& operation, std::uint64_t address,
              std::uint32_t bytes, std::uint8_t* to);
    /// Writes leave in the order of the calls.
    void write(WriteRequest request);

    void on_completion(const pcie::Tlp& tlp, SimTime arrival);
    /// See PortOwner::on_room().
    void on_room() {
        if (!pumping_) { // else the running loop looks itself
            pacer_.on_room();
        }
    }
    /// The function's reads fail and its writes are dropped; what is on the link already is not waited for, but its
    /// tags stay out of use (see set_aside()).
    void stop(nic::FunctionNumber function);

    /// Reads of the class that were not issued yet.
    [[nodiscard]] std::size_t waiting(ReadClass of) const noexcept {
        return reads_[static_cast<std::size_t>(of)].size();
    }
    /// Called after transmit data reads were issued, when fewer than `few_waiting` wait.
    void on_transmit_reads_low(core::Delegate<void()> callback) noexcept { transmit_reads_low_ = callback; }
    static constexpr std::size_t few_waiting = 4;

    /// Requests that were given up count as terminated (PCIe base 7.8.5, Transactions Pending).
    [[nodiscard]] bool transactions_pending(nic::FunctionNumber function) const noexcept {
        return (free_tags_[function.index()] | set_aside_[function.index()]) != all_tags_;
    }

private:
    struct PendingRead {
        nic::FunctionNumber function;
        ReadOperation* operation = nullptr;
        std::uint64_t address = 0;
        std::uint32_t bytes = 0;
        std::uint8_t* to = nullptr;
    };
    struct OutstandingRead {
        ReadOperation* operation = nullptr; ///< null: given up
        std::uint8_t* to = nullptr;
        std::uint32_t bytes = 0;
        std::uint32_t bytes_left = 0; ///< 0: complete, the tag is free at the time in arrived_
        SimTime deadline{};           ///< when the read times out, or a tag that was set aside is free at the latest
        bool failed = false;
        bool unmatched = false; ///< a completion did not continue: the tag waits for its deadline
    };
    struct Arrived {
        SimTime at{};
        nic::FunctionNumber function;
        std::uint8_t tag = 0;
    };
    struct Failed {
        ReadOperation* operation = nullptr;
        std::uint32_t bytes = 0;
    };
    static constexpr unsigned max_tags = 32; ///< without Extended Tag

    void pump();
    void pump_once();
    [[nodiscard]] bool issue_one();
    [[nodiscard]] bool issue_read();
    [[nodiscard]] bool issue_write();
    void send_read(PendingRead& pending, ReadClass of);
    [[nodiscard]] bool can_issue(core::RingQueue<PendingRead>& queue);
    [[nodiscard]] pcie::PayloadSlice payload_of(const WriteRequest& request, std::uint64_t address, std::uint32_t bytes,
                                                const pcie::TlpHeader& header);
    void send(const pcie::TlpPtr& tlp);
    [[nodiscard]] bool discard(const pcie::Tlp& tlp, SimTime at);
    void refuse_unexpected(nic::FunctionNumber function, const pcie::TlpHeader& header, SimTime at);
    void take_data(OutstandingRead& read, nic::FunctionNumber function, const pcie::Tlp& tlp, SimTime at);
    void report_unusable(nic::FunctionNumber function, const pcie::TlpHeader& header, SimTime at);
    void finish_arrived();
    void finish(ReadOperation& operation, std::uint32_t bytes, bool failed);
    void fail_later(ReadOperation& operation, std::uint32_t bytes);
    void report_failed();
    void time_out();
    void set_aside(nic::FunctionNumber function, unsigned tag);
    /// As software chose it; core::never: no timeout.
    [[nodiscard]] SimTime completion_timeout() const noexcept {
        return context_.device.functions().completion_timeout(context_.config.completion_timeout);
    }
    /// When a timeout that begins now is over; the timer will look.
    [[nodiscard]] SimTime end_of(SimTime timeout);
    void release(nic::FunctionNumber function, unsigned tag) noexcept;

    NicContext context_;
    std::uint32_t all_tags_;
    std::array<core::RingQueue<PendingRead>, read_class_count> reads_;
    core::RingQueue<WriteRequest> writes_;
    std::array<std::array<OutstandingRead, max_tags>, nic::function_count> outstanding_{};
    std::array<std::uint32_t, nic::function_count> free_tags_{};
    std::array<std::uint32_t, nic::function_count> set_aside_{}; ///< tags of reads that were given up
    core::RingQueue<Arrived> arrived_;
    core::RingQueue<Failed> failed_;
    TransmitPacer pacer_;
    Timer pump_timer_;
    Timer arrived_timer_;
    Timer failed_timer_;
    Timer timeout_timer_;
    core::Delegate<void()> transmit_reads_low_;
    std::size_t next_class_ = 0;
    bool read_next_ = true;
    bool pumping_ = false;
    bool issued_transmit_read_ = false;
};

} // namespace rootpool::models
