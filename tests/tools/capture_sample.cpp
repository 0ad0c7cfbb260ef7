// Writes captures with known content for the judges of tools_test.py: capture_sample FOLDER
//
// sample/tlp.pcapng holds one TLP of every kind, sample/nic0-0.pcapng two frames, aliases/tlp.pcapng random reads of
// two roots with few different identities; what the alias monitor counted among them goes to stdout.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <vector>

#include "rootpool/observe/alias_monitor.h"
#include "rootpool/observe/frame_capture.h"
#include "rootpool/observe/observer_fanout.h"
#include "rootpool/observe/tlp_capture.h"

namespace {

using namespace rootpool;
using pcie::TlpHeader;
using pcie::TlpKind;

TlpHeader header_of(TlpKind kind) {
    TlpHeader header;
    header.kind = kind;
    header.requester = pcie::Bdf(3, 0x10, 2);
    header.tag = pcie::Tag{0x2A};
    header.traffic_class = 0;
    header.length_dw = 1;
    header.first_be = 0xF;
    return header;
}

TlpHeader sample_of(TlpKind kind) {
    TlpHeader header = header_of(kind);
    if (pcie::is_completion(kind)) {
        header.first_be = 0;
        header.completer = pcie::Bdf(4, 0, 0);
        header.byte_count = 4;
        header.lower_address = 0x40;
        header.length_dw = pcie::has_data(kind) ? 1 : 0;
    } else if (pcie::is_configuration(kind)) {
        header.target = pcie::Bdf(5, 0, 1);
        header.config_register = 0x104;
    } else if (pcie::is_message(kind)) {
        header.four_dw = true;
        header.first_be = 0;
        header.message_code = 0x19; // PME_Turn_Off has no data; the code does not matter here
        header.length_dw = pcie::has_data(kind) ? 1 : 0;
    } else {
        header.address = 0xFEC0'1000;
    }
    if (kind == TlpKind::compare_and_swap) {
        header.length_dw = 2; // two operands (PCIe base 2.2.7)
    }
    if (pcie::is_atomic(kind)) {
        header.first_be = 0;
    }
    return header;
}

class Sample {
public:
    explicit Sample(const std::filesystem::path& folder) : capture_(folder / "tlp.pcapng", std::nullopt) {}

    pcie::TlpObserver& observer() { return capture_; }
    void see(pcie::PlaceId place, SimTime at, const TlpHeader& header) {
        const std::vector<std::uint8_t> data(pcie::payload_bytes(header), 0xA5);
        const pcie::TlpPtr tlp = factory_.make(header, core::ByteView(data), pcie::RootId{2});
        tlp->transaction = 77;
        capture_.on_tlp({place, at, at + 8ns, *tlp});
    }
    void finish() { capture_.finish(); }

private:
    pcie::TlpFactory factory_;
    observe::TlpCapture capture_;
};

void write_every_kind(const std::filesystem::path& folder) {
    Sample sample(folder);
    const auto down = sample.observer().add_place("server1.link.down");
    const auto up = sample.observer().add_place("server1.link.up");
    for (int kind = 0; kind < pcie::tlp_kind_count; ++kind) {
        sample.see(down, kind * 10ns, sample_of(static_cast<TlpKind>(kind)));
    }
    TlpHeader write = header_of(TlpKind::memory_write);
    write.four_dw = true;
    write.address = 0x12'3456'7890;
    write.length_dw = 1024;
    write.last_be = 0xF;
    sample.see(up, 1us + SimTime{1}, write);
    sample.finish();
}

void write_frames(const std::filesystem::path& folder) {
    observe::FrameCapture capture(folder, std::nullopt);
    const auto port = capture.add_port("nic0-0");
    net::FramePool pool;
    const net::FramePtr frame = pool.make();
    frame->bytes = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0, 0, 0, 0, 0x01, 0x08, 0x06}; // an ARP request
    const std::vector<std::uint8_t> arp = {0,  1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 1,
                                           10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 3};
    frame->bytes.insert(frame->bytes.end(), arp.begin(), arp.end());
    frame->bytes.resize(net::minimum_frame_bytes);
    capture.on_frame(port, net::FrameDirection::sent, 5s, *frame);
    capture.on_frame(port, net::FrameDirection::received, 5s + 1234ns, *frame);
    capture.finish();
}

