#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/nic/descriptor_cache.h"
#include "models/nic/transmit_job.h"

namespace rootpool::models {

/// What the descriptors of one transmit queue say, packet by packet: contexts, packets that make no frame, and where
/// the data is (datasheet section 7.2.3).
class TransmitDescriptors {
public:
    TransmitDescriptors(const NicContext& context, DmaEngine& dma, unsigned queue) noexcept
        : counters_(context.counters), device_(context.device), dma_(dma), cache_(context.device, queue) {}

    void start() noexcept { cache_.start(); }
    void stop() noexcept;
    void fetch(ReadClient& client) { cache_.fetch(client, dma_); }
    /// The fetch has ended. False: it failed.
    [[nodiscard]] bool fetched() noexcept;

    /// Takes what needs no packet buffer off the cache.
    void skip_to_packet();
    /// A whole packet is cached. After skip_to_packet() it is in front.
    [[nodiscard]] bool has_packet() const noexcept { return cache_.packets() != 0; }
    [[nodiscard]] nic::TxDataDescriptor first() const noexcept { return nic::decode_tx_data(cache_.front()); }
    [[nodiscard]] const nic::TxContextDescriptor& context_of(const nic::TxDataDescriptor& first) const noexcept {
        return contexts_[first.context_index];
    }
    /// Bytes of the packet in front, nothing if its descriptors are no sequence of data descriptors.
    [[nodiscard]] std::optional<std::uint32_t> packet_bytes() const noexcept;
    /// The packet in front can make no frame.
    void discard_packet();
    /// Reads the next bytes of the packet in front into the job's frame, from byte `at` of it. With its `last` ones the
    /// packet is done.
    void gather(TransmitJob& job, std::uint32_t bytes, std::size_t at, bool last);

    /// Ring indices of descriptors with RS that made no frame. Whoever writes them back clears them.
    [[nodiscard]] std::vector<std::uint32_t>& without_frame() noexcept { return without_frame_; }

private:
    void take_contexts();
    void pop(std::vector<std::uint32_t>& reported);

    NicCounters& counters_;
    nic::Device& device_;
    DmaEngine& dma_;
    DescriptorCache cache_;
    std::array<nic::TxContextDescriptor, 2> contexts_{};
    std::uint32_t offset_ = 0; ///< bytes of the front descriptor that were taken
    bool discarding_ = false;  ///< up to and including the next EOP
    std::vector<std::uint32_t> without_frame_;
};

} // namespace rootpool::models
