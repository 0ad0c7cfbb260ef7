#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/nic/dma_engine.h"
#include "rootpool/nic/descriptors.h"
#include "rootpool/nic/transmit_offload.h"

namespace rootpool::models {

/// The descriptors of one transmit queue that are on the chip, up to 40 (datasheet section 7.2.3.4), and where in them
/// the queue is.
class TransmitQueue : public ReadOperation {
public:
    static constexpr unsigned capacity = nic::max_cached_descriptors;

    // --- descriptor cache
    [[nodiscard]] unsigned cached() const noexcept { return cached_; }
    [[nodiscard]] const std::uint8_t* front() const noexcept { return cache_[first_].data(); }
    [[nodiscard]] const std::uint8_t* at(unsigned index) const noexcept {
        return cache_[(first_ + index) % capacity].data();
    }
    [[nodiscard]] std::uint32_t front_index() const noexcept { return front_index_; }
    /// Packets whose last descriptor is cached.
    [[nodiscard]] unsigned packets() const noexcept { return packets_; }
    void pop(std::uint32_t ring_length) noexcept;

    // --- fetching
    [[nodiscard]] bool fetching() const noexcept { return fetch_count_ != 0; }
    /// Fetches as many descriptors as there are, have room and lie in one piece of ring and cache, if PTHRESH and
    /// HTHRESH want it.
    void fetch(ReadClient& client, DmaEngine& dma, nic::FunctionNumber function, const nic::QueueRing& ring,
               std::uint32_t txdctl);
    /// The fetch has ended.
    void fetched(std::uint32_t ring_length) noexcept;

    /// Starts at the ring's head, if it was not running.
    void start_at(std::uint32_t head) noexcept;
    /// Forgets everything; a fetch under way will be discarded when it ends.
    void stop() noexcept;

    std::array<nic::TxContextDescriptor, 2> contexts{};
    std::uint32_t offset = 0; ///< bytes of the front descriptor that were taken

    // large send under way
    nic::Segmentation segmentation; ///< mss 0: none
    nic::TxContextDescriptor segment_context;
    bool segment_vlan_tag = false;
    std::uint32_t next_segment = 0;
    std::vector<std::uint8_t> header; ///< of the large send whose segments leave the device now
    bool header_valid = false;

    bool discarding = false;            ///< up to and including the next EOP
    SimTime eligible_at{};              ///< rate limit
    unsigned jobs = 0;                  ///< packets or segments on their way
    std::vector<std::uint32_t> done;    ///< ring indices whose write-back is due
    std::vector<std::uint32_t> carried; ///< ring indices with RS of descriptors that made no packet

private:
    std::array<std::array<std::uint8_t, nic::descriptor_bytes>, capacity> cache_{};
    unsigned first_ = 0;
    unsigned cached_ = 0;
    unsigned packets_ = 0;
    std::uint32_t front_index_ = 0; ///< ring index of the front descriptor
    std::uint32_t fetch_next_ = 0;  ///< ring index of the next one to fetch
    unsigned fetch_count_ = 0;
    bool running_ = false;
    bool discard_fetch_ = false;
};

} // namespace rootpool::models
