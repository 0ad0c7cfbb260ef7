#include "rootpool/host/host_memory.h"

#include <algorithm>
#include <cstring>

#include "rootpool/core/error.h"

namespace rootpool::host {

HostMemory::HostMemory(std::uint64_t size) : chunks_((size + chunk_bytes - 1) / chunk_bytes) {}

bool HostMemory::inside(std::uint64_t address, std::uint64_t length) const noexcept {
    return length <= size() && address <= size() - length;
}

HostMemory::Chunk& HostMemory::touch(std::uint64_t index) {
    auto& chunk = chunks_[index];
    if (!chunk) {
        chunk = std::make_unique<Chunk>();
    }
    return *chunk;
}

bool HostMemory::read(std::uint64_t address, core::MutableByteView to) const {
    if (!inside(address, to.size())) {
        std::fill(to.begin(), to.end(), std::uint8_t{0xFF});
        return false;
    }
    while (!to.empty()) {
        const std::uint64_t offset = address % chunk_bytes;
        const std::size_t part = std::min<std::uint64_t>(to.size(), chunk_bytes - offset);
        if (const auto& chunk = chunks_[address / chunk_bytes]) {
            std::memcpy(to.data(), chunk->data() + offset, part);
        } else {
            std::memset(to.data(), 0, part);
        }
        address += part;
        to = to.subspan(part);
    }
    return true;
}

bool HostMemory::write(std::uint64_t address, core::ByteView from) {
    if (!inside(address, from.size())) {
        return false;
    }
    while (!from.empty()) {
        const std::uint64_t offset = address % chunk_bytes;
        const std::size_t part = std::min<std::uint64_t>(from.size(), chunk_bytes - offset);
        std::memcpy(touch(address / chunk_bytes).data() + offset, from.data(), part);
        address += part;
        from = from.subspan(part);
    }
    return true;
}

core::MutableByteView HostMemory::view(std::uint64_t address, std::uint64_t length) {
    if (!inside(address, length) || address % chunk_bytes + length > chunk_bytes) {
        return {};
    }
    return core::MutableByteView(touch(address / chunk_bytes).data() + address % chunk_bytes, length);
}

std::uint64_t DmaAllocator::allocate(std::uint64_t bytes, std::uint64_t alignment) {
    const std::uint64_t address = (next_ + alignment - 1) & ~(alignment - 1);
    if (address > end_ || bytes > end_ - address) {
        throw core::ModelViolation("DMA memory of a server is used up");
    }
    next_ = address + bytes;
    return address;
}

} // namespace rootpool::host
