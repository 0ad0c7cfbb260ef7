#include "rootpool/host/socket_udp.h"

#include <algorithm>

#include "rootpool/host/receive_pool.h"
#include "rootpool/net/checksum.h"
#include "rootpool/net/udp.h"

namespace rootpool::host {

UdpSocket::~UdpSocket() {
    for (; !queue_.empty(); queue_.pop_front()) {
        environment_.buffers.give_back(queue_.front().piece.buffer);
    }
}

bool UdpSocket::send(net::Endpoint to, core::ByteView data, SimTime now) {
    const std::size_t length = net::UdpHeader::size + data.size();
    const auto datagram =
        environment_.output.begin(net::IpProtocol::udp, to.address, source_, ip_identification_, length);
    if (!datagram) {
        return false;
    }
    ++ip_identification_;
    net::UdpHeader header;
    header.source_port = port_;
    header.destination_port = to.port;
    header.length = static_cast<std::uint16_t>(length);
    header.checksum = net::Checksum()
                          .add_pseudo_header(datagram->interface.address(), to.address,
                                             static_cast<std::uint8_t>(net::IpProtocol::udp), header.length)
                          .sum();
    header.write(datagram->message);
    std::copy(data.begin(), data.end(), datagram->message.begin() + net::UdpHeader::size);
    environment_.work.bytes_from_application += data.size();
    environment_.output.finish(*datagram, to.address, true, now);
    return true;
}

bool UdpSocket::receive(Sink sink) {
    if (queue_.empty()) {
        return false;
    }
    const Datagram datagram = queue_.front();
    queue_.pop_front();
    sink(datagram.from, core::ByteView(datagram.piece.data, datagram.piece.length));
    environment_.work.bytes_to_application += datagram.piece.length;
    environment_.buffers.give_back(datagram.piece.buffer);
    return true;
}

void UdpSocket::on_datagram(net::Endpoint from, const ReceivedPiece& piece) {
    if ((queue_.size() + 1) * ReceivePool::buffer_bytes > receive_buffer_) {
        environment_.drops.add(Drop::receive_buffer);
        environment_.buffers.give_back(piece.buffer);
        return;
    }
    queue_.push({from, piece});
    if (observer_ != nullptr) {
        observer_->on_datagram(*this);
    }
}

} // namespace rootpool::host
