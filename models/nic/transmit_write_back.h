#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/nic/dma_engine.h"

namespace rootpool::models {

/// Tells software which transmit descriptors are done: DD in the descriptor or the head in host memory (datasheet
/// section 7.2.3.5), then the queue's interrupt cause.
class TransmitWriteBack : private WriteClient {
public:
    TransmitWriteBack(const NicContext& context, DmaEngine& dma) noexcept : context_(context), dma_(dma) {}

    /// Takes ring indices of descriptors that are done out of `descriptors`.
    void add(unsigned queue, std::vector<std::uint32_t>& descriptors);
    /// As many are due as WTHRESH asks for.
    [[nodiscard]] bool has_batch(unsigned queue) const noexcept;
    /// Writes all that are due.
    void write(unsigned queue);
    void stop(unsigned queue) noexcept { due_[queue].clear(); }

private:
    void on_write_sent(void* cookie, bool sent) override;
    void write_head(unsigned queue, std::uint64_t address);
    void write_descriptors(unsigned queue);

    NicContext context_;
    DmaEngine& dma_;
    std::array<std::vector<std::uint32_t>, nic::queue_count> due_; ///< ring indices
};

} // namespace rootpool::models
