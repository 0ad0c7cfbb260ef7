#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "models/nic/dma_engine.h"
#include "rootpool/nic/descriptors.h"
#include "rootpool/nic/transmit_offload.h"

namespace rootpool::models {

inline constexpr std::uint32_t largest_transmit_frame = 15872; ///< 15.5 KB, datasheet section 1.2

/// One frame in the making: a packet, or a segment of a large send. The operation is the reads of its data.
struct TransmitJob : ReadOperation {
    net::FramePtr frame;
    unsigned queue = 0;
    bool complete = false;  ///< all data is there
    bool cancelled = false; ///< the queue was stopped
    bool large_send = false;
    std::uint32_t segment = 0;
    nic::Segmentation segmentation;
    nic::TxContextDescriptor context;
    nic::ChecksumRequest checksums;
    bool insert_vlan_tag = false; ///< DCMD.VLE
    std::uint32_t head_after = 0;
    std::uint32_t buffer_charge = 0;     ///< bytes of the packet buffer
    std::vector<std::uint32_t> reported; ///< ring indices of descriptors with RS that end in this job

    /// As new: a frame of `bytes` bytes for `queue`, without data.
    void begin(ReadClient& client, net::FramePtr made, unsigned of_queue, std::uint32_t bytes) {
        start(client);
        frame = std::move(made);
        frame->bytes.resize(bytes);
        queue = of_queue;
        complete = false;
        cancelled = false;
        large_send = false;
        insert_vlan_tag = false;
        checksums = {};
        buffer_charge = bytes;
        reported.clear();
    }
};

} // namespace rootpool::models
