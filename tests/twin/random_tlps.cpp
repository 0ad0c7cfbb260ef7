#include "tests/twin/random_tlps.h"

#include <algorithm>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::twin {

RandomTlps::RandomTlps(Random& random, pcie::TlpFactory& factory, unsigned max_payload)
    : random_(random), factory_(factory), max_payload_(max_payload), bytes_(factory.payload()) {
    std::generate_n(bytes_->data(), 2 * max_payload_, [this] { return random_.byte(); });
}

pcie::TlpPtr RandomTlps::any() {
    pcie::TlpHeader header = any_header();
    header.attributes.relaxed_ordering = random_.one_in(4);
    header.attributes.id_based_ordering = random_.one_in(4);
    header.digest = random_.one_in(8);
    return make(header, pcie::RootId(random_.one_in(6) ? 1 : 0));
}

pcie::TlpPtr RandomTlps::shortest() {
    return make(pcie::memory_write(function(), pcie::Tag(0), 0x10'0000, 4), pcie::RootId(0));
}

pcie::TlpHeader RandomTlps::any_header() {
    switch (random_.below(8)) {
    case 0:
    case 1:
        return pcie::memory_read(function(), tag(), address(), 4 + 4 * random_.below(100));
    case 2:
        return write_of_configuration();
    case 3:
    case 4:
        return completion(pcie::memory_read(function(), tag(), 0x1000, payload()), true);
    case 5:
        return completion(write_of_configuration(), false);
    default:
        return pcie::memory_write(function(), pcie::Tag(0), address(), payload());
    }
}

pcie::TlpHeader RandomTlps::write_of_configuration() {
    return pcie::config_write(pcie::ConfigType::type_0, function(), tag(), pcie::Bdf(0x300), 0x40);
}

pcie::TlpHeader RandomTlps::completion(const pcie::TlpHeader& request, bool with_data) {
    pcie::TlpHeader header;
    header.kind = with_data ? pcie::TlpKind::completion_with_data : pcie::TlpKind::completion;
    header.requester = request.requester;
    header.tag = request.tag;
    header.completer = function();
    header.length_dw = with_data ? request.length_dw : std::uint16_t{0};
    header.byte_count = 4;
    header.status = random_.one_in(8) && !with_data ? pcie::CompletionStatus::unsupported_request
                                                    : pcie::CompletionStatus::successful;
    return header;
}

pcie::TlpPtr RandomTlps::make(const pcie::TlpHeader& header, pcie::RootId root) {
    const auto offset = static_cast<std::uint16_t>(random_.below(max_payload_));
    return factory_.make(header, {bytes_, offset, static_cast<std::uint16_t>(pcie::payload_bytes(header))}, root);
}

} // namespace rootpool::twin
