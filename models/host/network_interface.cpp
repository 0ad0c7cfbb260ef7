#include "models/host/network_interface.h"

#include "models/host/packet_processing.h"

namespace rootpool::models {

void ServiceTask::start(const std::string& name) {
    sc_core::sc_spawn([this] { run(); }, name.c_str());
}

void ServiceTask::run() {
    while (true) {
        if (!scheduled_) {
            scheduler_.wait_for(watchdog_period, wake_);
        }
        scheduled_ = false;
        service_();
    }
}

NetworkInterface::NetworkInterface(std::string label, DriverBinding driver, PacketProcessing& processing,
                                   host::InterfaceId interface)
    : label_(std::move(label)), driver_(std::move(driver)), napi_(processing, *driver_.device, interface),
      service_(processing.scheduler(), driver_.service) {}

bool NetworkInterface::open() {
    if (!driver_.open({napi_, service_})) {
        return false;
    }
    service_.start(sc_core::sc_gen_unique_name("service"));
    return true;
}

} // namespace rootpool::models