/// Random reads of two roots from a pool of few identities, each answered in one or two completions.
class AliasTraffic {
public:
    explicit AliasTraffic(const std::filesystem::path& path) : capture_(path, std::nullopt) {
        monitor_.watch_root("server1.link.up", "server1.link.down");
        monitor_.watch_root("server2.link.up", "server2.link.down");
        fanout_.add(capture_);
        fanout_.add(monitor_);
        for (const char* name : {"server1.link.up", "server1.link.down", "server2.link.up", "server2.link.down"}) {
            fanout_.add_place(name);
        }
    }

    void run(int reads) {
        SimTime now{};
        for (int i = 0; i < reads; ++i) {
            now += up_to(300) * 1ns;
            read(now);
        }
        capture_.finish();
        monitor_.finish();
    }
    [[nodiscard]] std::uint64_t equal_outstanding() const { return monitor_.equal_outstanding(); }

private:
    [[nodiscard]] int up_to(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most + 1)); }

    void read(SimTime at) {
        TlpHeader request = header_of(TlpKind::memory_read);
        request.requester = pcie::Bdf(3, 0x10, static_cast<std::uint8_t>(up_to(1)));
        request.tag = pcie::Tag{static_cast<std::uint16_t>(up_to(3))};
        request.address = 0x1000U + 0x200U * static_cast<unsigned>(up_to(2));
        request.length_dw = 128;
        request.last_be = 0xF;
        const auto root = static_cast<std::uint16_t>(up_to(1));
        see(static_cast<std::uint16_t>(root * 2), at, request);
        answer(static_cast<std::uint16_t>(root * 2 + 1), at + 100ns + up_to(900) * 1ns, request);
    }
    void answer(std::uint16_t place, SimTime at, const TlpHeader& request) {
        constexpr std::uint16_t bytes = 512;
        TlpHeader completion = header_of(TlpKind::completion_with_data);
        completion.first_be = 0;
        completion.requester = request.requester;
        completion.tag = request.tag;
        completion.completer = pcie::Bdf(0, 0, 0);
        completion.byte_count = bytes;
        if (up_to(1) == 1) {
            completion.length_dw = 64;
            see(place, at, completion);
            completion.byte_count = bytes / 2;
            see(place, at + 100ns, completion);
        } else {
            completion.length_dw = 128;
            see(place, at, completion);
        }
    }
    void see(std::uint16_t place, SimTime at, const TlpHeader& header) {
        const std::vector<std::uint8_t> data(pcie::payload_bytes(header));
        const pcie::TlpPtr tlp = factory_.make(header, core::ByteView(data));
        fanout_.on_tlp({pcie::PlaceId{place}, at, at + 40ns, *tlp});
    }

    std::mt19937 random_{20240501}; // its sequence is fixed by the C++ standard
    pcie::TlpFactory factory_;
    observe::TlpCapture capture_;
    observe::AliasMonitor monitor_;
    observe::TlpFanout fanout_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: capture_sample FOLDER\n", stderr);
        return 2;
    }
    try {
        const std::filesystem::path folder(argv[1]);
        write_every_kind(folder / "sample");
        write_frames(folder / "sample");
        AliasTraffic traffic(folder / "aliases/tlp.pcapng");
        traffic.run(20'000);
        std::printf("equal_outstanding %llu\n", static_cast<unsigned long long>(traffic.equal_outstanding()));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "capture_sample: %s\n", error.what());
        return 1;
    }
}
