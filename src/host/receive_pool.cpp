#include "rootpool/host/receive_pool.h"

#include "rootpool/core/error.h"

namespace rootpool::host {

ReceivePool::ReceivePool(DmaAllocator& dma, unsigned buffers) : free_(buffers), buffers_(buffers) {
    for (auto slot = free_.rbegin(); slot != free_.rend(); ++slot) { // so that addresses are taken upwards at first
        *slot = dma.allocate(buffer_bytes, buffer_bytes);
    }
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
