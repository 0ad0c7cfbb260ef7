#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/core/wheel_scheduler.h"
#include "models/pcie/link.h"
#include "models/pooling/multi_root_switch.h"

/// A multi-root switch between roots and a device that only send and record: everything that tests see went over links
/// as TLPs.
namespace rootpool::models::test {

struct Received {
    pcie::TlpPtr tlp;
    SimTime first_beat;
    SimTime last_beat;
    [[nodiscard]] std::uint32_t value(std::size_t dword = 0) const;
};

/// How a memory read is answered.
enum class AnswerFate : std::uint8_t { complete, unsupported, aborted, poisoned, late };

/// The link end of a fake component: answers memory reads from `memory`, records everything else.
class FakeComponent : public PortOwner {
public:
    FakeComponent(const char* name, pcie::TlpFactory& factory, const pcie::Credits& credits);

    void send(const pcie::TlpHeader& header, std::uint32_t value = 0, SimTime at = SimTime{0});
    void release_posted();
    /// What this component answers to a memory read of the dword at an address.
    std::function<std::uint32_t(std::uint64_t address)> memory = [](std::uint64_t) { return 0U; };

    /// What becomes of memory reads of an address; empty: all are completed.
    std::function<AnswerFate(std::uint64_t address)> fate;
    /// Answers those that were to be late.
    void answer_late();

    Port port;
    /// Keeps the place of a request in the receive buffer until its completion is on the wire.
    bool holds_requests = false;
    bool holds_posted = false;  ///< keeps the places of posted requests
    std::function<void()> room; ///< called when a TLP has started on the wire; may be empty
    std::uint64_t received = 0;
    bool records = true;           ///< what comes; else it is only counted, and nothing is answered
    std::deque<Received> requests; ///< posted and non-posted, in order of arrival
    std::deque<Received> completions;

protected:
    void on_tlp(Port& from, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override;
    void on_room(Port& /*port*/) override {
        release_answered();
        if (room) {
            room();
        }
    }
    void explain_waits(const Port& at, pcie::WaitGraph& graph) const override;
    void release_answered();
    virtual void answer(const pcie::Tlp& request, SimTime at);
    /// A memory read, in as many completions as its address and the maximum payload make.
    void complete(const pcie::Tlp& request, pcie::Bdf completer, SimTime at);
    void reply(const pcie::Tlp& request, pcie::Bdf completer, std::optional<std::uint32_t> first_dword, SimTime at);

    pcie::TlpFactory& factory_;
    /// Of requests that are answered late.
    std::vector<std::pair<pcie::TlpHeader, std::uint32_t>> late_;

private:
    std::deque<pcie::TlpPtr> held_; ///< requests whose completions have not all started
    std::deque<pcie::TlpPtr> held_posted_;
};

/// An SR-IOV device with the parts of an 82599's configuration space that the switch looks at, errata 35 and 36
/// included.
class FakeDevice : public FakeComponent {
public:
    FakeDevice(const char* name, pcie::TlpFactory& factory, const pcie::Credits& credits);

    std::function<void(unsigned vf)> function_reset; ///< called for each of a VF; may be empty
    std::function<void()> reset; ///< called when the link goes down or the physical function is reset; may be empty

    [[nodiscard]] pcie::Bdf vf(unsigned index) const {
        return pcie::Bdf(static_cast<std::uint16_t>(pf_.routing_id() + 0x80U + 2 * index));
    }

private:
    static constexpr unsigned vfs = 64;
    void answer(const pcie::Tlp& request, SimTime at) override;
    void on_link_down(Port& port) override;
    void reset_all();
    void reset_function(std::optional<unsigned> vf_index); ///< none: the physical function
    [[nodiscard]] std::uint32_t read_pf(std::uint16_t offset) const;
    [[nodiscard]] std::uint32_t read_vf(unsigned index, std::uint16_t offset) const;
    [[nodiscard]] std::optional<unsigned> vf_index(pcie::Bdf function) const;

