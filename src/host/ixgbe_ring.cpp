#include "rootpool/host/ixgbe_ring.h"

#include <algorithm>
#include <cstring>

namespace rootpool::host {
namespace {

constexpr std::uint32_t max_data_per_descriptor = 16U << 10U; // Linux IXGBE_MAX_DATA_PER_TXD
constexpr std::uint32_t max_payload_field = (1U << 18U) - 1;  // PAYLEN
constexpr unsigned spare_descriptors = 2; // the tail must not catch the head; one more as Linux (DESC_NEEDED)
/// Errors of the receive write-back with which a frame is worthless: CRC, length, alignment, oversize, undersize
/// (RXDADV_ERR_FRAME_ERR_MASK).
constexpr std::uint32_t frame_error_mask = 1U << 24U | 1U << 25U | 1U << 27U | 1U << 28U | 1U << 29U;
constexpr unsigned ethernet_header = 14;

unsigned header_length(const TxPacket& packet) noexcept {
    return unsigned{packet.mac_length} + packet.ip_length + packet.l4_length;
}

/// Descriptors for data and context; 0 when no descriptors can describe the packet.
unsigned descriptors_needed(const TxPacket& packet) noexcept {
    if (packet.fragment_count == 0 || packet.fragment_count > TxPacket::max_fragments ||
        packet.total_length > max_payload_field || packet.mac_length > 127 ||
        (packet.mss != 0 && (!packet.l4_is_tcp || header_length(packet) >= packet.total_length))) {
        return 0;
    }
    unsigned needed = 1;
    for (unsigned i = 0; i < packet.fragment_count; ++i) {
        const std::uint32_t length = packet.fragments[i].length;
        if (length == 0 || length > packet.total_length) {
            return 0;
        }
        needed += (length + max_data_per_descriptor - 1) / max_data_per_descriptor;
    }
    return needed;
}

/// Frames that the device will make of the packet.
unsigned segments_of(const TxPacket& packet) noexcept {
    if (packet.mss == 0) {
        return 1;
    }
    return (packet.total_length - header_length(packet) + packet.mss - 1) / packet.mss;
}

} // namespace

// --- transmit

IxgbeTxRing::IxgbeTxRing(IxgbeRegisters& registers, IxgbeRingPlace place, IxgbeCounters& counters)
    : registers_(registers), place_(place), counters_(counters), entries_(place.bytes.size() / nic::descriptor_bytes) {}

std::uint8_t* IxgbeTxRing::descriptor(unsigned index) const noexcept {
    return place_.bytes.data() + std::size_t{index} * nic::descriptor_bytes;
}

void IxgbeTxRing::reset() {
    std::fill(place_.bytes.begin(), place_.bytes.end(), std::uint8_t{0});
    next_to_use_ = 0;
    next_to_clean_ = 0;
}

unsigned IxgbeTxRing::free_descriptors() const noexcept {
    return (next_to_clean_ + count() - next_to_use_ - 1) % count();
}

unsigned IxgbeTxRing::advance() noexcept {
    const unsigned index = next_to_use_;
    next_to_use_ = index + 1 == count() ? 0 : index + 1;
    return index;
}

bool IxgbeTxRing::transmit(const TxPacket& packet) {
    const unsigned needed = descriptors_needed(packet);
    if (needed == 0 || needed + spare_descriptors >= count()) {
        ++counters_.tx_refused;
        return false;
    }
    if (free_descriptors() < needed + spare_descriptors) {
        ++counters_.tx_busy;
        return false;
    }
    Entry& entry = entries_[next_to_use_];
    write_context(packet);
    const unsigned segments = segments_of(packet);
    entry.cookie = packet.cookie;
    entry.segments = segments;
    entry.bytes = packet.total_length + (segments - 1) * header_length(packet);
    entry.last = write_data(packet);
    registers_.write(place_.tail_register, next_to_use_);
    return true;
}

void IxgbeTxRing::write_context(const TxPacket& packet) {
    nic::TxContextDescriptor context;
    context.mac_length = packet.mac_length;
    context.ip_length = packet.ip_length;
    context.ipv4 = packet.ipv4_checksum;
    context.l4_type = packet.l4_is_tcp ? nic::L4Type::tcp : nic::L4Type::udp;
    context.l4_length = packet.mss != 0 || packet.l4_checksum ? packet.l4_length : 0;
    context.mss = packet.mss;
    nic::encode(context, descriptor(advance()));
}

unsigned IxgbeTxRing::write_data(const TxPacket& packet) {
    nic::TxDataDescriptor data;
    data.insert_ip_checksum = packet.ipv4_checksum;
    data.insert_l4_checksum = packet.l4_checksum || packet.mss != 0;
    data.check_context = true; // the switch looks at it whenever VFs run (ixgbevf_tx_olinfo_status)
    data.payload_length = packet.mss != 0 ? packet.total_length - header_length(packet) : packet.total_length;
    const std::uint32_t common = nic::tx_command::IFCS | (packet.mss != 0 ? nic::tx_command::TSE : 0U);
    unsigned index = 0;
    for (unsigned i = 0; i < packet.fragment_count; ++i) {
        const DmaRange& fragment = packet.fragments[i];
        for (std::uint32_t done = 0; done < fragment.length; done += data.length) {
            const std::uint32_t left = fragment.length - done;
            data.buffer = fragment.address + done;
            data.length = static_cast<std::uint16_t>(std::min(left, max_data_per_descriptor));
            const bool last = i + 1 == packet.fragment_count && left == data.length;
            data.command = common | (last ? nic::tx_command::EOP | nic::tx_command::RS : 0U);
            index = advance();
            nic::encode(data, descriptor(index));
        }
    }
    return index;
}

bool IxgbeTxRing::done_pending() const {
    return next_to_clean_ != next_to_use_ && nic::descriptor_done_tx(descriptor(entries_[next_to_clean_].last));
}

IxgbeWork IxgbeTxRing::clean(unsigned budget, NetDeviceClient& client) {
    IxgbeWork work;
    for (unsigned i = 0; i < budget && done_pending(); ++i) {
        const Entry entry = entries_[next_to_clean_]; // a copy: the client may transmit from inside the call
        next_to_clean_ = entry.last + 1 == count() ? 0 : entry.last + 1;
        work.packets += entry.segments;
        work.bytes += entry.bytes;
        client.on_transmitted(entry.cookie);
    }
    counters_.tx_packets += work.packets;
    counters_.tx_bytes += work.bytes;
    return work;
}

// --- receive

IxgbeRxRing::IxgbeRxRing(IxgbeRegisters& registers, IxgbeRingPlace place, ReceiveBuffers& buffers,
                         const IxgbeSettings& settings, IxgbeCounters& counters)
    : registers_(registers), place_(place), buffers_(buffers), counters_(counters),
      buffer_bytes_(settings.rx_buffer_bytes), refill_batch_(std::max(settings.rx_refill_batch, 1U)),
      buffer_of_(place.bytes.size() / nic::descriptor_bytes) {}

IxgbeRxRing::~IxgbeRxRing() { reset(); }

std::uint8_t* IxgbeRxRing::descriptor(unsigned index) const noexcept {
    return place_.bytes.data() + std::size_t{index} * nic::descriptor_bytes;
}

void IxgbeRxRing::reset() {
    for (std::uint64_t& buffer : buffer_of_) {
        if (buffer != 0) {
            buffers_.give_back(buffer);
            buffer = 0;
        }
    }
    std::fill(place_.bytes.begin(), place_.bytes.end(), std::uint8_t{0});
    next_to_use_ = 0;
    next_to_clean_ = 0;
    continued_ = false;
}

unsigned IxgbeRxRing::unused() const noexcept { return (next_to_clean_ + count() - next_to_use_ - 1) % count(); }

void IxgbeRxRing::refill() {
    const unsigned before = next_to_use_;
    for (unsigned left = unused(); left > 0; --left) {
        if (!buffers_.available()) {
            ++counters_.rx_no_buffer;
            break;
        }
        const std::uint64_t buffer = buffers_.take();
        buffer_of_[next_to_use_] = buffer;
        nic::encode(nic::RxReadDescriptor{buffer, 0}, descriptor(next_to_use_)); // the zero also clears DD
        next_to_use_ = next_to_use_ + 1 == count() ? 0 : next_to_use_ + 1;
    }
    if (next_to_use_ != before) {
        registers_.write(place_.tail_register, next_to_use_);
    }
}

bool IxgbeRxRing::pending() const {
    return next_to_clean_ != next_to_use_ && nic::descriptor_done_rx(descriptor(next_to_clean_));
}

std::uint64_t* IxgbeRxRing::drop_reason(const nic::RxWriteBack& frame) {
    const bool end = (frame.status_error & nic::rx_status::EOP) != 0;
    if (!end || continued_) { // the buffers are as large as a frame may be: a split frame is not one for us
        continued_ = !end;
        return &counters_.rx_dropped_split;
    }
    if ((frame.status_error & frame_error_mask) != 0) {
        return &counters_.rx_dropped_errors;
    }
    if (frame.length < ethernet_header || frame.length > buffer_bytes_) {
        return &counters_.rx_dropped_length;
    }
    return nullptr;
}

IxgbeWork IxgbeRxRing::receive(unsigned budget, NetDeviceClient& client) {
    IxgbeWork work;
    for (unsigned i = 0; i < budget; ++i) {
        if (unused() >= refill_batch_) {
            refill();
        }
        if (!pending()) {
            break;
        }
        const nic::RxWriteBack frame = nic::decode_rx_write_back(descriptor(next_to_clean_));
        const std::uint64_t buffer = buffer_of_[next_to_clean_];
        buffer_of_[next_to_clean_] = 0;
        next_to_clean_ = next_to_clean_ + 1 == count() ? 0 : next_to_clean_ + 1;
        if (std::uint64_t* reason = drop_reason(frame); reason != nullptr) {
            ++*reason;
            buffers_.give_back(buffer);
            continue;
        }
        const auto checked = [&frame](std::uint32_t done, std::uint32_t failed) {
            return (frame.status_error & done) != 0 && (frame.status_error & failed) == 0;
        };
        ++work.packets;
        work.bytes += frame.length;
        client.on_received({buffer, frame.length, checked(nic::rx_status::IPCS, nic::rx_status::IPE),
                            checked(nic::rx_status::L4CS, nic::rx_status::TCPE)});
    }
    counters_.rx_packets += work.packets;
    counters_.rx_bytes += work.bytes;
    return work;
}

} // namespace rootpool::host
