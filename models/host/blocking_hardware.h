#pragma once

#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "models/core/scheduler.h"
#include "models/pcie/root_complex.h"
#include "rootpool/host/hardware_access.h"

namespace rootpool::models {

/// Configuration space and device memory for software that runs as a sequence: every call suspends the SystemC thread
/// that makes it until the root complex has the answer. Several threads may have calls under way.
class BlockingHardware : public host::ConfigAccess, public host::MmioAccess, public host::Sleeper {
public:
    BlockingHardware(Scheduler& scheduler, RootComplex& root_complex) noexcept
        : scheduler_(scheduler), root_complex_(root_complex) {}

    // host::ConfigAccess
    [[nodiscard]] std::uint32_t read(pcie::Bdf function, std::uint16_t offset, unsigned bytes) override;
    void write(pcie::Bdf function, std::uint16_t offset, unsigned bytes, std::uint32_t value) override;
    // host::MmioAccess
    [[nodiscard]] std::uint32_t read32(std::uint64_t address) override;
    void write32(std::uint64_t address, std::uint32_t value) override;
    // host::Sleeper
    void sleep(SimTime duration) override;
    [[nodiscard]] SimTime now() const override { return models::now(); }

private:
    /// One request that a thread waits for. Kept for the next one: an sc_event is expensive to make.
    class Call {
    public:
        [[nodiscard]] RootComplex::Done done() noexcept { return RootComplex::Done::to<&Call::complete>(*this); }
        [[nodiscard]] ProcessorCompletion wait_for_completion(Scheduler& scheduler);

    private:
        void complete(const ProcessorCompletion& completion);

        sc_core::sc_event event_;
        ProcessorCompletion completion_;
        bool completed_ = false;
    };
    /// Borrows a call from the free ones for one request.
    class Borrowed;

    Scheduler& scheduler_;
    RootComplex& root_complex_;
    std::vector<std::unique_ptr<Call>> free_;
};

} // namespace rootpool::models
