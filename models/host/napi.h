#pragma once

#include <cstdint>

#include "models/host/cpu.h"
#include "rootpool/host/cpu_profile.h"
#include "rootpool/host/hardware_access.h"
#include "rootpool/host/net_device.h"
#include "rootpool/host/network_stack_interface.h"

namespace rootpool::models {

class PacketProcessing;

/// Interrupt mitigation of one interface as Linux does it: the interrupt schedules polling, polling goes on until the
/// device has nothing left, then the interrupt is on again (NAPI, weight 64). Every step takes the core's time before
/// it has its effect.
class Napi : public host::InterruptHandler, private host::NetDeviceClient {
public:
    static constexpr unsigned weight = 64;

    /// `interface` is the stack's number for `device`.
    Napi(PacketProcessing& processing, host::NetDevice& device, host::InterfaceId interface) noexcept
        : processing_(processing), device_(device), interface_(interface) {}
    Napi(const Napi&) = delete;
    Napi& operator=(const Napi&) = delete;

    void on_interrupt() override;

    [[nodiscard]] std::uint64_t polls() const noexcept { return polls_; }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }

private:
    void begin();
    void next_packet();
    void receive_one();
    void deliver();
    void end();

    // host::NetDeviceClient
    void on_received(const host::RxPacket& packet) override;
    void on_transmitted(std::uint64_t cookie) override;

    PacketProcessing& processing_;
    host::NetDevice& device_;
    host::InterfaceId interface_;
    unsigned budget_ = 0;
    bool scheduled_ = false;
    std::uint64_t polls_ = 0;
    std::uint64_t packets_ = 0;
};

} // namespace rootpool::models
