// rootpool's multi-root switch and 82599 inside a SystemC platform of one's own: two "servers", which are nothing but a
// bus master that asks for vendor and device IDs, share one switch and one NIC. The NIC belongs to the first; the
// second sees the same slot empty, because no VF was assigned to it.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <systemc>

#include "models/core/wheel_scheduler.h"
#include "models/nic/nic_82599.h"
#include "models/pcie/link.h"
#include "models/pooling/multi_root_switch.h"
#include "rootpool/core/bytes.h"
#include "rootpool/pcie/tlp_builder.h"

namespace {

using namespace rootpool;
using namespace rootpool::models;

/// A root port that sends one configuration request at a time and waits for its completion.
class BusMaster : public sc_core::sc_module, private PortOwner {
public:
    SC_HAS_PROCESS(BusMaster);

    Port port;

    BusMaster(const sc_core::sc_module_name& name, pcie::TlpFactory& tlps)
        : port("port", *this, MultiRootSwitchConfig::default_credits()), tlps_(tlps) {
        SC_THREAD(run);
    }

private:
    static constexpr std::uint32_t nobody = 0xFFFF'FFFF; // what a root complex reads where no function answers

    void run() {
        // Bus 1 is the link to the switch, bus 2 is inside the switch, bus 3 is below its downstream bridge.
        const pcie::Bdf upstream_bridge(1, 0, 1);
        const pcie::Bdf downstream_bridge(2, 0, 0);
        const pcie::Bdf slot(3, 0, 0);
        print("management function", pcie::Bdf(1, 0, 0));
        print("upstream bridge", upstream_bridge);
        write(upstream_bridge, bus_numbers, 1U | 2U << 8U | 3U << 16U);
        print("downstream bridge", downstream_bridge);
        write(downstream_bridge, bus_numbers, 2U | 3U << 8U | 3U << 16U);
        print("slot", slot);
    }

    static constexpr std::uint16_t bus_numbers = 0x18;

    void print(const char* what, pcie::Bdf function) {
        const std::uint32_t id = read(function, 0);
        if (id == nobody) {
            std::printf("%s: %-20s %s is empty\n", name(), what, to_string(function).c_str());
        } else {
            std::printf("%s: %-20s %s is %04" PRIx32 ":%04" PRIx32 " at %s\n", name(), what,
                        to_string(function).c_str(), id & 0xFFFFU, id >> 16U,
                        sc_core::sc_time_stamp().to_string().c_str());
        }
    }

    std::uint32_t read(pcie::Bdf function, std::uint16_t offset) {
        return request(tlps_.make(pcie::config_read(type_for(function), {}, {}, function, offset)));
    }
    void write(pcie::Bdf function, std::uint16_t offset, std::uint32_t value) {
        std::uint8_t bytes[sizeof value];
        core::store_le(bytes, value);
        request(tlps_.make(pcie::config_write(type_for(function), {}, {}, function, offset), core::ByteView(bytes)));
    }
    static pcie::ConfigType type_for(pcie::Bdf function) {
        return function.bus() == 1 ? pcie::ConfigType::type_0 : pcie::ConfigType::type_1;
    }

    std::uint32_t request(const pcie::TlpPtr& tlp) {
        port.send(tlp, now());
        wait(answered_);
        return answer_;
    }

    void on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) override {
        port.release(*tlp, last_beat);
        answer_ = tlp->payload.length == 0 ? nobody : core::load_le<std::uint32_t>(tlp->payload.bytes().data());
        answered_.notify(to_sc_time(last_beat - now()));
    }

    pcie::TlpFactory& tlps_;
    sc_core::sc_event answered_;
    std::uint32_t answer_ = nobody;
};

MultiRootSwitchConfig two_roots_one_device() {
    MultiRootSwitchConfig config;
    config.roots = 2;
    config.devices.resize(1); // its master is root 0
    return config;
}

} // namespace

int sc_main(int /*argc*/, char** /*argv*/) {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS); // what rootpool's models count in

    // Pools first: whatever lives in them must be gone before they are.
    pcie::TlpFactory tlps;
    net::FramePool frames;
    WheelScheduler scheduler("scheduler");
    BusMaster server1("server1", tlps);
    BusMaster server2("server2", tlps);
    MultiRootSwitch pool("pool", scheduler, tlps, two_roots_one_device());
    Nic82599 nic("nic", {}, scheduler, tlps, frames);

    const LinkConfig gen2_x8;
    Link link1("link1", scheduler, gen2_x8);
    Link link2("link2", scheduler, gen2_x8);
    Link device_link("device_link", scheduler, gen2_x8);
    link1.connect(server1.port, pool.upstream_port(pcie::RootId{0}));
    link2.connect(server2.port, pool.upstream_port(pcie::RootId{1}));
    device_link.connect(pool.downstream_port(pooling::DeviceIndex{0}), nic.port());

    sc_core::sc_start(1, sc_core::SC_MS);
    return 0;
}
