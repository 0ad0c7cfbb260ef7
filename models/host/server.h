#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/host/blocking_hardware.h"
#include "models/host/cpu.h"
#include "models/host/interrupt_dispatcher.h"
#include "models/host/memory_target.h"
#include "models/pcie/root_complex.h"
#include "rootpool/host/cpu_profile.h"
#include "rootpool/host/host_memory.h"

namespace rootpool::models {

struct ServerConfig {
    std::string name;
    host::CpuProfile cpu;
    std::uint64_t memory_bytes = 8ULL << 30U;
    RootComplexConfig root_complex;
};

/// The hardware of one server: cores, memory, root complex, interrupt delivery. What runs on it is an OperatingSystem.
class Server : public sc_core::sc_module {
public:
    Server(const sc_core::sc_module_name& name, const ServerConfig& config, Scheduler& scheduler,
           pcie::TlpFactory& tlps);

    [[nodiscard]] const std::string& label() const noexcept { return config_.name; }
    [[nodiscard]] const host::CpuProfile& cpu() const noexcept { return config_.cpu; }
    [[nodiscard]] RootComplex& root_complex() noexcept { return root_complex_; }
    [[nodiscard]] host::HostMemory& memory() noexcept { return memory_; }
    [[nodiscard]] CpuCore& core(std::size_t index) { return *cores_[index % cores_.size()]; }
    [[nodiscard]] std::size_t core_count() const noexcept { return cores_.size(); }
    [[nodiscard]] InterruptDispatcher& interrupts() noexcept { return interrupts_; }
    [[nodiscard]] BlockingHardware& hardware() noexcept { return hardware_; }
    [[nodiscard]] Scheduler& scheduler() noexcept { return scheduler_; }

    /// Interrupts and packet processing run here, tasks on the others, as irqbalance leaves it on a machine with one
    /// busy queue.
    static constexpr std::size_t interrupt_core = 0;

private:
    ServerConfig config_;
    Scheduler& scheduler_;
    host::HostMemory memory_;
    MemoryTarget memory_target_;
    RootComplex root_complex_;
    std::vector<std::unique_ptr<CpuCore>> cores_;
    InterruptDispatcher interrupts_;
    BlockingHardware hardware_;
};

} // namespace rootpool::models
