#pragma once

#include <cstdint>
#include <vector>

#include "rootpool/host/host_memory.h"
#include "rootpool/host/net_device.h"

namespace rootpool::host {

/// Receive buffers of one size in DMA memory. Last given back, first taken again, as the kernel's slab allocator does:
/// those are warm in the cache.
class ReceivePool : public ReceiveBuffers {
public:
    static constexpr unsigned buffer_bytes = 2048;

    ReceivePool(DmaAllocator& dma, unsigned buffers);

    [[nodiscard]] bool available() const noexcept override { return !free_.empty(); }
    /// Throws core::ModelViolation when none is left: ask available() first.
    [[nodiscard]] std::uint64_t take() override;
    /// Throws core::ModelViolation when more come back than there are.
    void give_back(std::uint64_t address) override;

    [[nodiscard]] std::size_t free_buffers() const noexcept { return free_.size(); }

private:
    std::vector<std::uint64_t> free_;
    std::size_t buffers_;
};

} // namespace rootpool::host
