#include "models/nic/frame_composer.h"

#include <algorithm>

namespace rootpool::models {

namespace reg = nic::reg;

namespace {
constexpr std::size_t vlan_tag_at = 12;
constexpr std::uint32_t vmvir_always = 1U << 30U;
constexpr std::uint32_t vmvir_never = 1U << 31U;
} // namespace

bool FrameComposer::compose(TransmitJob& job) {
    const auto refuse = [this](DropCause cause) {
        ++context_.counters.drops(cause);
        return false;
    };
    if (job.large_send && job.segment == 0) {
        keep_header(job);
    }
    if (job.cancelled) {
        return refuse(DropCause::transmit_function_reset);
    }
    if (job.failed() || (job.large_send && !headers_[job.queue].valid)) {
        return refuse(DropCause::transmit_dma_failed);
    }
    if (!offload(job)) {
        return refuse(DropCause::bad_offload);
    }
    if (spoofed(job)) {
        return refuse(DropCause::spoofed);
    }
    add_vlan_tag(job);
    return true;
}

/// The headers are read with the first segment only.
void FrameComposer::keep_header(const TransmitJob& job) {
    Header& header = headers_[job.queue];
    const std::vector<std::uint8_t>& bytes = job.frame->bytes;
    header.valid = !job.failed() && !job.cancelled;
    header.bytes.assign(bytes.begin(), bytes.begin() + job.segmentation.header_bytes);
}

/// Segmentation or checksums. False: the offsets of the context do not fit the packet.
bool FrameComposer::offload(TransmitJob& job) {
    const core::MutableByteView bytes = job.frame->bytes;
    if (!job.large_send) {
        return nic::insert_checksums(bytes, job.context, job.checksums);
    }
    std::ranges::copy(headers_[job.queue].bytes, bytes.begin());
    const nic::RegisterFile& registers = context_.device.registers();
    nic::finish_segment(bytes, job.context, job.segmentation, job.segment,
                        nic::tcp_flag_masks(registers[reg::DTXTCPFLGL], registers[reg::DTXTCPFLGH]));
    return true;
}

bool FrameComposer::spoofed(const TransmitJob& job) {
    const unsigned pool = context_.device.pool_of(job.queue);
    if (!context_.device.virtualization() || !context_.device.l2_switch().spoofed(job.frame->bytes, pool)) {
        return false;
    }
    if ((context_.device.registers()[reg::VMECM(pool / 32)] >> pool % 32 & 1U) != 0) {
        context_.device.statistics().count_spoofed();
    }
    return true;
}

/// The pool's default tag (VMVIR) or the one that the descriptor asks for.
void FrameComposer::add_vlan_tag(TransmitJob& job) {
    const unsigned pool = context_.device.pool_of(job.queue);
    const std::uint32_t vmvir = context_.device.virtualization() ? context_.device.registers()[reg::VMVIR(pool)] : 0;
    const bool always = (vmvir & vmvir_always) != 0;
    if (!always && (!job.insert_vlan_tag || (vmvir & vmvir_never) != 0)) {
        return;
    }
    std::array<std::uint8_t, nic::vlan_tag_bytes> tag{};
    core::store_be(tag.data(), nic::ethertype_vlan);
    core::store_be(tag.data() + 2, always ? static_cast<std::uint16_t>(vmvir) : job.context.vlan_tag);
    std::vector<std::uint8_t>& bytes = job.frame->bytes;
    bytes.insert(bytes.begin() + vlan_tag_at, tag.begin(), tag.end());
}

} // namespace rootpool::models
