#pragma once

#include <gtest/gtest.h>
#include <numeric>
#include <string>
#include <vector>

#include "fake_root.h"
#include "models/core/wheel_scheduler.h"
#include "models/net/cable.h"
#include "models/nic/nic_82599.h"
#include "models/pcie/link.h"
#include "rootpool/nic/descriptors.h"
#include "rootpool/nic/packet.h"
#include "tests/model/damage_trigger.h"

namespace rootpool::models::test {

namespace reg = nic::reg;
namespace vf_reg = nic::vf_reg;

using Bytes = std::vector<std::uint8_t>;

inline void run_for(SimTime time) { KernelTime::run_for(time); }

/// One server with one 82599: what a PF driver and VF drivers do, by TLPs only.
class Server {
public:
    static constexpr unsigned vfs = 4;
    static constexpr pcie::Bdf pf{1, 0, 0};
    static constexpr std::uint64_t bar0 = 0xC000'0000;
    static constexpr std::uint64_t bar4 = 0xC010'0000;
    static constexpr std::uint64_t vf_bar0 = 0xD000'0000;
    static constexpr std::uint64_t vf_bar3 = 0xD010'0000;
    static constexpr unsigned ring_length = 64;
    static constexpr std::uint32_t rx_buffer_bytes = 2048;

    Server(const std::string& name, Scheduler& scheduler, pcie::TlpFactory& tlps, net::FramePool& frames)
        : root((name + "_root").c_str(), scheduler, tlps), link((name + "_link").c_str(), scheduler, LinkConfig{}),
          device(name.c_str(), Nic82599Config{}, scheduler, tlps, frames), number_(name.back() - '0') {
        link.connect(root.port, device.port());
        link.set_faults(&to_device, &from_device);
    }

    DamageTrigger to_device;
    DamageTrigger from_device;
    FakeRoot root;
    Link link;
    Nic82599 device;

    static pcie::Bdf vf_id(unsigned n) { return pcie::Bdf(static_cast<std::uint16_t>(pf.routing_id() + 128 + 2 * n)); }
    nic::MacAddress mac(unsigned n) const {
        return {2, 0, 0, static_cast<std::uint8_t>(number_), 0, static_cast<std::uint8_t>(0x10 + n)};
    }

    void write(std::uint32_t offset, std::uint32_t value) { root.write32(bar0 + offset, value); }
    std::uint32_t read(std::uint32_t offset) { return root.read32(bar0 + offset); }
    void write_vf(unsigned n, std::uint32_t offset, std::uint32_t value) {
        root.write32(vf_bar0 + n * nic::vf_register_space_bytes + offset, value);
    }
    std::uint32_t read_vf(unsigned n, std::uint32_t offset) {
        return root.read32(vf_bar0 + n * nic::vf_register_space_bytes + offset);
    }

    /// From power-on to four VFs with one queue pair each, interrupts unmasked.
    void bring_up() {
        root.silent = false;
        root.scramble = false;
        root.read_latency = 300ns;
        device.conventional_reset();
        run_for(10us);
        enable_functions();
        enable_pf();
        for (unsigned n = 0; n < vfs; ++n) {
            start_vf(n);
        }
        run_for(10us);
        root.interrupts.clear();
        root.reads_from.clear();
        root.writes_from.clear();
        root.most_outstanding.clear();
    }

    void enable_functions() {
        root.config_write(pf, 0x10, static_cast<std::uint32_t>(bar0));
        root.config_write(pf, 0x20, static_cast<std::uint32_t>(bar4));
        root.config_write(pf, 0xA8, 0x2830); // MPS 256, MRRS 512
        root.config_write(pf, 0x168, 0x10);
        root.config_write(pf, 0x170, vfs);
        root.config_write(pf, 0x184, static_cast<std::uint32_t>(vf_bar0));
        root.config_write(pf, 0x190, static_cast<std::uint32_t>(vf_bar3));
        root.config_write(pf, 0x168, 0x19);
        root.config_write(pf, 0x04, 0x6);
    }

