#include "models/host/server.h"

#include <algorithm>

namespace rootpool::models {

namespace {

[[nodiscard]] std::vector<std::unique_ptr<CpuCore>> make_cores(unsigned count, Scheduler& scheduler,
                                                               RootComplex& root_complex) {
    std::vector<std::unique_ptr<CpuCore>> cores;
    std::generate_n(std::back_inserter(cores), std::max(count, 1U), [&] {
        return std::make_unique<CpuCore>(scheduler,
                                         core::Delegate<void()>::to<&RootComplex::settle_writes>(root_complex));
    });
    return cores;
}

} // namespace

Server::Server(const sc_core::sc_module_name& name, const ServerConfig& config, Scheduler& scheduler,
               pcie::TlpFactory& tlps)
    : sc_module(name), config_(config), scheduler_(scheduler), memory_(config.memory_bytes),
      memory_target_("memory", memory_), root_complex_("root_complex", config.root_complex, scheduler, tlps),
      cores_(make_cores(config.cpu.cores, scheduler, root_complex_)),
      interrupts_(*cores_[interrupt_core], config.cpu.interrupt), hardware_(scheduler, root_complex_) {
    root_complex_.memory.bind(memory_target_.socket);
    root_complex_.on_interrupt(RootComplex::InterruptSink::to<&InterruptDispatcher::on_message>(interrupts_));
}

} // namespace rootpool::models
