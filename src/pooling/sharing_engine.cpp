#include "rootpool/pooling/sharing_engine.h"

#include <algorithm>

#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pooling/completions.h"

namespace rootpool::pooling {

using pcie::FlowClass;
using pcie::TlpHeader;
using Action = EngineOutput::Action;

namespace {

/// Below 4 GB the 3 DW form is mandatory.
constexpr bool needs_four_dw(std::uint64_t address) noexcept { return address >= pcie::first_64_bit_address; }

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

SharingEngine::SharingEngine(const SharingEngineConfig& config, pcie::TlpFactory& factory)
    : config_(config), factory_(factory), snoop_(config.profile), ids_(config.profile.total_vfs),
      bars_(config.profile.total_vfs), route_(make_return_route(config.return_route, config.route)),
      interrupts_(make_interrupt_route(config.interrupts, config.profile)),
      shadows_(config.profile.total_vfs, VfConfigShadow(config_.profile, snoop_, config.ari)), lent_to_(config.roots),
      slave_bus_(config.roots), counters_(config.roots) {}

EngineOutput SharingEngine::from_root(const pcie::Tlp& tlp, SimTime now) {
    ++counters_.at(tlp.root.index()).to_device;
    return tlp.root == config_.master ? from_master(tlp, now) : from_slave(tlp, now);
}

EngineOutput SharingEngine::without_link(const pcie::Tlp& tlp) {
    if (pcie::is_completion(tlp.header.kind)) {
        return {};
    }
    constexpr FirewallRow row{"link of the device is down", Sender::slave, nullptr, Verdict::refuse,
                              RefusalCause::link_down};
    return obey(row, tlp, tlp.root);
}

const FirewallRow& SharingEngine::judge_master(const TlpHeader& header) const {
    FirewallFacts facts{header, snoop_.max_payload()};
    facts.lent = touches_lent(header);
    return decide(Sender::master, facts);
}

EngineOutput SharingEngine::from_master(const pcie::Tlp& tlp, SimTime now) {
    const TlpHeader& header = tlp.header;
    const FirewallRow& row = judge_master(header);
    if (row.verdict != Verdict::pass) {
        return obey(row, tlp, tlp.root);
    }
    if (!pcie::is_configuration(header.kind)) {
        return {Action::forward, factory_.view(tlp, header, tlp.root)};
    }
    if (header.kind == pcie::TlpKind::config_write_0 &&
        snoop_.on_write(header.target, header.config_register, first_dword(tlp), header.first_be)) {
        follow_snoop();
    }
    return send_request(tlp, header, tlp.payload, {header.target, std::nullopt}, now);
}

/// Whether a TLP of the master is about a function that somebody else has.
bool SharingEngine::touches_lent(const TlpHeader& header) const noexcept {
    std::optional<pcie::VfIndex> vf;
    if (pcie::is_configuration(header.kind)) {
        vf = snoop_.vf_of(header.target);
    } else if (pcie::is_completion(header.kind)) {
        vf = snoop_.vf_of(header.requester);
    } else if (pcie::is_address_routed(header.kind)) {
        vf = bars_.find_master(header.address);
    }
    return vf && is_lent(*vf);
}

SharingEngine::SlaveLookUp SharingEngine::look_up_slave(const pcie::Tlp& tlp) const {
    const TlpHeader& header = tlp.header;
    FirewallFacts facts{header, snoop_.max_payload()};
    std::optional<pcie::VfIndex> vf;
    std::optional<BarHit> hit;
    if (pcie::is_address_routed(header.kind)) {
        hit = bars_.find(tlp.root, header.address);
        facts.inside_lent_bar =
            hit && hit->offset + header.length_dw * std::uint64_t{4} <= bars_.bytes_per_vf(hit->bar);
    } else if (!pcie::is_message(header.kind)) {
        vf = ids_.find({tlp.root, pcie::is_completion(header.kind) ? header.requester : header.target});
        facts.function_known = vf && vf->value() < snoop_.num_vfs() && snoop_.vf_enable();
    }
    return {decide(Sender::slave, facts), vf, hit};
}

EngineOutput SharingEngine::from_slave(const pcie::Tlp& tlp, SimTime now) {
    const TlpHeader& header = tlp.header;
    const SlaveLookUp found = look_up_slave(tlp);
    if (found.row.verdict != Verdict::pass) {
        return obey(found.row, tlp, tlp.root);
    }
    if (found.hit) {
        return slave_memory(tlp, *found.hit, now);
    }
    if (pcie::is_configuration(header.kind)) {
        return slave_configuration(tlp, *found.vf, now);
    }
    TlpHeader completion = header;
    completion.requester = snoop_.routing_id(*found.vf);
    return {Action::forward, factory_.view(tlp, completion, tlp.root)};
}

pcie::TlpPtr SharingEngine::bad_from_root(const pcie::Tlp& tlp) const {
    TlpHeader header = tlp.header;
    if (tlp.root == config_.master) {
        return judge_master(header).verdict == Verdict::pass ? factory_.view(tlp, header, tlp.root) : nullptr;
    }
    const SlaveLookUp found = look_up_slave(tlp);
    if (found.row.verdict != Verdict::pass) {
        return nullptr;
    }
    if (found.hit) {
        header = composed(header, *found.hit);
    } else {
        header.requester = snoop_.routing_id(*found.vf);
    }
    return factory_.view(tlp, header, tlp.root);
}

TlpHeader SharingEngine::composed(TlpHeader header, const BarHit& hit) const {
    header.address = bars_.compose(hit);
    header.four_dw = needs_four_dw(header.address);
    return header;
}

EngineOutput SharingEngine::slave_memory(const pcie::Tlp& tlp, const BarHit& hit, SimTime now) {
    const TlpHeader header = composed(tlp.header, hit);
    if (pcie::flow_class(header.kind) == FlowClass::posted) {
        return slave_write(tlp, header, hit);
    }
    Addressed addressed{ids_.at(hit.vf).owner().function, hit.vf};
    if (interrupts_->intercepts(hit, header.length_dw * 4U)) {
        addressed.table_read_end =
            hit.offset + (pcie::first_byte_address(header) - header.address) + pcie::completion_byte_count(header);
    }
    return send_request(tlp, header, tlp.payload, addressed, now);
}

/// `header` as the device gets it. Its data are others where the engine keeps the VF's MSI-X table.
EngineOutput SharingEngine::slave_write(const pcie::Tlp& tlp, TlpHeader header, const BarHit& hit) {
    if (!interrupts_->intercepts(hit, pcie::payload_bytes(header))) {
        return {Action::forward, factory_.view(tlp, header, tlp.root)};
    }
    pcie::PayloadSlice payload = factory_.copy(tlp.payload.bytes()); // who sent it keeps what it sent
    interrupts_->write(hit, header, {payload.buffer->data(), payload.length});
    return forward(tlp, header, tlp.root, std::move(payload));
}

CompletionUse SharingEngine::completion_use(const pcie::Tlp& request) const noexcept {
    const TlpHeader& header = request.header;
    if (pcie::is_configuration(header.kind)) {
        return CompletionUse::contents;
    }
    if (request.root == config_.master || header.kind != pcie::TlpKind::memory_read) {
        return CompletionUse::route;
    }
    const auto hit = bars_.find(request.root, header.address);
    return hit && interrupts_->intercepts(*hit, header.length_dw * 4U) ? CompletionUse::contents : CompletionUse::route;
}

EngineOutput SharingEngine::slave_configuration(const pcie::Tlp& tlp, pcie::VfIndex vf, SimTime now) {
    TlpHeader header = tlp.header;
    pcie::PayloadSlice payload = tlp.payload;
    VfConfigShadow& shadow = shadows_[vf.index()];
    if (pcie::has_data(header.kind)) {
        const ShadowWrite write = shadow.write(header.config_register, first_dword(tlp), header.first_be);
        if (write.address_decode_changed) {
            follow_shadow(vf);
        }
        if (write.function_reset) {
            interrupts_->clear(vf);
        }
        if (!write.forward) {
            ++counters_[tlp.root.index()].answered;
            return answer(tlp, pcie::CompletionStatus::successful, tlp.root, header.target);
        }
        payload = dword(write.value);
    } else if (const Overlay kept = shadow.overlay(header.config_register); kept.answers_alone()) {
        ++counters_[tlp.root.index()].answered;
        return {Action::answer, complete_with_dword(factory_, tlp, header.target, kept.value)};
    }
    header.target = snoop_.routing_id(vf);
    // Type 0 on the bus that the device has captured, Type 1 beyond it: offset 384 puts VFs on the next bus
    // (SR-IOV 2.1.2).
    const bool same_bus = header.target.bus() == snoop_.pf().bus();
    header.kind = pcie::has_data(header.kind)
                      ? (same_bus ? pcie::TlpKind::config_write_0 : pcie::TlpKind::config_write_1)
                      : (same_bus ? pcie::TlpKind::config_read_0 : pcie::TlpKind::config_read_1);
    return send_request(tlp, header, std::move(payload), {tlp.header.target, vf}, now);
}

EngineOutput SharingEngine::send_request(const pcie::Tlp& tlp, TlpHeader header, pcie::PayloadSlice payload,
                                         const Addressed& addressed, SimTime now) {
    ReturnContext context;
    context.root = tlp.root;
    context.requester = header.requester;
    context.tag = header.tag;
    context.target = addressed.function;
    context.vf = addressed.vf;
    context.table_read_end = addressed.table_read_end;
    context.configuration = pcie::is_configuration(header.kind);
    context.reads = !pcie::has_data(header.kind);
    context.config_register = header.config_register;
    context.bytes_left = pcie::completion_byte_count(header);
    route_->outgoing(header, context, engine_id_, now);
    return forward(tlp, header, tlp.root, std::move(payload));
}

EngineOutput SharingEngine::from_device(const pcie::Tlp& tlp, SimTime at) {
    return pcie::is_completion(tlp.header.kind) ? completion_from_device(tlp, at) : request_from_device(tlp);
}

SharingEngine::DeviceLookUp SharingEngine::look_up_request(const pcie::Tlp& tlp) const {
    const auto vf = snoop_.vf_of(tlp.header.requester);
    const IdEntry entry = vf ? ids_.at(*vf) : IdEntry{};
    FirewallFacts facts{tlp.header, snoop_.max_payload()};
    facts.function_known = vf || snoop_.is_physical(tlp.header.requester);
    facts.lent = entry.valid();
    InterruptHit interrupt;
    if (entry.valid() && pcie::is_address_routed(tlp.header.kind)) {
        interrupt = interrupts_->find(*vf, tlp.header, tlp.payload.bytes());
        facts.foreign_interrupt = interrupt.in_window && !interrupt.message;
    }
    return {decide(Sender::device, facts), entry, entry.valid() ? entry.owner().root : config_.master, interrupt};
}

EngineOutput SharingEngine::request_from_device(const pcie::Tlp& tlp) {
    const DeviceLookUp found = look_up_request(tlp);
    ++counters_[found.root.index()].from_device;
    if (found.row.verdict != Verdict::pass) {
        return obey(found.row, tlp, found.root);
    }
    TlpHeader header = tlp.header;
    if (found.entry.valid()) {
        header.requester = found.entry.owner().function;
    }
    if (!found.interrupt.message) {
        return {Action::forward, factory_.view(tlp, header, found.root)};
    }
    ++counters_[found.root.index()].interrupts;
    header.address = found.interrupt.message->address;
    header.four_dw = needs_four_dw(header.address);
    return forward(tlp, header, found.root, dword(found.interrupt.message->data));
}

SharingEngine::DeviceLookUp SharingEngine::look_up_completion(const TlpHeader& header) const {
    const auto vf = snoop_.vf_of(header.completer);
    const IdEntry entry = vf ? ids_.at(*vf) : IdEntry{};
    const bool by_completer = entry.valid() && route_->routes_by_completer_id();
    FirewallFacts facts{header, snoop_.max_payload()};
    facts.function_known = by_completer || (!entry.valid() && (vf || snoop_.is_physical(header.completer)));
    return {decide(Sender::device, facts), by_completer ? entry : IdEntry{},
            by_completer ? entry.owner().root : config_.master};
}

EngineOutput SharingEngine::completion_from_device(const pcie::Tlp& tlp, SimTime at) {
    if (const auto context = route_->returning(tlp.header, at)) {
        if (context->abandoned) {
            return {};
        }
        ++counters_[context->root.index()].from_device;
        return finish(tlp, *context);
    }
    const DeviceLookUp found = look_up_completion(tlp.header);
    ++counters_[found.root.index()].from_device;
    if (found.row.verdict != Verdict::pass) {
        return obey(found.row, tlp, found.root);
    }
    TlpHeader header = tlp.header;
    if (found.entry.valid()) {
        header.completer = found.entry.owner().function;
    }
    return {Action::forward, factory_.view(tlp, header, found.root)};
}

pcie::TlpPtr SharingEngine::bad_from_device(const pcie::Tlp& tlp) const {
    TlpHeader header = tlp.header;
    if (!pcie::is_completion(header.kind)) {
        const DeviceLookUp found = look_up_request(tlp);
        header.requester = found.entry.valid() ? found.entry.owner().function : header.requester;
        return found.row.verdict == Verdict::pass ? factory_.view(tlp, header, found.root) : nullptr;
    }
    if (const auto context = route_->expecting(header)) {
        return context->abandoned ? nullptr : factory_.view(tlp, restored(header, *context), context->root);
    }
    const DeviceLookUp found = look_up_completion(header);
    header.completer = found.entry.valid() ? found.entry.owner().function : header.completer;
    return found.row.verdict == Verdict::pass ? factory_.view(tlp, header, found.root) : nullptr;
}

/// Restores the request's numbers in its completion; reads of what the engine keeps get its words and bits.
EngineOutput SharingEngine::finish(const pcie::Tlp& tlp, const ReturnContext& context) {
    const TlpHeader header = restored(tlp.header, context);
    pcie::TlpPtr completion;
    const bool successful = header.status == pcie::CompletionStatus::successful;
    const bool read = context.configuration && context.reads && successful;
    if (context.vf) {
        completion = factory_.view(tlp, header, context.root);
        if (read) {
            const Overlay kept = shadows_[context.vf->index()].overlay(context.config_register);
            if (kept.mask != 0 && tlp.payload.length == 4) {
                completion->payload = dword(kept.apply(first_dword(tlp)));
            }
        } else if (context.table_read_end != 0 && successful) {
            completion->payload = table_words(tlp, context);
        }
    } else {
        if (read && snoop_.on_read(context.target, context.config_register, first_dword(tlp))) {
            follow_snoop();
        }
        completion = factory_.view(tlp, header, context.root);
    }
    return {Action::forward, std::move(completion)};
}

/// The data of a completion of an MSI-X table's read with the words that the engine keeps. The read went to the device
/// all the same: what the device sent before its completion arrives before it.
pcie::PayloadSlice SharingEngine::table_words(const pcie::Tlp& completion, const ReturnContext& context) {
    pcie::PayloadSlice payload = factory_.copy(completion.payload.bytes());
    const core::MutableByteView data(payload.buffer->data(), payload.length);
    const IdEntry entry = ids_.at(*context.vf);
    if (entry.valid() && entry.owner().root == context.root) {
        const std::uint64_t first_byte = context.table_read_end - completion.header.byte_count;
        interrupts_->read(*context.vf, first_byte & ~std::uint64_t{3}, data);
    } else {
        std::ranges::fill(data, std::uint8_t{0}); // the VF went to somebody else meanwhile
    }
    return payload;
}

EngineOutput SharingEngine::obey(const FirewallRow& row, const pcie::Tlp& tlp, pcie::RootId root) {
    const bool refused = row.verdict == Verdict::refuse || row.verdict == Verdict::drop;
    const bool answers = row.verdict == Verdict::refuse || row.verdict == Verdict::probe;
    if (refused) {
        counters_[root.index()].refused.add(row.cause);
    }
    EngineOutput output;
    if (answers && pcie::flow_class(tlp.header.kind) == FlowClass::non_posted) {
        // A root reads the number of the function that is not there, the device that of the bridge above it.
        const pcie::Bdf refuser =
            row.sender == Sender::device ? engine_id_ : pcie::Bdf::from_bus_devfn(slave_bus_[root.index()], 0);
        output = answer(tlp, pcie::CompletionStatus::unsupported_request, root, refuser);
    }
    output.refused = row.cause; // none: consumed as it should be
    output.root = root;
    return output;
}

EngineOutput SharingEngine::answer(const pcie::Tlp& request, pcie::CompletionStatus status, pcie::RootId root,
                                   pcie::Bdf refuser) {
    const pcie::Bdf completer = pcie::is_configuration(request.header.kind) ? request.header.target : refuser;
    pcie::TlpPtr completion = complete_without_data(factory_, request, completer, status);
    completion->root = root; // whatever a device's request said
    return {Action::answer, std::move(completion)};
}

EngineOutput SharingEngine::forward(const pcie::Tlp& tlp, const TlpHeader& header, pcie::RootId root,
                                    pcie::PayloadSlice payload) {
    pcie::TlpPtr sent = factory_.view(tlp, header, root);
    sent->payload = std::move(payload);
    return {Action::forward, std::move(sent)};
}

pcie::PayloadSlice SharingEngine::dword(std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    core::store_le(bytes.data(), value);
    return factory_.copy(core::ByteView(bytes));
}

void SharingEngine::reset_root(pcie::RootId root, SimTime now) {
    for (const pcie::VfIndex vf : lent_to(root)) {
        shadows_[vf.index()].reset();
        follow_shadow(vf);
        interrupts_->clear(vf);
    }
    route_->abandon(root, now);
}

/// Device Control is written whole: its other bits are the PF's, and a VF's are read-only (SR-IOV 3.5.4).
pcie::TlpPtr SharingEngine::make_reset(pcie::VfIndex vf) {
    constexpr std::uint16_t device_control = 8;
    constexpr std::uint32_t initiate_flr = 0x8000;
    constexpr std::uint8_t lower_half = 0x3;
    const pcie::Bdf target = snoop_.routing_id(vf);
    const auto type = target.bus() == snoop_.pf().bus() ? pcie::ConfigType::type_0 : pcie::ConfigType::type_1;
    pcie::TlpPtr request = factory_.make(
        pcie::config_write(type, engine_id_, pcie::Tag{}, target,
                           static_cast<std::uint16_t>(config_.profile.vf_pcie_capability + device_control), lower_half),
        dword(initiate_flr), config_.master);
    request->transaction = factory_.next_transaction();
    return request;
}

pcie::TlpPtr SharingEngine::send_own(const pcie::Tlp& request, SimTime now) {
    ReturnContext context;
    context.root = config_.master;
    context.abandoned = true;
    context.bytes_left = pcie::completion_byte_count(request.header);
    TlpHeader header = request.header;
    route_->outgoing(header, context, engine_id_, now);
    return factory_.view(request, header, request.root);
}

void SharingEngine::forget_device(SimTime now) {
    route_->forget(now);
    snoop_.reset();
    follow_snoop();
}

void SharingEngine::set_lent(pcie::RootId root, std::vector<pcie::VfIndex> vfs) {
    std::vector<pcie::VfIndex>& lent = lent_to_.at(root.index());
    for (const pcie::VfIndex vf : lent) {
        ids_.take_back(vf);
        if (std::ranges::find(vfs, vf) == vfs.end()) {
            bars_.clear(vf);
            shadows_[vf.index()].reset();
            interrupts_->clear(vf);
        }
    }
    for (std::size_t function = 0; function < vfs.size(); ++function) {
        const auto devfn = static_cast<std::uint8_t>(function);
        ids_.lend(vfs[function], {root, pcie::Bdf::from_bus_devfn(slave_bus_[root.index()], devfn)});
        const bool last = function + 1 == vfs.size();
        shadows_[vfs[function].index()].place({devfn, static_cast<std::uint8_t>(last ? 0 : function + 1)});
    }
    lent = std::move(vfs);
}

void SharingEngine::set_slave_bus(pcie::RootId root, std::uint8_t bus) {
    if (slave_bus_.at(root.index()) != bus) {
        slave_bus_[root.index()] = bus;
        ids_.set_bus(root, bus);
    }
}

/// The PF's VF BARs, VF Enable or VF MSE changed: the address CAMs answer only while the VFs do.
void SharingEngine::follow_snoop() {
    const bool decoding = snoop_.vf_enable() && snoop_.vf_memory_enable();
    for (std::uint8_t bar = 0; bar < bar_count; ++bar) {
        bars_.set_master(bar, snoop_.vf_bar(bar).base, decoding ? snoop_.vf_bar(bar).bytes : 0);
    }
    for (const auto& lent : lent_to_) {
        for (const pcie::VfIndex vf : lent) {
            follow_shadow(vf);
            if (!snoop_.vf_enable()) {
                interrupts_->clear(vf); // the VFs are gone; those that come are reset (SR-IOV 3.3.3.1)
            }
        }
    }
}

EngineTableSizes SharingEngine::table_sizes() const noexcept {
    constexpr std::size_t entry_bytes = 8;
    const std::size_t table = entry_bytes * config_.profile.total_vfs;
    return {2 * table, 2 * bar_count * table, interrupts_->table_bytes()};
}

/// A slave's BAR or memory enable changed.
void SharingEngine::follow_shadow(pcie::VfIndex vf) {
    const VfConfigShadow& shadow = shadows_[vf.index()];
    const pcie::RootId root = ids_.at(vf).owner().root;
    for (std::uint8_t bar = 0; bar < bar_count; ++bar) {
        const bool implemented = snoop_.vf_bar(bar).bytes != 0;
        bars_.set_slave(bar, vf, root, implemented ? shadow.bar_base(bar) : 0, implemented && shadow.memory_enable());
    }
}

} // namespace rootpool::pooling
