#include "nic/device_hooks.h"

// Rings, queue enables, drop enables and rate limits (datasheet sections 8.2.3.8 and 8.2.3.9).
namespace rootpool::nic {

namespace {

using Access = RegisterAccess;

struct RingRegisters {
    std::uint32_t base_low;
    std::uint32_t base_high;
    std::uint32_t bytes;
};

[[nodiscard]] QueueRing latched(const RingRegisters& registers, std::uint32_t head, std::uint32_t tail) noexcept {
    return {true, registers.base_low | static_cast<std::uint64_t>(registers.base_high) << 32U,
            registers.bytes / descriptor_bytes, head, tail};
}

/// Head and tail are the low bits of the offset within the queue's block; everything else there is stored.
[[nodiscard]] constexpr bool is_head(std::uint32_t offset, std::uint32_t block) noexcept {
    return offset - block == queue::RDH; // TDH has the same place
}

} // namespace

/// Receive and transmit queues have their base, length, head and tail at the same places of their blocks.
template <bool transmit>
struct QueueHooks::Ring {
    static std::uint32_t block(unsigned queue) { return transmit ? reg::TX_QUEUE(queue) : reg::RX_QUEUE(queue); }
    static QueueRing& of(Device& device, unsigned queue) {
        return transmit ? device.tx_rings_[queue] : device.rx_rings_[queue];
    }
    static void work(Device& device, unsigned queue) {
        transmit ? device.events_.on_transmit_work(queue) : device.events_.on_receive_work(queue);
    }
    static void stopped(Device& device, unsigned queue) {
        transmit ? device.events_.on_transmit_queue_stopped(queue) : device.events_.on_receive_queue_stopped(queue);
    }

    static std::uint32_t read(Device& device, const Access& access) {
        return is_head(access.offset, block(access.index)) ? of(device, access.index).head
                                                           : device.registers_[access.offset];
    }
    static void write(Device& device, const Access& access, std::uint32_t value) {
        QueueRing& ring = of(device, access.index);
        if (!is_head(access.offset, block(access.index))) {
            device.registers_.store(*device.registers_.find(access.offset), access.offset, value);
        } else if (!ring.enabled) {
            ring.head = value & 0xFFFFU; // once enabled the head is the device's (datasheet 8.2.3.8.4, 8.2.3.9.8)
        }
    }
    static std::uint32_t read_tail(Device& device, const Access& access) { return of(device, access.index).tail; }
    static void write_tail(Device& device, const Access& access, std::uint32_t value) {
        of(device, access.index).tail = value & 0xFFFFU;
        work(device, access.index);
    }
    static void write_control(Device& device, const Access& access, std::uint32_t value) {
        device.registers_.store(*device.registers_.find(access.offset), access.offset, value);
        QueueRing& ring = of(device, access.index);
        const bool enable = (value & RXDCTL_ENABLE) != 0; // TXDCTL.ENABLE is the same bit
        if (enable == ring.enabled) {
            return;
        }
        if (enable) {
            const std::uint32_t at = block(access.index);
            ring = latched({device.registers_[at + queue::RDBAL], device.registers_[at + queue::RDBAH],
                            device.registers_[at + queue::RDLEN]},
                           ring.head, ring.tail);
            work(device, access.index);
        } else {
            ring.enabled = false;
            stopped(device, access.index);
        }
    }
};

void QueueHooks::install(RegisterFunctionTable& table) noexcept {
    table[slot(RegisterHook::rx_ring)] = {Ring<false>::read, Ring<false>::write};
    table[slot(RegisterHook::rdt)] = {Ring<false>::read_tail, Ring<false>::write_tail};
    table[slot(RegisterHook::rxdctl)] = {nullptr, Ring<false>::write_control};
    table[slot(RegisterHook::tx_ring)] = {Ring<true>::read, Ring<true>::write};
    table[slot(RegisterHook::tdt)] = {Ring<true>::read_tail, Ring<true>::write_tail};
    table[slot(RegisterHook::txdctl)] = {nullptr, Ring<true>::write_control};
    table[slot(RegisterHook::receive_enable)] = {nullptr,
                                                 [](Device& device, const Access& access, std::uint32_t value) {
                                                     device.registers_.set(access.offset, value & RXCTRL_RXEN);
                                                 }};
    table[slot(RegisterHook::transmit_enable)] = {nullptr,
                                                  [](Device& device, const Access& access, std::uint32_t value) {
                                                      device.registers_.set(access.offset, value);
                                                      for (unsigned q = 0; q < queue_count; ++q) {
                                                          device.events_.on_transmit_work(q);
                                                      }
                                                  }};
    table[slot(RegisterHook::qde)] = {nullptr, [](Device& device, const Access& access, std::uint32_t value) {
                                          device.registers_.set(access.offset, value & ~(QDE_WRITE | QDE_READ));
                                          if ((value & QDE_WRITE) != 0) {
                                              const unsigned queue = (value & QDE_INDEX_MASK) >> QDE_INDEX_SHIFT;
                                              device.forced_drop_[queue] = (value & QDE_ENABLE) != 0;
                                              device.events_.on_receive_work(queue);
                                          }
                                      }};
    table[slot(RegisterHook::rate)] = {[](Device& device, const Access&) {
                                           return device.rate_factors_[device.registers_[reg::RTTDQSEL] % queue_count];
                                       },
                                       [](Device& device, const Access&, std::uint32_t value) {
                                           device.rate_factors_[device.registers_[reg::RTTDQSEL] % queue_count] = value;
                                       }};
}

} // namespace rootpool::nic