    void enable_pf() {
        write(reg::GCR_EXT, nic::GCR_EXT_VT_MODE_64 | nic::GCR_EXT_MSIX_EN);
        write(reg::VT_CTL, nic::VT_CTL_VT_ENA | nic::VT_CTL_REPLEN | vfs << nic::VT_CTL_DEF_PL_SHIFT);
        write(reg::GPIE, nic::GPIE_MSIX_MODE | nic::GPIE_EIAME);
        write(reg::FCTRL, nic::FCTRL_BAM);
        write(reg::PFDTXGSWC, nic::PFDTXGSWC_LBEN);
        for (unsigned n = 0; n < vfs; ++n) {
            const std::uint64_t number = nic::mac_number(mac(n).data());
            write(reg::RAL(n), static_cast<std::uint32_t>(number));
            write(reg::MPSAR_LO(n), 1U << n);
            write(reg::RAH(n), static_cast<std::uint32_t>(number >> 32U) | nic::RAH_AV);
            write(reg::VMOLR(n), nic::VMOLR_BAM | nic::VMOLR_AUPE);
        }
        write(reg::VFRE(0), 0xF);
        write(reg::VFTE(0), 0xF);
        write(reg::DMATXCTL, 0x8100'0004U | nic::DMATXCTL_TE);
        write(reg::RXCTRL, nic::RXCTRL_RXEN);
        write(reg::CTRL_EXT, nic::CTRL_EXT_PFRSTD);
    }

    void start_vf(unsigned n) {
        root.config_write(vf_id(n), 0x04, 0x4);
        root.config_write(vf_id(n), 0x70, 0x8000'0000);
        for (unsigned v = 0; v < nic::vf_vector_count; ++v) {
            const std::uint64_t entry = vf_bar3 + n * nic::msix_space_bytes + std::uint64_t{16} * v;
            root.write32(entry, static_cast<std::uint32_t>(FakeRoot::interrupt_window));
            root.write32(entry + 8, interrupt_data(n, v));
            root.write32(entry + 12, 0);
        }
        write_vf(n, vf_reg::VTIVAR(0), nic::IVAR_VALID | (nic::IVAR_VALID | 1U) << 8U); // Rx vector 0, Tx vector 1
        write_vf(n, vf_reg::VTEIMS, 0x7);
        start_tx(n);
        start_rx(n, nic::SRRCTL_DROP_EN);
    }

    void start_tx(unsigned n) {
        const std::uint32_t at = vf_reg::TX_QUEUE(0);
        write_vf(n, at + nic::queue::TXDCTL, 0);
        write_vf(n, at + nic::queue::TDBAL, static_cast<std::uint32_t>(tx_ring(n)));
        write_vf(n, at + nic::queue::TDLEN, ring_length * nic::descriptor_bytes);
        write_vf(n, at + nic::queue::TDH, 0);
        write_vf(n, at + nic::queue::TDT, 0);
        write_vf(n, at + nic::queue::TXDCTL, nic::TXDCTL_ENABLE | 32U);
        std::fill_n(root.memory.begin() + static_cast<std::ptrdiff_t>(tx_ring(n)), ring_length * nic::descriptor_bytes,
                    0);
        tx_next[n] = 0;
    }

    void start_rx(unsigned n, std::uint32_t srrctl_bits, unsigned filled = ring_length - 1) {
        const std::uint32_t at = vf_reg::RX_QUEUE(0);
        write_vf(n, at + nic::queue::RXDCTL, 0);
        write_vf(n, at + nic::queue::SRRCTL, nic::SRRCTL_DESCTYPE_ADV_ONEBUF | rx_buffer_bytes / 1024 | srrctl_bits);
        write_vf(n, at + nic::queue::RDBAL, static_cast<std::uint32_t>(rx_ring(n)));
        write_vf(n, at + nic::queue::RDLEN, ring_length * nic::descriptor_bytes);
        write_vf(n, at + nic::queue::RDH, 0);
        write_vf(n, at + nic::queue::RDT, 0);
        for (unsigned i = 0; i < ring_length; ++i) {
            give_rx_buffer(n, i);
        }
        write_vf(n, at + nic::queue::RXDCTL, nic::RXDCTL_ENABLE);
        write_vf(n, at + nic::queue::RDT, filled);
        rx_next[n] = 0;
    }
    void give_rx_buffer(unsigned n, unsigned index) {
        nic::encode(nic::RxReadDescriptor{rx_buffer(n, index), 0}, root.memory.data() + rx_ring(n) + index * 16U);
    }

    // --- memory map of a VF's software: 1 MiB each
    static std::uint64_t base(unsigned n) { return (std::uint64_t{n} + 1) << 20U; }
    static std::uint64_t tx_ring(unsigned n) { return base(n); }
    static std::uint64_t rx_ring(unsigned n) { return base(n) + 0x1000; }
    static std::uint64_t tx_buffer(unsigned n) { return base(n) + 0x1'0000; }
    static std::uint64_t rx_buffer(unsigned n, unsigned index) {
        return base(n) + 0x8'0000 + std::uint64_t{rx_buffer_bytes} * index;
    }
    static std::uint32_t interrupt_data(unsigned n, unsigned vector) { return n << 8U | vector; }

    // --- transmit
    std::uint8_t* tx_descriptor(unsigned n, unsigned index) {
        return root.memory.data() + tx_ring(n) + index % ring_length * 16U;
    }
    void push(unsigned n, const nic::TxDataDescriptor& descriptor) {
        nic::encode(descriptor, tx_descriptor(n, tx_next[n]++));
    }
    void push(unsigned n, const nic::TxContextDescriptor& descriptor) {
        nic::encode(descriptor, tx_descriptor(n, tx_next[n]++));
    }
    void ring_doorbell(unsigned n) { write_vf(n, vf_reg::TX_QUEUE(0) + nic::queue::TDT, tx_next[n] % ring_length); }
    /// Puts the frame at `offset` of the VF's transmit memory and a descriptor for it on the ring; no doorbell.
    void queue_frame(unsigned n, const Bytes& frame, std::uint64_t offset) {
        std::copy(frame.begin(), frame.end(), root.memory.begin() + static_cast<std::ptrdiff_t>(tx_buffer(n) + offset));
        push(n, {.buffer = tx_buffer(n) + offset,
                 .length = static_cast<std::uint16_t>(frame.size()),
                 .command = nic::tx_command::EOP | nic::tx_command::IFCS | nic::tx_command::RS,
                 .payload_length = static_cast<std::uint32_t>(frame.size())});
    }
    bool tx_done(unsigned n, unsigned index) { return nic::descriptor_done_tx(tx_descriptor(n, index)); }

    // --- receive
    struct Received {
        nic::RxWriteBack descriptor;
        Bytes bytes;
    };
    /// The next received frame; nothing if there is none.
    std::optional<Received> take(unsigned n) {
        const unsigned index = rx_next[n] % ring_length;
        const std::uint8_t* at = root.memory.data() + rx_ring(n) + index * 16U;
        if (!nic::descriptor_done_rx(at)) {
            return std::nullopt;
        }
        Received received{nic::decode_rx_write_back(at), {}};
        const auto from = root.memory.begin() + static_cast<std::ptrdiff_t>(rx_buffer(n, index));
        received.bytes.assign(from, from + received.descriptor.length);
        give_rx_buffer(n, index);
        ++rx_next[n];
        write_vf(n, vf_reg::RX_QUEUE(0) + nic::queue::RDT, (rx_next[n] + ring_length - 1) % ring_length);
        return received;
    }

    std::array<unsigned, vfs> tx_next{};
    std::array<unsigned, vfs> rx_next{};

private:
    int number_;
};

/// What the MACs showed.
class FrameRecorder : public net::FrameObserver {
public:
    struct Sighting {
        net::EthernetPortId port;
        net::FrameDirection direction;
        SimTime at;
        std::size_t bytes;
    };
    net::EthernetPortId add_port(const std::string& /*name*/) override { return net::EthernetPortId(ports_++); }
    void on_frame(net::EthernetPortId port, net::FrameDirection direction, SimTime at,
                  const net::Frame& frame) override {
        sightings.push_back({port, direction, at, frame.bytes.size()});
    }
    std::vector<Sighting> sightings;

private:
    std::uint16_t ports_ = 0;
};

inline Bytes make_frame(const nic::MacAddress& to, const nic::MacAddress& from, std::size_t bytes, unsigned seed = 0) {
    Bytes frame(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
        frame[i] = static_cast<std::uint8_t>(i * 13 + seed * 101 + i / 256);
    }
    std::copy(to.begin(), to.end(), frame.begin());
    std::copy(from.begin(), from.end(), frame.begin() + 6);
    core::store_be<std::uint16_t>(frame.data() + 12, 0x88B5); // local experimental ethertype
    return frame;
}

/// Two servers, their devices joined by a cable. SystemC elaborates once: all tests of an executable share it and begin
/// with bring_up().
class NicPlatform : public testing::Test {
protected:
    struct Platform {
        pcie::TlpFactory tlps;
        net::FramePool frames;
        WheelScheduler scheduler{"scheduler"};
        Server a{"nic0", scheduler, tlps, frames};
        Server b{"nic1", scheduler, tlps, frames};
        Cable cable{"cable"};
        FrameRecorder recorder;
        Platform() {
            cable.connect(a.device, b.device);
            a.device.observe(recorder, "nic0-0");
            b.device.observe(recorder, "nic1-0");
        }
    };
    static Platform& platform() {
        static Platform instance;
        return instance;
    }

    Server& a = platform().a;
    Server& b = platform().b;
    pcie::TlpFactory& tlps = platform().tlps;
    FrameRecorder& recorder = platform().recorder;

    void SetUp() override {
        a.bring_up();
        b.bring_up();
        recorder.sightings.clear();
    }
    void TearDown() override {
        a.device.check_frames_accounted();
        b.device.check_frames_accounted();
    }
};

} // namespace rootpool::models::test
