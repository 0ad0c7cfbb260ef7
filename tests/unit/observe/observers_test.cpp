#include <gmock/gmock.h>
#include <set>
#include <vector>

#include "rootpool/observe/event_hash.h"
#include "rootpool/observe/observer_fanout.h"

namespace rootpool::observe {
namespace {

using pcie::PlaceId;
using pcie::TlpHeader;

[[nodiscard]] TlpHeader header_of_length(std::uint16_t length_dw) {
    TlpHeader header;
    header.length_dw = length_dw;
    return header;
}

class EventHashTest : public testing::Test {
protected:
    [[nodiscard]] std::uint64_t hash_of(const TlpHeader& header, SimTime first = 10ns, SimTime last = 20ns,
                                        PlaceId place = PlaceId{0}, pcie::RootId root = {}) {
        EventHash hash;
        const pcie::TlpPtr tlp = factory_.make(header, root);
        hash.on_tlp({place, first, last, *tlp});
        return hash.value();
    }
    pcie::TlpFactory factory_;
};

TEST_F(EventHashTest, EqualSightingsGiveEqualValues) {
    EXPECT_EQ(hash_of(header_of_length(4)), hash_of(header_of_length(4)));
}

TEST_F(EventHashTest, EveryFieldCounts) {
    std::vector<TlpHeader> headers(28);
    headers[1].kind = pcie::TlpKind::memory_write;
    headers[2].four_dw = true;
    headers[3].traffic_class = 1;
    headers[4].attributes.no_snoop = true;
    headers[5].attributes.relaxed_ordering = true;
    headers[6].attributes.id_based_ordering = true;
    headers[7].digest = true;
    headers[8].poisoned = true;
    headers[9].address_type = 1;
    headers[10].processing_hint = true;
    headers[11].lightweight_notification = true;
    headers[12].length_dw = 1;
    headers[13].requester = pcie::Bdf(1);
    headers[14].tag = pcie::Tag{1};
    headers[15].first_be = 1;
    headers[16].last_be = 1;
    headers[17].address = 4;
    headers[18].target = pcie::Bdf(1);
    headers[19].config_register = 4;
    headers[20].completer = pcie::Bdf(1);
    headers[21].status = pcie::CompletionStatus::completer_abort;
    headers[22].byte_count_modified = true;
    headers[23].byte_count = 1;
    headers[24].lower_address = 1;
    headers[25].message_code = 1;
    headers[26].message_routing = 1;
    headers[27].message_payload = 1;
    std::set<std::uint64_t> values;
    for (const TlpHeader& header : headers) {
        values.insert(hash_of(header));
    }
    values.insert(hash_of({}, 11ns));
    values.insert(hash_of({}, 10ns, 21ns));
    values.insert(hash_of({}, 10ns, 20ns, PlaceId{1}));
    values.insert(hash_of({}, 10ns, 20ns, PlaceId{0}, pcie::RootId{1}));
    EXPECT_EQ(values.size(), headers.size() + 4);
}

TEST_F(EventHashTest, OrderCounts) {
    const pcie::TlpPtr a = factory_.make(header_of_length(1));
    const pcie::TlpPtr b = factory_.make(header_of_length(2));
    EventHash ab;
    ab.on_tlp({PlaceId{0}, 1ns, 1ns, *a});
    ab.on_tlp({PlaceId{0}, 1ns, 1ns, *b});
    EventHash ba;
    ba.on_tlp({PlaceId{0}, 1ns, 1ns, *b});
    ba.on_tlp({PlaceId{0}, 1ns, 1ns, *a});
    EXPECT_NE(ab.value(), ba.value());
    EXPECT_EQ(ab.tlps(), 2U);
}

TEST(EventHashOfFrames, CountsTimeDirectionLengthAndHeaderBytes) {
    net::FramePool pool;
    const net::FramePtr frame = pool.make();
    const auto hash_of = [&](net::FrameDirection direction, SimTime at) {
        EventHash hash;
        hash.on_frame(net::EthernetPortId{0}, direction, at, *frame);
        return hash.value();
    };
    std::set<std::uint64_t> values;
    values.insert(hash_of(net::FrameDirection::sent, 1ns)); // an empty frame must not be read past its end
    frame->bytes.assign(60, 0);
    values.insert(hash_of(net::FrameDirection::sent, 1ns));
    values.insert(hash_of(net::FrameDirection::sent, 2ns));
    values.insert(hash_of(net::FrameDirection::received, 1ns));
    for (std::size_t byte = 0; byte < 54; ++byte) { // Ethernet, IPv4 and TCP headers
        frame->bytes[byte] = 1;
        values.insert(hash_of(net::FrameDirection::sent, 1ns));
        frame->bytes[byte] = 0;
    }
    EXPECT_EQ(values.size(), 4U + 54U);
}

TEST(EventHashOfPlaces, NamesOfPlacesCount) {
    EventHash a;
    EXPECT_EQ(a.add_place("server1.link.up"), PlaceId{0});
    EXPECT_EQ(a.add_place("server1.link.down"), PlaceId{1});
    EventHash b;
    b.add_place("server1.link.up");
    b.add_place("server2.link.down");
    EXPECT_NE(a.value(), b.value());
}

class CountingObserver : public pcie::TlpObserver {
public:
    explicit CountingObserver(std::uint16_t first_place = 0) : next_(first_place) {}
    PlaceId add_place(const std::string& /*name*/) override { return PlaceId{next_++}; }
    void on_tlp(const pcie::TlpSighting& sighting) override { last_place = sighting.place; }
    PlaceId last_place{999};

private:
    std::uint16_t next_;
};

TEST(TlpFanout, ShowsATlpToEveryObserver) {
    CountingObserver first;
    EventHash second;
    TlpFanout fanout;
    fanout.add(first);
    fanout.add(second);
    fanout.add_place("a.up");
    const PlaceId place = fanout.add_place("a.down");

    pcie::TlpFactory factory;
    const pcie::TlpPtr tlp = factory.make({});
    fanout.on_tlp({place, 1ns, 1ns, *tlp});
    EXPECT_EQ(first.last_place, PlaceId{1});
    EXPECT_EQ(second.tlps(), 1U);
}

TEST(TlpFanout, RefusesAnObserverThatNumbersPlacesInItsOwnWay) {
    CountingObserver from_five(5);
    TlpFanout fanout;
    fanout.add(from_five);
    EXPECT_THROW(fanout.add_place("a.up"), core::ModelViolation);
}

TEST(FrameFanout, RefusesAnObserverThatAlreadyHasPorts) {
    EventHash hash;
    hash.add_port("nic9-0");
    FrameFanout fanout;
    fanout.add(hash);
    EXPECT_THROW(fanout.add_port("nic0-0"), core::ModelViolation);
}

TEST(FrameFanout, ShowsAFrameToEveryObserver) {
    EventHash first;
    EventHash second;
    FrameFanout fanout;
    fanout.add(first);
    fanout.add(second);
    const auto port = fanout.add_port("nic0-0");
    net::FramePool pool;
    fanout.on_frame(port, net::FrameDirection::sent, 1ns, *pool.make());
    EXPECT_EQ(first.frames(), 1U);
    EXPECT_EQ(first.value(), second.value());
}

} // namespace
} // namespace rootpool::observe
