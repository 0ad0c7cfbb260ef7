#pragma once

#include <array>
#include <cstdint>

#include "models/nic/dma_engine.h"
#include "rootpool/nic/descriptors.h"

namespace rootpool::models {

/// The descriptors of one transmit queue that are on the chip, up to 40 (datasheet section 7.2.3.4).
class DescriptorCache : public ReadOperation {
public:
    static constexpr unsigned capacity = nic::max_cached_descriptors;

    DescriptorCache(nic::Device& device, unsigned queue) noexcept : device_(device), queue_(queue) {}

    [[nodiscard]] unsigned queue() const noexcept { return queue_; }
    [[nodiscard]] unsigned cached() const noexcept { return cached_; }
    [[nodiscard]] const std::uint8_t* front() const noexcept { return cache_[first_].data(); }
    [[nodiscard]] const std::uint8_t* at(unsigned index) const noexcept {
        return cache_[(first_ + index) % capacity].data();
    }
    /// Ring index of the front descriptor.
    [[nodiscard]] std::uint32_t front_index() const noexcept { return front_index_; }
    /// Packets whose last descriptor is cached.
    [[nodiscard]] unsigned packets() const noexcept { return packets_; }
    void pop() noexcept;

    /// Fetches as many descriptors as there are, have room and lie in one piece of ring and cache, if PTHRESH and
    /// HTHRESH want it and the queue may use DMA.
    void fetch(ReadClient& client, DmaEngine& dma);
    /// The fetch has ended.
    void fetched() noexcept;

    /// Starts at the ring's head, if it was not running.
    void start() noexcept;
    /// Forgets everything; a fetch under way will be discarded when it ends.
    void stop() noexcept;

private:
    [[nodiscard]] bool fetching() const noexcept { return fetch_count_ != 0; }

    nic::Device& device_;
    unsigned queue_;
    std::array<std::array<std::uint8_t, nic::descriptor_bytes>, capacity> cache_{};
    unsigned first_ = 0;
    unsigned cached_ = 0;
    unsigned packets_ = 0;
    std::uint32_t front_index_ = 0;
    std::uint32_t fetch_next_ = 0; ///< ring index of the next one to fetch
    unsigned fetch_count_ = 0;
    bool running_ = false;
    bool discard_fetch_ = false;
};

} // namespace rootpool::models
