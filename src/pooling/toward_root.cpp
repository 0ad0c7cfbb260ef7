#include "rootpool/pooling/toward_root.h"

#include <algorithm>

#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pooling/completions.h"

namespace rootpool::pooling {

using pcie::TlpHeader;

namespace {

/// A completion with the numbers of its request.
TlpHeader restored(TlpHeader completion, const ReturnContext& of) noexcept {
    completion.requester = of.requester;
    completion.tag = of.tag;
    if (of.vf) {
        completion.completer = of.target;
    }
    return completion;
}

} // namespace

EngineOutput TowardRoot::request(const pcie::Tlp& tlp) {
    const DeviceLookUp found = firewall_.judge_request_of_device(tlp);
    ++context_.of(found.root).from_device;
    if (found.row.verdict != Verdict::pass) {
        return firewall_.obey(found.row, tlp, found.root);
    }
    TlpHeader header = tlp.header;
    header.requester = found.id_at_root(header.requester);
    if (!found.interrupt.message) {
        return context_.forward(tlp, header, found.root);
    }
    ++context_.of(found.root).interrupts;
    pcie::set_address(header, found.interrupt.message->address);
    return context_.forward(tlp, header, found.root, context_.dword(found.interrupt.message->data));
}

EngineOutput TowardRoot::completion(const pcie::Tlp& tlp, SimTime at) {
    if (const auto expected = route_.returning(tlp.header, at)) {
        if (expected->abandoned) {
            return {};
        }
        ++context_.of(expected->root).from_device;
        return expected_completion(tlp, *expected);
    }
    const DeviceLookUp found = firewall_.judge_completion_of_device(tlp.header);
    ++context_.of(found.root).from_device;
    if (found.row.verdict != Verdict::pass) {
        return firewall_.obey(found.row, tlp, found.root);
    }
    TlpHeader header = tlp.header;
    header.completer = found.id_at_root(header.completer);
    return context_.forward(tlp, header, found.root);
}

pcie::TlpPtr TowardRoot::pass_bad(const pcie::Tlp& tlp, SimTime at) const {
    TlpHeader header = tlp.header;
    const auto passed = [&](const DeviceLookUp& found) {
        return found.row.verdict == Verdict::pass ? context_.factory.view(tlp, header, found.root) : nullptr;
    };
    if (!pcie::is_completion(header.kind)) {
        const DeviceLookUp found = firewall_.judge_request_of_device(tlp);
        header.requester = found.id_at_root(header.requester);
        return passed(found);
    }
    if (const auto expected = route_.expecting(header, at)) {
        return expected->abandoned ? nullptr : context_.factory.view(tlp, restored(header, *expected), expected->root);
    }
    const DeviceLookUp found = firewall_.judge_completion_of_device(header);
    header.completer = found.id_at_root(header.completer);
    return passed(found);
}

/// Reads of what the engine keeps get its words and bits.
EngineOutput TowardRoot::expected_completion(const pcie::Tlp& tlp, const ReturnContext& of) {
    const TlpHeader header = restored(tlp.header, of);
    EngineOutput output = context_.forward(tlp, header, of.root);
    if (header.status != pcie::CompletionStatus::successful) {
        return output;
    }
    const bool reads_configuration = of.configuration && of.reads;
    if (!of.vf) {
        if (reads_configuration) {
            functions_.watch_read(of.target, of.config_register, first_dword(tlp));
        }
    } else if (reads_configuration) {
        const Overlay kept = functions_.overlay(*of.vf, of.config_register);
        if (kept.mask != 0 && tlp.payload.length == 4) {
            output.tlp->payload = context_.dword(kept.apply(first_dword(tlp)));
        }
    } else if (of.table_read_end != 0) {
        output.tlp->payload = table_words(tlp, of);
    }
    return output;
}

/// The data of a completion of an MSI-X table's read with the words that the engine keeps. The read went to the device
/// all the same: what the device sent before its completion arrives before it.
pcie::PayloadSlice TowardRoot::table_words(const pcie::Tlp& completion, const ReturnContext& of) {
    pcie::PayloadSlice payload = context_.factory.copy(completion.payload.bytes());
    const core::MutableByteView data(payload.buffer->data(), payload.length);
    const IdEntry entry = functions_.ids().at(*of.vf);
    if (entry.valid() && entry.owner().root == of.root) {
        const std::uint64_t first_byte = of.table_read_end - completion.header.byte_count;
        functions_.interrupts().read(*of.vf, first_byte & ~std::uint64_t{3}, data);
    } else {
        std::ranges::fill(data, std::uint8_t{0}); // the VF went to somebody else meanwhile
    }
    return payload;
}

} // namespace rootpool::pooling
