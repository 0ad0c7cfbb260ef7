#pragma once

#include <vector>

#include "models/nic/frame_composer.h"
#include "models/nic/frame_forwarder.h"
#include "models/nic/large_send.h"
#include "models/nic/object_pool.h"
#include "models/nic/transmit_arbiter.h"
#include "models/nic/transmit_descriptors.h"
#include "models/nic/transmit_write_back.h"

namespace rootpool::models {

/// From descriptor rings to the MAC and the loopback path (datasheet section 7.2): descriptors into the cache of each
/// queue, then, queue by queue in turn, one packet or one segment of a large send into the packet buffer, checksums, L2
/// switch, wire; write-back and interrupt cause.
class TransmitEngine : private ReadClient {
public:
    TransmitEngine(const NicContext& context, DmaEngine& dma, EthernetMac& mac, ReceiveEngine& receiver);

    /// The tail moved, or the queue or the transmitter was enabled.
    void on_work(unsigned queue);
    void on_queue_stopped(unsigned queue);

    /// Frames in the making.
    [[nodiscard]] std::size_t frames_inside() const noexcept { return jobs_.in_use(); }
    /// Frames on their way to local pools.
    [[nodiscard]] std::size_t frames_looping() const noexcept { return forwarder_.frames_looping(); }

private:
    struct Queue {
        TransmitDescriptors descriptors;
        LargeSend large_send;
        unsigned jobs = 0; ///< packets or segments on their way

        [[nodiscard]] bool has_work() const noexcept { return large_send.under_way() || descriptors.has_packet(); }
    };

    /// Descriptor fetches end here, so that they are told apart from packet data.
    class FetchClient : public ReadClient {
    public:
        explicit FetchClient(TransmitEngine& engine) noexcept : engine_(engine) {}
        void on_read_done(ReadOperation& operation) override {
            engine_.on_fetched(static_cast<DescriptorCache&>(operation).queue());
        }

    private:
        TransmitEngine& engine_;
    };

    void on_read_done(ReadOperation& operation) override;
    void on_fetched(unsigned number);

    void prepare(unsigned number);
    void pump();
    [[nodiscard]] bool has_room();
    void start_unit(unsigned number);
    void start_next_packet(unsigned number);
    [[nodiscard]] bool start_packet(unsigned number, const nic::TxDataDescriptor& first, std::uint32_t bytes);
    void start_segment(unsigned number);
    [[nodiscard]] TransmitJob& new_job(unsigned number, std::uint32_t bytes);
    void finalize(TransmitJob& job);
    void report(TransmitJob& job);

    NicContext context_;
    DmaEngine& dma_;
    FetchClient fetch_client_{*this};
    std::vector<Queue> queues_;
    ObjectPool<TransmitJob> jobs_;
    core::RingQueue<TransmitJob*> fifo_; ///< in order of arbitration
    TransmitArbiter arbiter_;
    TransmitPacketBuffer buffer_;
    FrameComposer composer_;
    FrameForwarder forwarder_;
    TransmitWriteBack write_back_;
    bool pumping_ = false;
    Timer pump_timer_;
};

} // namespace rootpool::models
