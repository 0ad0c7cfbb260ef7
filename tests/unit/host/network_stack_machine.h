#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rootpool/host/host_memory.h"
#include "rootpool/host/network_stack.h"
#include "rootpool/host/receive_pool.h"
#include "rootpool/net/byte_pattern.h"
#include "rootpool/net/checksum.h"
#include "rootpool/net/ethernet.h"
#include "rootpool/net/frame.h"
#include "rootpool/net/ipv4.h"
#include "rootpool/net/tcp_header.h"

/// Two kernels' network stacks, back to back over a small network interface that cuts and sums as an 82599 does, in an
/// event loop.
namespace rootpool::host::test {

using Bytes = std::vector<std::uint8_t>;

class EventLoop {
public:
    [[nodiscard]] SimTime now() const { return now_; }
    void at(SimTime time, std::function<void()> what) { events_.emplace(std::max(time, now_), std::move(what)); }
    void run_until(SimTime end) {
        while (!events_.empty() && events_.begin()->first <= end) {
            now_ = events_.begin()->first;
            const auto what = std::move(events_.begin()->second);
            events_.erase(events_.begin());
            what();
        }
        now_ = end;
    }

private:
    SimTime now_{0};
    std::multimap<SimTime, std::function<void()>> events_; ///< of one time: in the order they were added
};

/// What happens to a frame on the wire.
struct Fate {
    bool lost = false;
    SimTime delay{0};
};

struct CapturedFrame {
    SimTime time;
    Bytes bytes;
};

class TestNic final : public NetDevice {
public:
    TestNic(EventLoop& loop, HostMemory& memory, ReceivePool& pool, std::uint8_t number)
        : loop_(loop), memory_(memory), pool_(pool), mac_{0x02, 0, 0, 0, 0, number} {}

    // set by the test
    TestNic* peer = nullptr;
    std::function<void()> interrupt;
    std::function<Fate(const Bytes&)> wire = [](const Bytes&) { return Fate{}; };
    SimTime latency = 5us;
    SimTime interrupt_delay = 10us;
    std::size_t ring = 512;
    bool checks_checksums = true; ///< marks received packets as good; else the stack has to look itself
    bool up = true;
    bool stopped = false; ///< descriptors are taken, nothing is read
    std::vector<CapturedFrame>* capture = nullptr;
    std::vector<TxPacket> given; ///< every packet that the stack handed over

    [[nodiscard]] MacAddress mac() const noexcept override { return mac_; }
    [[nodiscard]] bool link_up() const noexcept override { return up; }
    bool transmit(const TxPacket& packet) override {
        if (in_ring_ == ring) {
            return false;
        }
        ++in_ring_;
        given.push_back(packet);
        if (!stopped) {
            read_packet(packet);
        }
        return true;
    }
    [[nodiscard]] bool receive_pending() const override { return !received_.empty(); }
    [[nodiscard]] bool transmit_done_pending() const override { return !done_.empty(); }
    unsigned poll_receive(unsigned budget, NetDeviceClient& client) override {
        unsigned count = 0;
        for (; count < budget && !received_.empty(); ++count) {
            const RxPacket packet = received_.front();
            received_.pop_front();
            client.on_received(packet);
        }
        return count;
    }
    unsigned poll_transmit_done(NetDeviceClient& client) override {
        unsigned count = 0;
        for (; !done_.empty(); ++count) {
            const std::uint64_t cookie = done_.front();
            done_.pop_front();
            --in_ring_;
            client.on_transmitted(cookie);
        }
        return count;
    }
    void polling_done() override {}

