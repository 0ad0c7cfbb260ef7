#include "rootpool/host/network_stack_coalescing.h"

#include <algorithm>

namespace rootpool::host {

namespace {

[[nodiscard]] bool ends_merge(const net::TcpFlags& flags) noexcept {
    return flags.psh || flags.fin || flags.rst || flags.syn || flags.urg;
}

[[nodiscard]] bool same_flags_but_fin_and_psh(net::TcpFlags a, net::TcpFlags b) noexcept {
    a.fin = b.fin;
    a.psh = b.psh;
    return a.to_byte() == b.to_byte();
}

} // namespace

std::size_t ReceiveCoalescing::find(const net::Ipv4Header& ip, const net::TcpHeader& tcp) const noexcept {
    const auto* const end = flows_.data() + held_;
    return static_cast<std::size_t>(std::find_if(flows_.data(), end,
                                                 [&](const Flow& flow) {
                                                     return flow.tcp.source_port == tcp.source_port &&
                                                            flow.tcp.destination_port == tcp.destination_port &&
                                                            flow.ip.source == ip.source &&
                                                            flow.ip.destination == ip.destination;
                                                 }) -
                                    flows_.data());
}

bool ReceiveCoalescing::continues(const Flow& flow, const net::Ipv4Header& ip, const net::TcpHeader& tcp,
                                  std::uint32_t length) noexcept {
    return length != 0 && length <= flow.segment_size && tcp.sequence == flow.tcp.sequence + flow.length &&
           tcp.acknowledgment == flow.tcp.acknowledgment && tcp.window == flow.tcp.window &&
           same_flags_but_fin_and_psh(tcp.flags, flow.tcp.flags) && tcp.header_length == flow.tcp.header_length &&
           tcp.options.timestamps == flow.tcp.options.timestamps && ip.time_to_live == flow.ip.time_to_live &&
           ip.type_of_service == flow.ip.type_of_service &&
           ip.identification == static_cast<std::uint16_t>(flow.ip.identification + flow.packets) &&
           flow.length + length + flow.ip.header_length + flow.tcp.header_length < maximum_bytes;
}

bool ReceiveCoalescing::receive(const net::Ipv4Header& ip, const net::TcpHeader& tcp, const ReceivedPiece& piece,
                                SimTime now) {
    const std::size_t index = find(ip, tcp);
    const bool ends = ends_merge(tcp.flags);
    if (index != held_) {
        Flow& flow = flows_[index];
        if (continues(flow, ip, tcp, piece.length)) {
            flow.pieces.push_back(piece);
            flow.length += piece.length;
            ++flow.packets;
            flow.tcp.flags.psh = flow.tcp.flags.psh || tcp.flags.psh;
            flow.tcp.flags.fin = flow.tcp.flags.fin || tcp.flags.fin;
            if (ends || piece.length < flow.segment_size) {
                deliver(index, now);
            }
            return true;
        }
        deliver(index, now); // the order within a flow stays
    }
    if (piece.length == 0 || ends || held_ == maximum_flows) {
        receiver_.on_segment({ip, tcp, piece.length, piece.length, {&piece, 1}}, now);
        return false;
    }
    hold(ip, tcp, piece);
    return false;
}

void ReceiveCoalescing::hold(const net::Ipv4Header& ip, const net::TcpHeader& tcp, const ReceivedPiece& piece) {
    Flow& flow = flows_[held_++];
    flow.ip = ip;
    flow.tcp = tcp;
    flow.length = flow.segment_size = piece.length;
    flow.packets = 1;
    flow.pieces.clear();
    flow.pieces.push_back(piece);
}

void ReceiveCoalescing::deliver(std::size_t index, SimTime now) {
    // out of the list first: what goes up may cause anything
    std::rotate(flows_.begin() + static_cast<std::ptrdiff_t>(index),
                flows_.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                flows_.begin() + static_cast<std::ptrdiff_t>(held_));
    --held_;
    const Flow& flow = flows_[held_];
    receiver_.on_segment({flow.ip, flow.tcp, flow.length, flow.segment_size, flow.pieces}, now);
}

void ReceiveCoalescing::flush(SimTime now) {
    while (held_ != 0) {
        deliver(0, now);
    }
}

} // namespace rootpool::host
