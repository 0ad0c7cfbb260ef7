#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/nic/ethernet_mac.h"
#include "models/nic/object_pool.h"
#include "models/nic/receive_engine.h"
#include "models/nic/transmit_queue.h"

namespace rootpool::models {

/// From descriptor rings to the MAC and the loopback path (datasheet section 7.2): descriptors into the cache of each
/// queue, then, queue by queue in turn, one packet or one segment of a large send into the packet buffer, checksums, L2
/// switch, wire; write-back and interrupt cause.
class TransmitEngine : private ReadClient, private WriteClient {
public:
    TransmitEngine(const NicContext& context, DmaEngine& dma, EthernetMac& mac, ReceiveEngine& receiver);

    /// The tail moved, or the queue or the transmitter was enabled.
    void on_work(unsigned queue);
    void on_queue_stopped(unsigned queue);

    /// Frames in the making.
    [[nodiscard]] std::size_t frames_inside() const noexcept { return jobs_.in_use(); }
    /// Frames on their way to local pools.
    [[nodiscard]] std::size_t frames_looping() const noexcept { return looping_.size(); }

private:
    /// One frame in the making.
    struct Job : ReadOperation {
        net::FramePtr frame;
        unsigned queue = 0;
        bool complete = false; ///< all data is there
        bool cancelled = false;
        bool large_send = false;
        std::uint32_t segment = 0;
        nic::Segmentation segmentation;
        nic::TxContextDescriptor context;
        nic::ChecksumRequest checksums;
        bool insert_vlan_tag = false; ///< DCMD.VLE
        std::uint32_t head_after = 0;
        std::uint32_t buffer_charge = 0;
        std::vector<std::uint32_t> reported; ///< ring indices of descriptors with RS that end in this job

        void begin(ReadClient& client) noexcept { start(client); }
    };
    struct Leaving {
        SimTime at{};
        std::uint32_t bytes = 0;
    };
    struct Looping {
        net::FramePtr frame;
        std::uint64_t pools = 0;
        SimTime at{};
    };

    /// Descriptor fetches end here, so that they are told apart from packet data.
    class FetchClient : public ReadClient {
    public:
        explicit FetchClient(TransmitEngine& engine) noexcept : engine_(engine) {}
        void on_read_done(ReadOperation& operation) override {
            engine_.on_fetched(static_cast<TransmitQueue&>(operation));
        }

    private:
        TransmitEngine& engine_;
    };

    void on_read_done(ReadOperation& operation) override;
    void on_write_sent(void* cookie, bool sent) override;
    void on_fetched(TransmitQueue& queue);
    [[nodiscard]] unsigned number_of(const TransmitQueue& queue) const noexcept {
        return static_cast<unsigned>(&queue - queues_.data());
    }

    // descriptors
    void prepare(unsigned number);
    void fetch(unsigned number);
    void take_contexts(TransmitQueue& queue, std::uint32_t ring_length);
    void discard_packet(TransmitQueue& queue, std::uint32_t ring_length);
    void pop_descriptor(TransmitQueue& queue, std::uint32_t ring_length, std::vector<std::uint32_t>& reported);
    /// Bytes of the first cached packet, nothing if its descriptors are no sequence of data descriptors.
    [[nodiscard]] static std::optional<std::uint32_t> packet_bytes(const TransmitQueue& queue) noexcept;

    // arbitration
    void pump();
    [[nodiscard]] bool has_room();
    [[nodiscard]] int next_queue();
    void start_unit(unsigned number);
    [[nodiscard]] bool start_packet(unsigned number, const nic::TxDataDescriptor& first, std::uint32_t bytes);
    [[nodiscard]] bool begin_large_send(TransmitQueue& queue, const nic::TxDataDescriptor& first, std::uint32_t bytes);
    void start_segment(unsigned number);
    [[nodiscard]] Job& new_job(unsigned number, std::uint32_t bytes);
    void gather(Job& job, std::uint32_t bytes, std::uint8_t* to);
    void end_packet(Job& job, unsigned packets_before);
    void apply_rate(unsigned number, std::size_t bytes);
    void set_ready(unsigned number, bool ready) noexcept;

    // completion
    void finalize_ready();
    void finalize(Job& job);
    [[nodiscard]] bool compose(Job& job);
    void add_vlan_tag(Job& job);
    void forward(const Job& job);
    void send_to_wire(const Job& job, SimTime ready);
    void loop_back(const net::FramePtr& frame, std::uint64_t pools, SimTime ready);
    void loop_due();
    void report(Job& job);
    void write_back(unsigned number);

    NicContext context_;
    DmaEngine& dma_;
    EthernetMac& mac_;
    ReceiveEngine& receiver_;
    FetchClient fetch_client_{*this};
    std::array<TransmitQueue, nic::queue_count> queues_{};
    std::array<std::uint64_t, nic::queue_count / 64> ready_{}; ///< queues with a packet in their cache
    unsigned last_queue_ = 0;
    ObjectPool<Job> jobs_;
    core::RingQueue<Job*> fifo_;       ///< in order of arbitration
    core::RingQueue<Leaving> leaving_; ///< what is on or before the wire
    std::uint64_t buffer_used_ = 0;    ///< bytes of the packet buffer
    core::RingQueue<Looping> looping_;
    SimTime loop_free_at_{};
    bool pumping_ = false;
    Timer pump_timer_;
    Timer loop_timer_;
};

} // namespace rootpool::models
