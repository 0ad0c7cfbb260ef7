#pragma once

#include <functional>
#include <memory>
#include <string>

#include "models/host/napi.h"
#include "models/host/server.h"
#include "rootpool/host/ixgbe_environment.h"

namespace rootpool::models {

/// The task behind a device's "other" interrupt vector: a kernel thread that sleeps until the vector or the watchdog
/// wakes it.
class ServiceTask : public host::InterruptHandler {
public:
    /// Service timers of both drivers: 2 s (ixgbe_service_timer, ixgbevf_service_timer).
    static constexpr SimTime watchdog_period = 2s;

    ServiceTask(Scheduler& scheduler, std::function<void()> service)
        : scheduler_(scheduler), service_(std::move(service)) {}
    void on_interrupt() override {
        scheduled_ = true;
        KernelTime::notify(wake_);
    }
    /// Starts the thread; from a thread of the simulation.
    void start(const std::string& name);

private:
    void run();

    Scheduler& scheduler_;
    std::function<void()> service_;
    sc_core::sc_event wake_;
    bool scheduled_ = false; ///< by an interrupt; while the task runs: then it runs once more (Linux: queue_work)
};

/// What the kernel keeps of a network driver. Functions that wait run in a thread.
struct DriverBinding {
    std::unique_ptr<host::NetDevice> device;
    std::function<bool(const host::IxgbeHandlers&)> open; ///< waits
    std::function<void()> service;                        ///< waits
    std::function<host::IxgbeCounters()> counters;
};

/// One network interface: driver, polling context, service task.
class NetworkInterface {
public:
    NetworkInterface(std::string label, DriverBinding driver, PacketProcessing& processing,
                     host::InterfaceId interface);

    /// Opens the driver and starts the service task. False when the hardware did not come up. Waits.
    [[nodiscard]] bool open();

    [[nodiscard]] const std::string& label() const noexcept { return label_; }
    [[nodiscard]] host::NetDevice& device() const noexcept { return *driver_.device; }
    [[nodiscard]] host::IxgbeCounters counters() const { return driver_.counters(); }
    [[nodiscard]] const Napi& napi() const noexcept { return napi_; }

private:
    std::string label_;
    DriverBinding driver_;
    Napi napi_;
    ServiceTask service_;
};

} // namespace rootpool::models
