#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rootpool/core/strong.h"
#include "rootpool/core/time.h"
#include "rootpool/core/timer_queue.h"
#include "rootpool/host/cpu_profile.h"
#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/fault_sources.h"
#include "rootpool/pcie/link_arithmetic.h"
#include "rootpool/pcie/types.h"
#include "rootpool/pooling/switch_stages.h"
#include "rootpool/scenario/units.h"

/// What a scenario script means, after every check: names are resolved to indices, units to SimTime, bits per second
/// and bytes, defaults are filled in. Nothing here has to be checked again. parse() in scenario/parse.h makes it.
namespace rootpool::scenario {

/// Index into Config::servers, Config::devices and Config::interfaces.
using ServerId = core::Strong<struct ServerIdKind, std::uint8_t>;
using DeviceId = core::Strong<struct DeviceIdKind, std::uint8_t>;
using InterfaceId = core::Strong<struct InterfaceIdKind, std::uint16_t>;

/// An IPv4 address in host byte order.
using Ipv4 = core::Strong<struct Ipv4Kind, std::uint32_t>;
[[nodiscard]] std::string to_string(Ipv4 address);

/// The prefix length of the network that all interfaces are in (10.0.<server>.<interface> unless the script gives
/// addresses).
inline constexpr unsigned network_prefix = 16;

/// What goes wrong on a link.
struct LinkFaults {
    pcie::BitErrorRate bit_error_rate = 0; ///< of both directions, each with errors of its own
    std::vector<pcie::ScriptedFault> down; ///< packets from the upstream component, each at most once
    std::vector<pcie::ScriptedFault> up;   ///< packets to it
    std::vector<TimeSpan> down_times;      ///< in order, without overlap

    [[nodiscard]] bool any() const noexcept {
        return bit_error_rate != 0 || !down.empty() || !up.empty() || !down_times.empty();
    }
};

struct LinkConfig {
    unsigned generation = 2;                                            ///< 1 to 5
    unsigned width = 8;                                                 ///< lanes: 1, 2, 4, 8, 16
    pcie::DllpAccounting dllp_accounting = pcie::DllpAccounting::exact; ///< the same for every link of a scenario
    SimTime latency{};     ///< first symbol out of one transaction layer to first symbol into the other
    pcie::Credits credits; ///< what the server's or device's own end advertises
    LinkFaults faults;
};

struct TcpConfig {
    std::uint64_t receive_buffer = 0; ///< bytes
    std::uint64_t send_buffer = 0;    ///< bytes
    bool timestamps = true;           ///< RFC 7323
    bool segmentation_offload = true; ///< the driver hands packets larger than the MSS to the device
};

struct ServerConfig {
    std::string name;
    host::CpuProfile cpu; ///< with the changes of cpu_profiles; `name` is that of the built-in profile it is based on
    std::uint64_t memory = 0;              ///< bytes
    unsigned max_payload = 0;              ///< bytes: largest payload that the root port supports
    unsigned read_completion_boundary = 0; ///< bytes: 64 or 128
    SimTime memory_latency{};              ///< from a read request at the root complex to its first data
    bool iommu = false;                    ///< its OS maps DMA buffers, at the cost of CpuProfile::map_buffer
    std::vector<TimeSpan> hold_credits;    ///< the root port returns none; in order, without overlap
    LinkConfig link;                       ///< of the root port
    TcpConfig tcp;
};

struct ErrataConfig {
    bool vf_capabilities_read_zero = true; ///< 82599 specification update, erratum 35
    bool vf_completer_id = true;           ///< 82599 specification update, erratum 36
    bool vf_flr_keeps_queues = true;       ///< 82599 specification update: VFLR leaves the queue registers as they are
};

enum class DeviceModel : std::uint8_t { intel_82599, dma_probe };

struct DeviceConfig {
    std::string name;
    DeviceModel model = DeviceModel::intel_82599;
    LinkConfig link;                ///< what the device can do
    std::optional<ServerId> attach; ///< the server whose root port it sits in; none: below the switch
    unsigned vfs = 0;               ///< VFs that the PF's driver enables, 0 to 63
    unsigned tags = 32; ///< non-posted requests that one function may have outstanding: up to 32, a DMA probe 256
    bool bar_prefetchable = false;
    bool ari = true; ///< the PF has the ARI capability
    ErrataConfig errata;
};

enum class ReturnRoute : std::uint8_t { completer_id, scoreboard };
enum class Interrupts : std::uint8_t { direct, translate };
enum class Tagging : std::uint8_t { reserved_bits, local_prefix };
enum class VfPlacement : std::uint8_t { functions };
enum class Arbiter : std::uint8_t { round_robin, weighted, age, strict_priority, byte_fair };

/// Of a server that the script gives no priority.
inline constexpr unsigned lowest_priority = 256;

struct SwitchConfig {
    pooling::SwitchStages stages; ///< of the profile, with the changes of the script
    pooling::Switching switching = pooling::Switching::store_and_forward;
    std::vector<ServerId> upstream;   ///< upstream port n (RootId n) is this server
    std::vector<DeviceId> downstream; ///< downstream port n is this device
    ServerId master;
    ReturnRoute return_route = ReturnRoute::scoreboard;
    Interrupts interrupts = Interrupts::direct;
    Tagging tagging = Tagging::reserved_bits;
    bool ari = false;
    VfPlacement vf_placement = VfPlacement::functions;
    Arbiter arbiter = Arbiter::round_robin;
    std::vector<unsigned> weights;    ///< by RootId, with Arbiter::weighted
    std::vector<unsigned> priorities; ///< by RootId, with Arbiter::strict_priority; the smaller goes first
    pcie::Credits upstream_credits;   ///< what each upstream port advertises to its server
    pcie::Credits downstream_credits; ///< what each downstream port advertises to its device
    pcie::Credits root_quota;         ///< of that, for the TLPs of one server
    pcie::Credits root_reserve;       ///< beside that, for each server
    SimTime fence_timeout{};          ///< 0: never

