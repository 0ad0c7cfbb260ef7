#include "tests/model/pcie/random_traffic.h"

#include <algorithm>
#include <array>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models::test {

namespace {

void fill(std::uint64_t number, std::uint8_t* bytes, std::size_t count) {
    std::uint64_t word = number * 0x9E37'79B9'7F4A'7C15ULL;
    for (std::size_t i = 0; i < count; i += 4, word = word * 5 + 1) {
        core::store_le(bytes + i, static_cast<std::uint32_t>(word >> 32U));
    }
}

} // namespace

pcie::TlpPtr RandomTraffic::make(std::uint64_t number) {
    pcie::TlpHeader header = make_header();
    header.attributes.relaxed_ordering = random_.one_in(4);
    header.attributes.id_based_ordering = random_.one_in(4);
    pcie::PayloadSlice data{factory_.payload(), 0, static_cast<std::uint16_t>(pcie::payload_bytes(header))};
    fill(number, data.buffer->data(), data.length);
    pcie::TlpPtr tlp = factory_.make(header, std::move(data), pcie::RootId(random_.one_in(6) ? 1 : 0));
    tlp->transaction = number;
    return tlp;
}

bool RandomTraffic::is_intact(const pcie::Tlp& tlp) {
    std::array<std::uint8_t, max_payload> expected{};
    const core::ByteView bytes = tlp.payload.bytes();
    fill(tlp.transaction, expected.data(), bytes.size());
    return std::equal(bytes.begin(), bytes.end(), expected.begin());
}

pcie::TlpHeader RandomTraffic::make_header() {
    const pcie::TlpHeader read = pcie::memory_read(requester(), tag(), 0x1000, bytes());
    const pcie::TlpHeader config = pcie::config_write(pcie::ConfigType::type_0, requester(), tag(), {}, 0x40);
    switch (random_.below(10)) {
    case 0:
    case 1:
        return read;
    case 2:
        return config;
    case 3:
        return pcie::completion(config, requester());
    case 4:
    case 5:
    case 6:
        return pcie::completion_with_data(read, requester());
    default:
        return pcie::memory_write(requester(), pcie::Tag(0), random_.one_in(2) ? 0x1000 : 0x2'0000'0000, bytes());
    }
}

} // namespace rootpool::models::test
