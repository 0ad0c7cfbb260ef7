#include "rootpool/pcie/completion_splitter.h"

#include <algorithm>

#include "rootpool/core/error.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {

CompletionSplitter::CompletionSplitter(const TlpHeader& memory_read, unsigned boundary, unsigned max_payload)
    : whole_{0, static_cast<std::uint16_t>(memory_read.length_dw * 4U), completion_byte_count(memory_read),
             completion_lower_address(memory_read)},
      address_(static_cast<std::uint32_t>(memory_read.address % request_boundary)), boundary_(boundary),
      max_payload_(max_payload) {
    if ((boundary != 64 && boundary != 128) || max_payload < boundary) {
        throw core::ModelViolation("completions cannot be split at this read completion boundary and maximum payload");
    }
}

CompletionSplitter::Iterator::Iterator(CompletionSplitter splitter) noexcept
    : part_(splitter.whole_), address_(splitter.address_), data_left_(splitter.whole_.data_bytes),
      boundary_(splitter.boundary_), max_payload_(splitter.max_payload_) {
    take();
}

/// Ends the part that begins at address_: at the end of the request, or at the last boundary that the payload reaches.
void CompletionSplitter::Iterator::take() noexcept {
    std::uint32_t bytes = data_left_;
    if (bytes > max_payload_) {
        bytes = (address_ + max_payload_) / boundary_ * boundary_ - address_;
    }
    part_.data_bytes = static_cast<std::uint16_t>(bytes);
}

CompletionSplitter::Iterator& CompletionSplitter::Iterator::operator++() noexcept {
    const std::uint32_t sent = part_.data_bytes;
    data_left_ -= sent;
    ended_ = data_left_ == 0;
    if (!ended_) {
        address_ += sent;
        part_.data_offset = static_cast<std::uint16_t>(part_.data_offset + sent);
        part_.byte_count = static_cast<std::uint16_t>(part_.byte_count - (sent - part_.lower_address % 4U));
        part_.lower_address = static_cast<std::uint8_t>(address_ & 0x7FU);
        take();
    }
    return *this;
}

TlpHeader completion_with_data(const TlpHeader& request, Bdf completer, const CompletionPart& part) noexcept {
    TlpHeader header = completion_with_data(request, completer);
    header.length_dw = static_cast<std::uint16_t>(part.data_bytes / 4U);
    header.byte_count = part.byte_count;
    header.lower_address = part.lower_address;
    return header;
}

} // namespace rootpool::pcie
