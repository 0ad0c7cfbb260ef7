#include "models/host/blocking_hardware.h"

#include <utility>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

class BlockingHardware::Borrowed {
public:
    explicit Borrowed(BlockingHardware& owner) : owner_(owner) {
        if (owner_.free_.empty()) {
            call_ = std::make_unique<Call>();
        } else {
            call_ = std::move(owner_.free_.back());
            owner_.free_.pop_back();
        }
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ~Borrowed() { owner_.free_.push_back(std::move(call_)); }
    Call* operator->() const noexcept { return call_.get(); }

private:
    BlockingHardware& owner_;
    std::unique_ptr<Call> call_;
};

void BlockingHardware::Call::complete(const ProcessorCompletion& completion) {
    completion_ = completion;
    completed_ = true;
    KernelTime::notify(event_);
}

ProcessorCompletion BlockingHardware::Call::wait_for_completion(Scheduler& scheduler) {
    while (!completed_) {
        scheduler.wait_for(event_);
    }
    completed_ = false;
    return completion_;
}

std::uint32_t BlockingHardware::read(pcie::Bdf function, std::uint16_t offset, unsigned bytes) {
    const Borrowed call(*this);
    root_complex_.config_read(function, offset & 0xFFCU, call->done());
    const std::uint32_t value = call->wait_for_completion(scheduler_).value >> (offset % 4U * 8U);
    return bytes >= 4 ? value : value & ((1U << bytes * 8U) - 1U);
}

void BlockingHardware::write(pcie::Bdf function, std::uint16_t offset, unsigned bytes, std::uint32_t value) {
    const Borrowed call(*this);
    root_complex_.config_write(function, offset & 0xFFCU, value << (offset % 4U * 8U),
                               pcie::byte_enables_of(offset, bytes), call->done());
    std::ignore = call->wait_for_completion(scheduler_);
}

std::uint32_t BlockingHardware::read32(std::uint64_t address) {
    const Borrowed call(*this);
    root_complex_.memory_read32(address, call->done());
    return call->wait_for_completion(scheduler_).value;
}

void BlockingHardware::write32(std::uint64_t address, std::uint32_t value) {
    root_complex_.memory_write32(address, value);
}

void BlockingHardware::sleep(SimTime duration) { scheduler_.wait_for(duration); }

} // namespace rootpool::models
