#include "rootpool/host/receive_pool.h"

#include <algorithm>

#include "rootpool/core/error.h"

namespace rootpool::host {

ReceivePool::ReceivePool(DmaAllocator& dma, unsigned buffers) : free_(buffers), buffers_(buffers) {
    // from the back, so that addresses are taken upwards at first
    std::generate(free_.rbegin(), free_.rend(), [&dma] { return dma.allocate(buffer_bytes, buffer_bytes); });
}

std::uint64_t ReceivePool::take() {
    if (free_.empty()) {
        throw core::ModelViolation("a receive buffer was taken from an empty pool");
    }
    const std::uint64_t address = free_.back();
    free_.pop_back();
    return address;
}

void ReceivePool::give_back(std::uint64_t address) {
    if (free_.size() == buffers_) {
        throw core::ModelViolation("a receive buffer came back twice");
    }
    free_.push_back(address);
}

} // namespace rootpool::host
