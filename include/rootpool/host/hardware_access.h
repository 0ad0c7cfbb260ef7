#pragma once

#include <cstdint>
#include <string_view>

#include "rootpool/core/time.h"
#include "rootpool/pcie/types.h"

/// What software on a server can do to hardware: the boundary at the root complex. There is no other door. Calls that
/// wait for hardware return after simulated time has passed; the model that implements them runs its caller in a
/// thread.
namespace rootpool::host {

/// Configuration requests (ECAM). A failed read returns all ones, as a root complex answers (PCIe base 2.3.2).
class ConfigAccess {
public:
    virtual ~ConfigAccess() = default;
    /// `bytes` is 1, 2 or 4; `offset` is aligned to it. Waits for the completion.
    [[nodiscard]] virtual std::uint32_t read(pcie::Bdf function, std::uint16_t offset, unsigned bytes) = 0;
    /// Waits for the completion; configuration writes are non-posted.
    virtual void write(pcie::Bdf function, std::uint16_t offset, unsigned bytes, std::uint32_t value) = 0;
};

/// Loads and stores to device memory, 32 bits wide, 4-byte aligned, physical address.
class MmioAccess {
public:
    virtual ~MmioAccess() = default;
    /// Waits for the completion. All ones when the request ended with an error.
    [[nodiscard]] virtual std::uint32_t read32(std::uint64_t address) = 0;
    /// Posted: returns at once, also outside a thread.
    virtual void write32(std::uint64_t address, std::uint32_t value) = 0;
};

/// Passing of time for software that runs as a sequence.
class Sleeper {
public:
    virtual ~Sleeper() = default;
    virtual void sleep(SimTime duration) = 0;
    [[nodiscard]] virtual SimTime now() const = 0;
};

/// The kernel log of one server. Lines carry no time stamp: the implementation adds it.
class KernelLog {
public:
    virtual ~KernelLog() = default;
    virtual void line(std::string_view text) = 0;
};

/// Address and data that a function writes to raise an interrupt.
struct MsiMessage {
    std::uint64_t address = 0;
    std::uint32_t data = 0;
};

/// Receives one interrupt vector. Called by the CPU model after its interrupt cost; not in a thread: may not wait.
class InterruptHandler {
public:
    virtual ~InterruptHandler() = default;
    virtual void on_interrupt() = 0;
};

/// Hands out message-signalled interrupt vectors.
class InterruptController {
public:
    virtual ~InterruptController() = default;
    [[nodiscard]] virtual MsiMessage allocate(InterruptHandler& handler, std::string_view name) = 0;
};

} // namespace rootpool::host
