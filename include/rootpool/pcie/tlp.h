#pragma once

#include <cstdint>
#include <cstring>

#include "rootpool/core/bytes.h"
#include "rootpool/core/error.h"
#include "rootpool/core/intrusive_pool.h"
#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pcie {

/// Up to one maximum payload (4096 bytes) of data, shared by every view of a TLP and by all completions of one read.
class PayloadBuffer : public core::Pooled<PayloadBuffer> {
public:
    static constexpr std::size_t capacity = 4096;

    [[nodiscard]] std::uint8_t* data() noexcept { return bytes_; }
    void recycled() noexcept {}

private:
    std::uint8_t bytes_[capacity]; // left uninitialised on purpose: the producer writes what it sends
};
using PayloadPtr = core::PoolPtr<PayloadBuffer>;

/// A part of a PayloadBuffer. Always a whole number of dwords, as on the wire; bytes outside the byte enables are data
/// too.
struct PayloadSlice {
    PayloadPtr buffer;
    std::uint16_t offset = 0;
    std::uint16_t length = 0;

    [[nodiscard]] core::ByteView bytes() const noexcept {
        return buffer ? core::ByteView(buffer->data() + offset, length) : core::ByteView();
    }
};

/// A TLP on its way through the model: header, real payload bytes, and what the simulation (not the hardware) knows of
/// it.
///
/// A TLP is immutable once it was sent. Who must change a header (remap, strip the multi-root bits) makes a new view
/// with TlpFactory::view(), so that replay buffers, probes and observers upstream keep what they saw.
class Tlp : public core::Pooled<Tlp> {
public:
    TlpHeader header;
    PayloadSlice payload;

    /// Which root's domain the IDs and addresses of this header belong to. Meaningful inside a multi-root switch only,
    /// where the hardware carries it in spare header bits or in a local prefix.
    RootId root;

    /// The digest does not fit what it covers (header.digest is set). Views keep it: whoever changes a header and
    /// calculates the digest anew must not make a bad one good (PCIe base 2.7.1).
    bool ecrc_bad = false;

    /// How often the link that delivered the TLP had come up by then: a link that was down meanwhile does not know the
    /// credits that this TLP took.
    std::uint32_t link_ups = 0;

    /// On the last hop that it made, when its last beat was there. 0, from a port to a link: it is whole at the first.
    SimTime last_beat{};
    /// Its end is known to be bad, so that it must not arrive (docs/timing.md 3.9).
    bool bad_end = false;
    /// Symbol times that first and last beat take to the clock of the link that it is sent on.
    std::uint16_t crossing = 0;

    /// Simulation-wide number that follows a request to its completions; 0 = not numbered.
    std::uint64_t transaction = 0;
    /// When the first requester or completer handed the TLP to its link; the base of latency statistics.
    SimTime injected_at{};

    void recycled() noexcept { payload = {}; }
};
using TlpPtr = core::PoolPtr<Tlp>;

/// Makes TLPs and payloads from free lists: nothing is allocated per TLP in a steady state. One per simulation.
class TlpFactory {
public:
    /// A TLP without payload.
    [[nodiscard]] TlpPtr make(const TlpHeader& header, RootId root = {}) {
        TlpPtr tlp = tlps_.make();
        tlp->header = header;
        tlp->root = root;
        tlp->ecrc_bad = false;
        tlp->last_beat = {};
        tlp->bad_end = false;
        tlp->crossing = 0;
        tlp->transaction = 0;
        tlp->injected_at = {};
        return tlp;
    }
    /// A TLP whose payload is `slice`; its length must be payload_bytes(header).
    [[nodiscard]] TlpPtr make(const TlpHeader& header, PayloadSlice slice, RootId root = {}) {
        if (slice.length != payload_bytes(header)) {
            throw core::ModelViolation("TLP made with a payload that is not as long as its header says");
        }
        TlpPtr tlp = make(header, root);
        tlp->payload = std::move(slice);
        return tlp;
    }
    /// A TLP with a copy of `bytes` as payload.
    [[nodiscard]] TlpPtr make(const TlpHeader& header, core::ByteView bytes, RootId root = {}) {
        return make(header, copy(bytes), root);
    }
    /// The same TLP under another header and root: payload and bookkeeping are shared.
    [[nodiscard]] TlpPtr view(const Tlp& of, const TlpHeader& header, RootId root) {
        TlpPtr tlp = make(header, root);
        tlp->payload = of.payload;
        tlp->ecrc_bad = of.ecrc_bad;
        tlp->transaction = of.transaction;
        tlp->injected_at = of.injected_at;
        return tlp;
    }

    [[nodiscard]] PayloadPtr payload() { return payloads_.make(); }
    [[nodiscard]] PayloadSlice copy(core::ByteView bytes) {
        if (bytes.size() > PayloadBuffer::capacity || bytes.size() % 4 != 0) {
            throw core::ModelViolation("TLP payload is not a whole number of dwords up to 4096 bytes");
        }
        PayloadSlice slice{payloads_.make(), 0, static_cast<std::uint16_t>(bytes.size())};
        if (!bytes.empty()) {
            std::memcpy(slice.buffer->data(), bytes.data(), bytes.size());
        }
        return slice;
    }

    [[nodiscard]] std::uint64_t next_transaction() noexcept { return ++last_transaction_; }
    [[nodiscard]] std::size_t tlps_in_use() const noexcept { return tlps_.in_use(); }

private:
    core::Pool<PayloadBuffer> payloads_; // before tlps_: the TLPs' destructors give payloads back
    core::Pool<Tlp> tlps_;
    std::uint64_t last_transaction_ = 0;
};

} // namespace rootpool::pcie
