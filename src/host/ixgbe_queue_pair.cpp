#include "rootpool/host/ixgbe_queue_pair.h"

#include <algorithm>
#include <bit>

#include "rootpool/core/error.h"
#include "rootpool/host/host_memory.h"
#include "rootpool/nic/registers.h"

namespace rootpool::host {
namespace {

constexpr unsigned transmit_budget = 256; // IXGBEVF_DEFAULT_TX_WORK
constexpr unsigned enable_polls = 10;     // Linux waits 10 x 1-2 ms
constexpr std::uint32_t write_back_threshold = 8;
constexpr std::uint32_t host_threshold = 1;
constexpr std::uint32_t prefetch_threshold = 32; // with 8 for write-back: the 40 descriptors that are on chip
constexpr std::uint32_t header_buffer_field = 4; // 256 bytes in units of 64
constexpr std::uint32_t descriptor_read_relaxed = 1U << 9U; // DCA_TXCTRL, DCA_RXCTRL
constexpr std::uint32_t transmit_data_relaxed = 1U << 13U;

unsigned ring_bytes(unsigned descriptors) noexcept {
    const unsigned legal = std::clamp(descriptors, 64U, 4096U) / nic::ring_granularity * nic::ring_granularity;
    return legal * nic::descriptor_bytes;
}

IxgbeSettings checked(IxgbeSettings settings) noexcept {
    settings.rx_buffer_bytes = std::clamp(settings.rx_buffer_bytes, 1024U, 15U << 10U) & ~1023U;
    return settings;
}

/// A power of two as alignment keeps a ring inside one chunk of memory.
std::uint64_t allocate_ring(DmaAllocator& dma, unsigned bytes) { return dma.allocate(bytes, std::bit_ceil(bytes)); }

IxgbeRingPlace place(HostMemory& memory, std::uint64_t address, unsigned bytes, std::uint32_t tail) {
    const core::MutableByteView view = memory.view(address, bytes);
    if (view.size() != bytes) {
        throw core::ModelViolation("a descriptor ring does not lie in host memory");
    }
    return {view, tail};
}

} // namespace

IxgbeQueuePair::IxgbeQueuePair(const IxgbeEnvironment& environment, IxgbeRegisters& registers,
                               const IxgbeQueueLayout& layout, const IxgbeSettings& settings)
    : registers_(registers), layout_(layout), settings_(checked(settings)),
      tx_bytes_(ring_bytes(settings.tx_descriptors)), rx_bytes_(ring_bytes(settings.rx_descriptors)),
      tx_address_(allocate_ring(environment.dma, tx_bytes_)), rx_address_(allocate_ring(environment.dma, rx_bytes_)),
      tx_(registers, place(environment.memory, tx_address_, tx_bytes_, layout.tx_base + nic::queue::TDT), counters_),
      rx_(registers, place(environment.memory, rx_address_, rx_bytes_, layout.rx_base + nic::queue::RDT),
          environment.buffers, settings_, counters_),
      moderation_(make_interrupt_moderation(settings)) {}

void IxgbeQueuePair::relocate(const IxgbeQueueLayout& layout) {
    layout_ = layout;
    tx_.set_tail_register(layout.tx_base + nic::queue::TDT);
    rx_.set_tail_register(layout.rx_base + nic::queue::RDT);
}

bool IxgbeQueuePair::start(Sleeper& sleeper) {
    registers_.write(layout_.eitr, moderation_->register_value());
    return start_transmit(sleeper) && start_receive(sleeper);
}

/// ixgbevf_configure_tx_ring
bool IxgbeQueuePair::start_transmit(Sleeper& sleeper) {
    const std::uint32_t base = layout_.tx_base;
    tx_.reset();
    registers_.write(base + nic::queue::TXDCTL, nic::TXDCTL_SWFLSH);
    registers_.write64(base + nic::queue::TDBAL, tx_address_);
    registers_.write(base + nic::queue::TDLEN, tx_bytes_);
    registers_.write64(base + nic::queue::TDWBAL, 0);
    registers_.write(base + nic::queue::DCA_TXCTRL, descriptor_read_relaxed | transmit_data_relaxed);
    registers_.write(base + nic::queue::TDH, 0);
    registers_.write(base + nic::queue::TDT, 0);
    registers_.write(base + nic::queue::TXDCTL, nic::TXDCTL_ENABLE | write_back_threshold << nic::TXDCTL_WTHRESH_SHIFT |
                                                    host_threshold << nic::TXDCTL_HTHRESH_SHIFT | prefetch_threshold);
    return registers_.poll(sleeper, base + nic::queue::TXDCTL, nic::TXDCTL_ENABLE, nic::TXDCTL_ENABLE, enable_polls,
                           1ms);
}

/// ixgbevf_configure_rx_ring
bool IxgbeQueuePair::start_receive(Sleeper& sleeper) {
    const std::uint32_t base = layout_.rx_base;
    rx_.reset();
    registers_.modify(base + nic::queue::RXDCTL, nic::RXDCTL_ENABLE, 0);
    if (!registers_.poll(sleeper, base + nic::queue::RXDCTL, nic::RXDCTL_ENABLE, 0, enable_polls, 10us)) {
        return false;
    }
    registers_.write(base + nic::queue::SRRCTL, nic::SRRCTL_DROP_EN |
                                                    header_buffer_field << nic::SRRCTL_BSIZEHEADER_SHIFT |
                                                    settings_.rx_buffer_bytes >> 10U | nic::SRRCTL_DESCTYPE_ADV_ONEBUF);
    registers_.write64(base + nic::queue::RDBAL, rx_address_);
    registers_.write(base + nic::queue::RDLEN, rx_bytes_);
    registers_.write(base + nic::queue::DCA_RXCTRL, descriptor_read_relaxed);
    registers_.write(base + nic::queue::RDH, 0);
    registers_.write(base + nic::queue::RDT, 0);
    registers_.write(base + nic::queue::RXDCTL, nic::RXDCTL_ENABLE | nic::RXDCTL_VME);
    if (!registers_.poll(sleeper, base + nic::queue::RXDCTL, nic::RXDCTL_ENABLE, nic::RXDCTL_ENABLE, enable_polls,
                         1ms)) {
        return false;
    }
    rx_.refill();
    return true;
}

void IxgbeQueuePair::stop(Sleeper& sleeper) {
    registers_.modify(layout_.rx_base + nic::queue::RXDCTL, nic::RXDCTL_ENABLE, 0);
    sleeper.sleep(10ms); // what is in flight lands in buffers that still are ours (ixgbevf_down)
    registers_.write(layout_.tx_base + nic::queue::TXDCTL, nic::TXDCTL_SWFLSH);
    rx_.reset();
    tx_.reset();
}

void IxgbeQueuePair::forget() {
    rx_.reset();
    tx_.reset();
}

unsigned IxgbeQueuePair::poll_receive(unsigned budget, NetDeviceClient& client) {
    const IxgbeWork work = rx_.receive(budget, client);
    moderation_->add_received(work.packets, work.bytes);
    return work.packets;
}

unsigned IxgbeQueuePair::poll_transmit_done(NetDeviceClient& client) {
    const IxgbeWork work = tx_.clean(transmit_budget, client);
    moderation_->add_transmitted(work.packets, work.bytes);
    return work.packets;
}

void IxgbeQueuePair::polling_done(SimTime now) {
    if (const auto value = moderation_->update(now)) {
        registers_.write(layout_.eitr, *value);
    }
    registers_.write(layout_.unmask, layout_.unmask_bit); // auto-mask had masked it
}

} // namespace rootpool::host