    /// A frame from the wire.
    void receive(const Bytes& frame) {
        if (!pool_.available()) {
            ++missed;
            return;
        }
        RxPacket packet;
        packet.buffer = pool_.take();
        packet.length = static_cast<std::uint16_t>(frame.size());
        memory_.write(packet.buffer, frame);
        packet.ipv4_checksum_ok = packet.l4_checksum_ok = checks_checksums;
        received_.push_back(packet);
        raise();
    }
    unsigned missed = 0;

private:
    void raise() {
        if (!raised_) {
            raised_ = true;
            loop_.at(loop_.now() + interrupt_delay, [this] {
                raised_ = false;
                interrupt();
            });
        }
    }
    void read_packet(const TxPacket& packet) {
        Bytes bytes;
        for (unsigned i = 0; i < packet.fragment_count; ++i) {
            Bytes piece(packet.fragments[i].length);
            memory_.read(packet.fragments[i].address, piece);
            bytes.insert(bytes.end(), piece.begin(), piece.end());
        }
        for (Bytes& frame : cut(packet, bytes)) {
            send_frame(std::move(frame));
        }
        loop_.at(wire_free_, [this, cookie = packet.cookie] {
            done_.push_back(cookie);
            raise();
        });
    }
    void send_frame(Bytes frame) {
        frame.resize(std::max<std::size_t>(frame.size(), net::minimum_frame_bytes));
        const auto wire_bytes = static_cast<std::int64_t>(frame.size()) + 24;
        const SimTime start = std::max(wire_free_, loop_.now());
        wire_free_ = start + wire_bytes * byte_time_;
        if (capture != nullptr) {
            capture->push_back({start, frame});
        }
        const Fate fate = wire(frame);
        if (!fate.lost) {
            loop_.at(wire_free_ + latency + fate.delay, [this, frame = std::move(frame)] { peer->receive(frame); });
        }
    }
    /// Segmentation and checksums from what the stack put into the headers (82599 datasheet 7.2.4).
    [[nodiscard]] static std::vector<Bytes> cut(const TxPacket& packet, const Bytes& bytes) {
        const std::size_t headers = std::size_t{packet.mac_length} + packet.ip_length + packet.l4_length;
        const std::size_t data = bytes.size() - std::min(headers, bytes.size());
        std::vector<Bytes> frames;
        if (packet.mss == 0) {
            frames.push_back(bytes);
            if (packet.l4_checksum) {
                complete(frames.back(), packet);
            }
            return frames;
        }
        for (std::size_t offset = 0; offset < data; offset += packet.mss) {
            const std::size_t length = std::min<std::size_t>(packet.mss, data - offset);
            Bytes frame(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(headers));
            const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(headers + offset);
            frame.insert(frame.end(), from, from + static_cast<std::ptrdiff_t>(length));
            std::uint8_t* ip = &frame[packet.mac_length];
            std::uint8_t* tcp = ip + packet.ip_length;
            core::store_be(ip + 2, static_cast<std::uint16_t>(frame.size() - packet.mac_length));
            core::store_be(ip + 4, static_cast<std::uint16_t>(core::load_be<std::uint16_t>(ip + 4) + frames.size()));
            core::store_be(ip + 10, net::Checksum().add(core::ByteView(ip, packet.ip_length)).value());
            core::store_be(tcp + 4, static_cast<std::uint32_t>(core::load_be<std::uint32_t>(tcp + 4) + offset));
            if (offset + length < data) {
                tcp[13] &= 0xF6; // FIN and PSH only in the last one
            }
            // the seed of the driver lacks the length
            const auto seed = net::Checksum()
                                  .add(core::load_be<std::uint16_t>(tcp + 16))
                                  .add(static_cast<std::uint16_t>(packet.l4_length + length));
            core::store_be(tcp + 16, seed.sum());
            complete(frame, packet);
            frames.push_back(std::move(frame));
        }
        return frames;
    }
    static void complete(Bytes& frame, const TxPacket& packet) {
        const std::size_t l4 = std::size_t{packet.mac_length} + packet.ip_length;
        const std::size_t field = l4 + (packet.l4_is_tcp ? 16 : 6);
        const core::ByteView message = core::ByteView(frame).subspan(l4);
        const std::uint16_t value = net::Checksum().add(message).value();
        core::store_be(&frame[field], value == 0 && !packet.l4_is_tcp ? std::uint16_t{0xFFFF} : value);
    }

