#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/core/strong.h"
#include "rootpool/host/host_memory.h"

namespace rootpool::host {

class TcpSocket;

/// Number of an interface in its stack.
using InterfaceId = core::Strong<struct StackInterfaceIdKind, std::uint16_t>;

/// Whose packet a slot holds.
struct TransmitOwner {
    InterfaceId interface;
    TcpSocket* socket = nullptr;     ///< with data in its send buffer under this packet
    std::uint64_t stream_offset = 0; ///< of the first byte of that data
};

/// Kernel memory for packets under way to a device: small slots for the headers in front of a socket's data, large ones
/// for whole packets. A slot is taken until the device has read it.
class TransmitSlots {
public:
    static constexpr std::uint32_t header_bytes = 128;
    static constexpr std::uint32_t packet_bytes = 2048;

    TransmitSlots(HostMemory& memory, DmaAllocator& allocator);

    struct Slot {
        std::uint64_t cookie = 0; ///< for TxPacket; a cookie is never used twice within 2^32 packets of one slot
        std::uint64_t address = 0;
        core::MutableByteView bytes;
    };
    /// Empty when all are under way.
    [[nodiscard]] std::optional<Slot> take_header() { return take(headers_, 0); }
    [[nodiscard]] std::optional<Slot> take_packet() { return take(packets_, headers_.count); }

    void set_owner(std::uint64_t cookie, const TransmitOwner& owner) noexcept { entries_[index(cookie)].owner = owner; }
    /// Frees the slot; empty when the cookie is not one of a slot under way.
    std::optional<TransmitOwner> release(std::uint64_t cookie) noexcept;
    /// Bytes of a slot under way.
    [[nodiscard]] core::MutableByteView bytes(std::uint64_t cookie) noexcept;
    /// Cookies of all slots under way through this interface, by slot.
    [[nodiscard]] std::vector<std::uint64_t> of_interface(InterfaceId interface) const;
    [[nodiscard]] std::size_t in_use() const noexcept {
        return entries_.size() - headers_.free.size() - packets_.free.size();
    }

private:
    struct Region {
        std::uint64_t address = 0;
        core::MutableByteView bytes;
        std::uint32_t slot_bytes = 0;
        std::uint32_t count = 0;
        std::vector<std::uint32_t> free;
    };
    struct Entry {
        TransmitOwner owner;
        std::uint32_t generation = 0;
        bool in_use = false;
    };

    [[nodiscard]] static Region make_region(HostMemory& memory, DmaAllocator& allocator, std::uint32_t slot_bytes);
    [[nodiscard]] static std::uint32_t index(std::uint64_t cookie) noexcept {
        return static_cast<std::uint32_t>(cookie);
    }
    [[nodiscard]] std::optional<Slot> take(Region& region, std::uint32_t first_entry);

    Region headers_;
    Region packets_;
    std::vector<Entry> entries_; ///< of headers_, then of packets_
};

} // namespace rootpool::host