    pcie::Bdf pf_;
    std::unordered_map<std::uint16_t, std::uint32_t> pf_registers_;
    std::vector<std::unordered_map<std::uint16_t, std::uint32_t>> vf_registers_;
};

struct PlatformConfig {
    unsigned roots = 3;
    std::string return_route = "scoreboard";
    std::string interrupts = "direct";
    std::string profile = "fpga-prototype";
    std::optional<SwitchTiming> timing = {}; ///< instead of the profile's
    pooling::Switching switching = pooling::Switching::store_and_forward;
    std::string arbiter = "round_robin";
    std::vector<unsigned> weights = {};
    std::vector<unsigned> priorities = {};
    bool ari = false;
    SimTime link_latency = 0ns;
    pcie::OrderingPolicy ordering = pcie::OrderingPolicy::table; ///< of links and switch
    pcie::Credits root_credits = MultiRootSwitchConfig::default_credits();
    pcie::Credits device_credits = MultiRootSwitchConfig::default_credits();
    pcie::Credits root_quota = MultiRootSwitchConfig::default_root_credits();
    pcie::Credits root_reserve = MultiRootSwitchConfig::default_root_credits();
    SimTime fence_timeout = 200us;
    std::uint32_t window_upper = 0; ///< upper dword of the addresses of windows and BARs
};

class PooledPlatform {
public:
    static constexpr pcie::RootId master{0};
    static constexpr std::uint32_t master_window = 0xD000'0000;
    static constexpr std::uint32_t slave_window = 0xE000'0000;
    static constexpr std::uint64_t vf_bytes = 0x4000;
    static constexpr pcie::Bdf slot{3, 0, 0}; ///< function 0 below the downstream bridge, in every root

    PooledPlatform(const std::string& name, const PlatformConfig& config);

    /// Sends a request of `root` and runs the simulation until its completion is there.
    Received ask(unsigned root, const pcie::TlpHeader& header, std::uint32_t value = 0);
    std::uint32_t config_read(unsigned root, pcie::Bdf target, std::uint16_t offset);
    void config_write(unsigned root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value,
                      std::uint8_t byte_enables = 0xF);

    /// Bus numbers, windows, memory and bus mastering of the bridges of one root.
    void enumerate_bridges(unsigned root);
    /// The master sizes and places the VF BARs and enables VFs.
    void enable_vfs(std::uint16_t count);
    /// The slave places the BARs of one function of its slot at slave_window + function * 32 KB.
    void map_function(unsigned root, std::uint8_t function);
    /// All of that: VF `root` - 1 lent to every slave.
    void bring_up();
    /// What the roots' software does after a reset of everything.
    void set_up_again();

    void watch(Watchdog& watchdog);

    static void run_for(SimTime duration) { KernelTime::run_for(duration); }
    /// Those of the roots, then that of the device.
    [[nodiscard]] Link& link(std::size_t index) { return *links_.at(index); }
    /// Works off the Acks and UpdateFCs that were sent meanwhile.
    void settle_links() {
        for (const auto& link : links_) {
            static_cast<void>(link->down());
        }
    }

    pcie::TlpFactory factory;
    WheelScheduler scheduler;
    MultiRootSwitch multi_root_switch;
    std::vector<std::unique_ptr<FakeComponent>> roots;
    FakeDevice device;

private:
    std::uint32_t window_upper_;
    std::vector<std::unique_ptr<Link>> links_;
    std::uint16_t last_tag_ = 0;
};

[[nodiscard]] pcie::TlpHeader memory_request(pcie::TlpKind kind, pcie::Bdf requester, std::uint64_t address,
                                             std::uint16_t length_dw = 1, pcie::Tag tag = {});
[[nodiscard]] pcie::TlpHeader config_request(pcie::TlpKind kind, pcie::Bdf target, std::uint16_t offset);

} // namespace rootpool::models::test
