// Builds a TLP, takes it apart again and writes a result, with nothing but installed headers and libraries.
#include <cstdio>
#include <variant>
#include <vector>

#include "rootpool/observe/results.h"
#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pcie/tlp_codec.h"

int main() {
    using namespace rootpool;
    const pcie::TlpHeader request = pcie::memory_read(pcie::Bdf(3, 0, 1), pcie::Tag{7}, 0x1000, 512);
    std::vector<std::uint8_t> bytes;
    pcie::encode(request, {}, bytes);
    const auto decoded = pcie::decode_tlp(bytes);
    const auto* tlp = std::get_if<pcie::DecodedTlp>(&decoded);
    if (tlp == nullptr || tlp->header != request) {
        return 1;
    }
    observe::RunResult result;
    result.scenario = "consumer";
    result.metrics.add("tlp.bytes", bytes.size(), "B", "length of the request");
    std::fputs(observe::to_json(result).c_str(), stdout);
    return 0;
}
