#pragma once

#include <array>
#include <cstdint>

#include "models/nic/dma_engine.h"
#include "models/nic/object_pool.h"
#include "rootpool/core/ring_queue.h"
#include "rootpool/nic/descriptors.h"
#include "rootpool/nic/packet.h"

namespace rootpool::models {

/// From the MAC and the loopback path to host memory (datasheet section 7.1): filters, packet buffer, descriptors
/// fetched on demand, data and descriptor write-back, interrupt cause. Packets leave the packet buffer in order.
class ReceiveEngine : private ReadClient, private WriteClient {
public:
    ReceiveEngine(const NicContext& context, DmaEngine& dma);

    /// A frame from the wire is complete.
    void receive(net::FramePtr frame);
    /// A frame that the L2 switch gives to local pools.
    void receive_loopback(net::FramePtr frame, std::uint64_t pools);

    /// RDT was written, or the queue was enabled.
    void on_work() { fetch_descriptors(); }
    /// What is under way for the queue is dropped.
    void on_queue_stopped(unsigned queue);

    /// Copies that are neither delivered nor dropped.
    [[nodiscard]] std::size_t copies_inside() const noexcept { return inside_; }
    /// Frames whose copies were not made yet.
    [[nodiscard]] std::size_t frames_waiting() const noexcept { return classify_.size(); }

private:
    static constexpr unsigned max_buffers = 16; ///< descriptors of one packet: 15.5 KB in buffers of 1 KB

    enum class Stage : std::uint8_t { waiting, fetching, fetched, dropped };
    struct Job : ReadOperation {
        net::FramePtr frame;
        std::uint32_t buffer_charge = 0;
        unsigned queue = 0;
        nic::FunctionNumber function;
        Stage stage = Stage::waiting;
        bool cancelled = false;
        bool multicast = false;
        unsigned descriptor_count = 0;
        nic::QueueRing ring; ///< as it was when the descriptors were taken; its head is the first of them
        std::uint32_t buffer_bytes = 0;
        nic::RxWriteBack write_back;
        std::array<std::uint8_t, max_buffers * nic::descriptor_bytes> descriptors{};

        void begin(ReadClient& client) noexcept { start(client); }
    };
    struct Classify {
        net::FramePtr frame;
        SimTime at{};
        std::uint64_t pools = 0; ///< 0: from the wire, to be filtered
    };

    void on_read_done(ReadOperation& operation) override;
    void on_write_sent(void* cookie, bool sent) override;

    void classify_due();
    void enqueue_classify(net::FramePtr frame, std::uint64_t pools);
    void distribute(const net::FramePtr& frame, std::uint64_t pools, bool loopback);
    void add_job(const net::FramePtr& frame, unsigned queue, const nic::RxWriteBack& write_back, bool multicast);
    [[nodiscard]] nic::RxWriteBack describe(core::ByteView frame, const nic::PacketInfo& info, bool loopback) const;
    [[nodiscard]] unsigned queue_of(unsigned pool, core::ByteView frame, const nic::PacketInfo& info,
                                    nic::RxWriteBack& write_back) const;
    void strip_vlan_tag(Job& job);

    void fetch_descriptors();
    [[nodiscard]] bool begin_fetch(Job& job);
    [[nodiscard]] bool usable(const Job& job) const;
    void read_descriptors(Job& job);
    void deliver_ready();
    void write_packet(Job& job);
    void write_back(Job& job, unsigned part, std::uint32_t length);
    void drop(Job& job, DropCause cause);
    void finish(Job& job);

    NicContext context_;
    DmaEngine& dma_;
    ObjectPool<Job> jobs_;
    core::RingQueue<Classify> classify_;
    core::RingQueue<Job*> fifo_;    ///< the packet buffer, in order
    std::size_t fetch_next_ = 0;    ///< position in fifo_ of the first packet whose descriptors were not asked for
    unsigned fetching_ = 0;         ///< packets with descriptor reads under way
    std::uint64_t buffer_used_ = 0; ///< bytes of the packet buffer
    std::size_t inside_ = 0;
    bool delivering_ = false;
    Timer classify_timer_;
};

} // namespace rootpool::models
