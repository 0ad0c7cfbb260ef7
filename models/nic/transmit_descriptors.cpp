#include "models/nic/transmit_descriptors.h"

#include <algorithm>

namespace rootpool::models {

namespace command = nic::tx_command;
using nic::TxDescriptorType;

void TransmitDescriptors::stop() noexcept {
    cache_.stop();
    offset_ = 0;
    discarding_ = false;
    without_frame_.clear();
}

bool TransmitDescriptors::fetched() noexcept {
    cache_.fetched();
    return !cache_.failed();
}

void TransmitDescriptors::skip_to_packet() {
    take_contexts();
    if (!has_packet() && cache_.cached() == DescriptorCache::capacity) {
        // More descriptors than the chip holds and no end of packet: no such packet can be sent.
        ++counters_.drops(DropCause::bad_descriptor);
        discarding_ = true;
        take_contexts();
    }
}

/// Context descriptors in front of a packet, and what is left of a packet that is discarded.
void TransmitDescriptors::take_contexts() {
    while (cache_.cached() != 0) {
        if (nic::tx_descriptor_type(cache_.front()) == TxDescriptorType::context) {
            const nic::TxContextDescriptor context = nic::decode_tx_context(cache_.front());
            contexts_[context.context_index] = context;
        } else if (!discarding_) {
            return;
        }
        const unsigned packets = cache_.packets();
        pop(without_frame_);
        if (cache_.packets() != packets) {
            discarding_ = false;
        }
    }
}

void TransmitDescriptors::pop(std::vector<std::uint32_t>& reported) {
    const bool reports = nic::tx_descriptor_type(cache_.front()) != TxDescriptorType::context &&
                         (core::load_le<std::uint32_t>(cache_.front() + 8) & command::RS) != 0;
    if (reports) {
        reported.push_back(cache_.front_index());
    }
    cache_.pop();
    offset_ = 0;
}

std::optional<std::uint32_t> TransmitDescriptors::packet_bytes() const noexcept {
    std::uint32_t bytes = 0;
    for (unsigned i = 0; i < cache_.cached(); ++i) {
        if (nic::tx_descriptor_type(cache_.at(i)) != TxDescriptorType::data) {
            return std::nullopt;
        }
        const nic::TxDataDescriptor descriptor = nic::decode_tx_data(cache_.at(i));
        bytes += descriptor.length;
        if ((descriptor.command & command::EOP) != 0) {
            return bytes;
        }
    }
    return std::nullopt;
}

void TransmitDescriptors::discard_packet() {
    ++counters_.drops(DropCause::bad_descriptor);
    const unsigned packets = cache_.packets();
    while (cache_.packets() == packets) {
        pop(without_frame_);
    }
}

void TransmitDescriptors::gather(TransmitJob& job, std::uint32_t bytes, std::size_t at, bool last) {
    const nic::FunctionNumber owner = device_.owner_of(cache_.queue());
    const unsigned packets = cache_.packets();
    std::uint8_t* to = job.frame->bytes.data() + at;
    while (bytes != 0) {
        const nic::TxDataDescriptor descriptor = first();
        const std::uint32_t take = std::min<std::uint32_t>(bytes, descriptor.length - offset_);
        if (take != 0) {
            dma_.read(ReadClass::transmit_data, owner, job, descriptor.buffer + offset_, take, to);
            offset_ += take;
            bytes -= take;
            to += take;
        }
        if (offset_ == descriptor.length) {
            pop(job.reported);
        }
    }
    while (last && cache_.packets() == packets) { // descriptors without data may follow the last byte
        pop(job.reported);
    }
    job.head_after = cache_.front_index();
}

} // namespace rootpool::models
