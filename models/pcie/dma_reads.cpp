#include "models/pcie/dma_reads.h"

#include "models/pcie/dma_pattern.h"

namespace rootpool::models {

void DmaReads::begin_transfer(std::uint32_t bytes, SimTime at) noexcept {
    current_ = slots_.take();
    transfers_[current_] = {{bytes, at, false}, bytes};
}

pcie::Tag DmaReads::issue(pcie::Bdf requester, std::uint64_t address, std::uint32_t bytes) noexcept {
    const std::uint16_t tag = tags_.take();
    requests_[tag] = {requester, address, bytes, bytes, current_};
    return pcie::Tag(tag);
}

DmaReads::Request* DmaReads::find(const pcie::TlpHeader& completion) noexcept {
    if (completion.tag.value() >= most_tags) {
        return nullptr;
    }
    Request& request = requests_[completion.tag.value()];
    return request.bytes_left != 0 && request.requester == completion.requester ? &request : nullptr;
}

/// Completions of one request come in the order of their addresses (PCIe base 2.3.1.1); Byte Count tells how far they
/// are. One that does not continue where the last ended, or brings an error, ends the request.
DmaReads::Taken DmaReads::take(const pcie::Tlp& completion) noexcept {
    const pcie::TlpHeader& header = completion.header;
    Request* const found = find(header);
    if (found == nullptr) {
        return {.expected = false};
    }
    Request& request = *found;
    const core::ByteView data = completion.payload.bytes();
    const bool usable = header.status == pcie::CompletionStatus::successful && !header.poisoned && !data.empty() &&
                        data.size() <= request.bytes_left && header.byte_count == request.bytes_left;
    if (!usable) {
        transfers_[request.transfer].result.failed = true;
        request.bytes_left = 0;
        return {.last = true};
    }
    const std::uint64_t wrong = DmaPattern::count_wrong(request.address, data);
    request.address += data.size();
    request.bytes_left -= static_cast<std::uint32_t>(data.size());
    return {.last = request.bytes_left == 0, .wrong_bytes = wrong};
}

std::optional<DmaReads::Done> DmaReads::finish(pcie::Tag tag) noexcept {
    const Request& request = requests_[tag.value()];
    tags_.give_back(tag.value());
    Transfer& transfer = transfers_[request.transfer];
    transfer.bytes_left -= request.bytes;
    if (transfer.bytes_left != 0) {
        return std::nullopt;
    }
    slots_.give_back(request.transfer);
    return transfer.result;
}

} // namespace rootpool::models