    /// The upstream port of a server, if it has one.
    [[nodiscard]] std::optional<pcie::RootId> root_of(ServerId server) const noexcept;
    [[nodiscard]] std::optional<unsigned> port_of(DeviceId device) const noexcept;
};

struct CableConfig {
    DeviceId a;
    DeviceId b;
    SimTime delay{}; ///< one way, of the length given or the delay given
};

/// A network interface that a server's operating system has at some time of the run: "<server>.pf", "<server>.vf<k>".
struct InterfaceConfig {
    std::string name;
    ServerId server;
    DeviceId device;
    std::optional<pcie::VfIndex> vf; ///< none: the physical function
    Ipv4 address;
};

// ---------------------------------------------------------------------------------------------------- timeline

struct PowerOn {
    std::vector<ServerId> servers;
};
/// VFs of one device, in ascending order, become functions of one server: VF vfs[k] is its next function.
struct Assign {
    DeviceId device;
    std::vector<pcie::VfIndex> vfs;
    ServerId to;
};
enum class Protocol : std::uint8_t { tcp, udp };
struct Iperf {
    std::string name;   ///< of its metrics: iperf.<name>.goodput
    InterfaceId client; ///< sends
    InterfaceId server; ///< receives
    SimTime duration{};
    Protocol protocol = Protocol::tcp;
    std::optional<std::uint64_t> rate; ///< bits per second that the client offers; none: as fast as it goes
    std::uint32_t size = 0;            ///< bytes: of one write (TCP), of one datagram (UDP)
    unsigned streams = 1;
};
struct Ping {
    std::string name;
    InterfaceId from;
    InterfaceId to;
    unsigned count = 0;
    SimTime interval{};
    unsigned size = 0; ///< bytes of data in the echo request
};
struct Copy {
    std::string name;
    InterfaceId from;
    InterfaceId to;
    std::uint64_t size = 0; ///< bytes
};
struct Lspci {
    ServerId server;
    std::string label; ///< lspci/<server>.<label>.txt and the metrics lspci.<label>.*
};
enum class PcieBenchOperation : std::uint8_t { write, read, read_write, read_latency };
/// Transfers of a DMA probe, of one size after the other: sizes first, first + step, ... up to last.
struct PcieBench {
    std::string name; ///< of its metrics, of data/<name>.csv and of plot/<name>.svg
    DeviceId device;
    PcieBenchOperation operation = PcieBenchOperation::write;
    unsigned first = 0; ///< bytes
    unsigned last = 0;  ///< bytes
    unsigned step = 0;  ///< bytes, above 0
    SimTime warm_up{};  ///< at each size: transfers run but are not measured
    SimTime duration{}; ///< at each size: measured

    [[nodiscard]] unsigned sizes() const noexcept { return (last - first) / step + 1; }
};
struct Wait {
    SimTime duration{};
};
struct Step;
/// All start at the same time; the next step of the timeline starts when the last of them has ended.
struct Parallel {
    std::vector<Step> steps;
};
struct Step {
    std::variant<PowerOn, Assign, Iperf, Ping, Copy, Lspci, PcieBench, Wait, Parallel> action;
    std::string where; ///< file:line:column of the script, for messages
};

// ------------------------------------------------------------------------------------------------ expectations

/// What a metric has to be. Numbers are in the base unit of the dimension (scenario/units.h).
struct Expectation {
    std::string metric;
    Dimension dimension = Dimension::count;
    std::optional<double> near;
    double within = 0; ///< with `near`: the largest difference that passes
    std::optional<double> equals;
    std::optional<double> min;
    std::optional<double> max;
    std::string condition; ///< as written: "near 9.39 Gb/s within 0.5 %"
    std::string source;    ///< where the number was published
    std::string where;     ///< file:line:column
};

/// How the simulator works, which changes nothing but its speed.
struct SimulationConfig {
    core::TimerQueue timers = core::TimerQueue::wheel;
    bool look_ahead = true; ///< links decide in advance what nothing can change any more
};

struct Config {
    std::string name;
    std::string description;
    std::uint64_t seed = 1;
    SimulationConfig simulation;
    SimTime watchdog{}; ///< the longest time that TLPs may wait while none moves; 0: any
    std::vector<ServerConfig> servers;
    std::vector<DeviceConfig> devices;
    std::optional<SwitchConfig> multi_root_switch;
    std::vector<CableConfig> cables;
    /// Every interface of the run; those of VFs appear when their Assign step has been done.
    std::vector<InterfaceConfig> interfaces;
    std::vector<Step> timeline;
    std::vector<Expectation> expectations;

    [[nodiscard]] const ServerConfig& server(ServerId id) const { return servers.at(id.index()); }
    [[nodiscard]] const DeviceConfig& device(DeviceId id) const { return devices.at(id.index()); }
    [[nodiscard]] const InterfaceConfig& interface(InterfaceId id) const { return interfaces.at(id.index()); }
};

} // namespace rootpool::scenario