    static constexpr SimTime byte_time_{800'000}; ///< 10 Gb/s

    EventLoop& loop_;
    HostMemory& memory_;
    ReceivePool& pool_;
    MacAddress mac_;
    SimTime wire_free_{0};
    std::size_t in_ring_ = 0;
    bool raised_ = false;
    std::deque<RxPacket> received_;
    std::deque<std::uint64_t> done_;
};

/// One server: memory, stack, interface. Polls like NAPI.
class Machine final : private NetDeviceClient {
public:
    Machine(EventLoop& loop, std::uint8_t number, const StackParameters& parameters = {})
        : loop_(loop), pool(dma_, 4096), stack(memory, dma_, pool, parameters, number), nic(loop, memory, pool, number),
          address(0x0A00'0000U + number) {
        nic.interrupt = [this] { poll(); };
        interface = stack.add_interface(nic, address, net::Ipv4Address(0xFFFF'FF00U));
    }

    /// After a call into the stack.
    void arm() {
        const SimTime deadline = stack.next_deadline();
        if (deadline < armed_) {
            armed_ = deadline;
            loop_.at(deadline, [this, deadline] {
                if (armed_ == deadline) {
                    armed_ = core::never;
                    stack.on_timer(loop_.now());
                    arm();
                }
            });
        }
    }
    void poll() {
        nic.poll_transmit_done(*this);
        while (nic.poll_receive(64, *this) != 0) {
            stack.flush_receive(interface, loop_.now());
        }
        arm();
    }
    void on_received(const RxPacket& packet) override { stack.on_received(interface, packet, loop_.now()); }
    void on_transmitted(std::uint64_t cookie) override { stack.on_transmitted(cookie, loop_.now()); }

private:
    EventLoop& loop_;
    DmaAllocator dma_{2U << 20U, 96U << 20U};
    SimTime armed_ = core::never;

public:
    HostMemory memory{96U << 20U};
    ReceivePool pool;
    NetworkStack stack;
    TestNic nic;
    net::Ipv4Address address;
    InterfaceId interface;
};

/// Writes a pattern as fast as the socket takes it.
class Writer final : public SocketObserver {
public:
    Writer(EventLoop& loop, Machine& machine, std::uint64_t total, std::uint64_t seed = 1)
        : bytes(total), loop_(loop), machine_(machine), pattern_(seed) {}

    void connect(net::Endpoint to) {
        socket = machine_.stack.tcp_connect(to, this, loop_.now());
        machine_.arm();
    }
    void write() {
        while (written < bytes) {
            const core::MutableByteView view = socket->send_view();
            const auto part =
                static_cast<std::uint32_t>(std::min<std::uint64_t>({view.size(), bytes - written, chunk}));
            if (part == 0) {
                break;
            }
            pattern_.fill(written, view.first(part));
            written += part;
            socket->commit_send(part, loop_.now());
        }
        if (written == bytes && close_at_end) {
            socket->close(loop_.now());
        }
        machine_.arm();
    }
    void on_connected(TcpSocket& connected) override {
        connected_at = loop_.now();
        socket = &connected;
        write();
    }
    void on_writable(TcpSocket&) override { write(); }
    void on_closed(TcpSocket& closed, net::TcpCloseReason why) override {
        reason = why;
        counters = closed.counters();
        closed_at = loop_.now();
        closed.close(loop_.now());
        socket = nullptr;
    }

    std::uint64_t bytes;
    std::uint64_t written = 0;
    std::uint32_t chunk = 128U << 10U;
    bool close_at_end = true;
    TcpSocket* socket = nullptr;
    std::optional<net::TcpCloseReason> reason;
    net::TcpCounters counters;
    SimTime connected_at{0};
    SimTime closed_at{0};

private:
    EventLoop& loop_;
    Machine& machine_;
    net::BytePattern pattern_;
};

/// Listens, reads everything at once (unless told to wait) and compares it with the pattern.
class Reader final : public SocketObserver {
public:
    Reader(EventLoop& loop, Machine& machine, std::uint16_t port, std::uint64_t seed = 1)
        : loop_(loop), machine_(machine), pattern_(seed) {
        machine.stack.tcp_listen(port, *this);
    }

    void on_accepted(TcpSocket& accepted) override {
        socket = &accepted;
        accepted.set_observer(this);
    }
    void on_readable(TcpSocket&) override {
        if (reading) {
            read();
        }
    }
    void read(std::uint32_t maximum = 1U << 30U) {
        socket->receive(maximum, core::Delegate<void(core::ByteView)>::to<&Reader::take>(*this), loop_.now());
        last_byte_at = loop_.now();
        if (socket->end_of_stream()) {
            socket->close(loop_.now());
        }
        machine_.arm();
    }
    void on_closed(TcpSocket& closed, net::TcpCloseReason why) override {
        reason = why;
        counters = closed.counters();
        closed.close(loop_.now());
        socket = nullptr;
    }

    TcpSocket* socket = nullptr;
    bool reading = true;
    std::uint64_t received = 0;
    std::uint64_t wrong = 0;
    std::optional<net::TcpCloseReason> reason;
    net::TcpCounters counters;
    SimTime last_byte_at{0};

private:
    void take(core::ByteView bytes) {
        wrong += pattern_.mismatches(received, bytes);
        received += bytes.size();
    }

    EventLoop& loop_;
    Machine& machine_;
    net::BytePattern pattern_;
};

/// Two machines with a cable.
struct Pair {
    explicit Pair(const StackParameters& first = {}, const StackParameters& second = {})
        : a(loop, 1, first), b(loop, 2, second) {
        a.nic.peer = &b.nic;
        b.nic.peer = &a.nic;
    }
    EventLoop loop;
    Machine a;
    Machine b;
};

/// Fields of a TCP frame; empty for others.
struct TcpView {
    net::Ipv4Header ip;
    net::TcpHeader tcp;
    std::size_t data = 0;
};
[[nodiscard]] inline std::optional<TcpView> tcp_view(const Bytes& frame) {
    const auto ethernet = net::EthernetHeader::parse(frame);
    if (!ethernet || ethernet->type != net::EtherType::ipv4) {
        return std::nullopt;
    }
    const core::ByteView bytes = core::ByteView(frame).subspan(net::EthernetHeader::size);
    const auto ip = net::Ipv4Header::parse(bytes);
    if (!ip || ip->protocol != net::IpProtocol::tcp) {
        return std::nullopt;
    }
    const auto tcp = net::TcpHeader::parse(bytes.subspan(ip->header_length, ip->data_length()));
    return tcp ? std::optional(TcpView{*ip, *tcp, ip->data_length() - tcp->header_length}) : std::nullopt;
}

} // namespace rootpool::host::test
