#include "models/host/interrupt_dispatcher.h"

#include "rootpool/core/error.h"
#include "rootpool/host/interrupt_vectors.h"

namespace rootpool::models {

namespace {
/// Address of messages to the first core: physical destination 0 (Intel SDM volume 3, 10.11.1).
constexpr std::uint64_t message_address = 0xFEE0'0000;
} // namespace

host::MsiMessage InterruptDispatcher::allocate(host::InterruptHandler& handler, std::string_view name) {
    const auto vector = static_cast<std::uint32_t>(host::first_interrupt_vector + vectors_.size());
    if (vector > host::last_interrupt_vector) {
        throw core::ModelViolation("a server has no interrupt vector left");
    }
    vectors_.push_back({&handler, std::string(name)});
    return {message_address, vector};
}

void InterruptDispatcher::on_message(std::uint64_t address, std::uint32_t data) {
    const std::size_t index = static_cast<std::size_t>(data & 0xFFU) - host::first_interrupt_vector;
    if (address != message_address || index >= vectors_.size()) {
        ++spurious_;
        return;
    }
    ++delivered_;
    core_.post(CpuPriority::interrupt, cost_, CpuCore::Effect::to<&Vector::fire>(vectors_[index]));
}

} // namespace rootpool::models
