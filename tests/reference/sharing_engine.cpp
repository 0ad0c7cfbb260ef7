#include "tests/reference/sharing_engine.h"

#include "tests/reference/completions.h"
#include "tests/reference/firewall.h"

namespace rootpool::reference {

namespace {

using Kind = EngineResult::Kind;

bool is_non_posted(const pcie::TlpHeader& header) noexcept {
    return pcie::flow_class(header.kind) == pcie::FlowClass::non_posted;
}

[[nodiscard]] pcie::TlpPtr with_dword(pcie::TlpFactory& factory, pcie::TlpHeader header, std::uint32_t value,
                                      pcie::RootId root) {
    pcie::PayloadPtr bytes = factory.payload();
    core::store_le(bytes->data(), value);
    header.length_dw = 1;
    return factory.make(header, {std::move(bytes), 0, 4}, root);
}

} // namespace

SharingEngine::SharingEngine(DeviceTables tables, const SwitchSettings& settings, pcie::TlpFactory& factory,
                             SwitchCoverage& coverage)
    : tables_(std::move(tables)), factory_(factory), coverage_(coverage), mutation_(settings.mutation),
      functions_(tables_, settings.mutation),
      returns_(make_return_table({settings.return_route, settings.roots.size(), settings.quota_per_root, tables_.engine,
                                  tables_.tags_used, settings.mutation})) {}

ReturnPlace SharingEngine::return_place(const pcie::Tlp& request) const {
    return returns_->place(request.root, pcie::is_configuration(request.header.kind));
}

EngineResult SharingEngine::from_root(const pcie::Tlp& tlp) {
    return tlp.root == tables_.master ? from_master(tlp) : from_slave(tlp);
}

EngineResult SharingEngine::from_device(const pcie::Tlp& tlp, State state) {
    return pcie::is_completion(tlp.header.kind) ? completion_of_device(tlp, state) : request_of_device(tlp);
}

EngineResult SharingEngine::from_master(const pcie::Tlp& tlp) {
    const pcie::TlpHeader& header = tlp.header;
    const Passage passage = passage_of_master(header, concerns_lent(header));
    if (passage != Passage::passes) {
        return refuse(tlp, passage == Passage::refused, tables_.refuser_of_root.at(tlp.root.index()), tlp.root);
    }
    // Nobody else uses the master's requester IDs on this link.
    return pcie::is_configuration(header.kind) ? send(tlp, header, std::nullopt) : forward(tlp, header, tlp.root);
}

EngineResult SharingEngine::from_slave(const pcie::Tlp& tlp) {
    const pcie::TlpHeader& header = tlp.header;
    SlaveFacts facts{false, false, tables_.max_payload};
    std::optional<BarHit> hit;
    std::optional<unsigned> vf;
    if (pcie::is_address_routed(header.kind)) {
        hit = functions_.find(tlp.root, header.address);
        facts.inside_lent_bar = hit && hit->offset + 4ULL * header.length_dw <= tables_.bar_bytes[hit->bar];
    } else {
        vf = functions_.vf_of(tlp.root, pcie::is_completion(header.kind) ? header.requester : header.target);
        facts.function_is_lent = vf.has_value();
    }
    const Passage passage = passage_of_slave(header, facts);
    if (passage != Passage::passes) {
        return refuse(tlp, passage == Passage::refused, tables_.refuser_of_root.at(tlp.root.index()), tlp.root);
    }
    if (hit) {
        return memory_of_slave(tlp, *hit);
    }
    if (pcie::is_configuration(header.kind)) {
        return configuration_of_slave(tlp, *vf);
    }
    ++coverage_.completion_returns;
    pcie::TlpHeader sent = header;
    sent.requester = functions_.routing_id(*vf);
    return forward(tlp, sent, tlp.root);
}

EngineResult SharingEngine::memory_of_slave(const pcie::Tlp& tlp, const BarHit& hit) {
    ++coverage_.bar_remaps;
    pcie::TlpHeader sent = tlp.header;
    sent.address = functions_.compose(hit);
    sent.four_dw = sent.address >> 32U != 0;
    return is_non_posted(sent) ? send(tlp, sent, functions_.lent(hit.vf)->function) : forward(tlp, sent, tlp.root);
}

EngineResult SharingEngine::configuration_of_slave(const pcie::Tlp& tlp, unsigned vf) {
    const pcie::TlpHeader& header = tlp.header;
    const bool writes = pcie::has_data(header.kind);
    if (!writes && header.config_register == 0) { // a VF's own register reads FFFFh (SR-IOV 3.4.1.1)
        ++coverage_.answered;
        return {Kind::answered, one_dword(factory_, header, header.target, tables_.vf_identity, tlp.root), tlp.root};
    }
    ++coverage_.requester_remaps;
    pcie::TlpHeader sent = header;
    sent.target = functions_.routing_id(vf);
    if (sent.target.bus() != tables_.physical_function.bus()) { // the device has captured that of its function 0
        sent.kind = writes ? pcie::TlpKind::config_write_1 : pcie::TlpKind::config_read_1;
    }
    return send(tlp, sent, header.target);
}

EngineResult SharingEngine::completion_of_device(const pcie::Tlp& tlp, State state) {
    pcie::TlpHeader sent = tlp.header;
    const bool follows = state == State::follows || mutation_ == Mutation::bad_completion_counts;
    if (const std::optional<Origin> origin = follows ? returns_->receive(tlp.header) : returns_->find(tlp.header)) {
        if (origin->abandoned && mutation_ != Mutation::completions_survive_reset) {
            coverage_.abandoned += follows ? 1 : 0;
            return {};
        }
        ++coverage_.restored_requests;
        sent.requester = origin->requester;
        sent.tag = origin->tag;
        if (origin->lent && mutation_ != Mutation::completer_not_exchanged) {
            ++coverage_.completer_remaps;
            sent.completer = *origin->lent;
        }
        return forward(tlp, sent, origin->root);
    }
    const std::optional<unsigned> vf = functions_.vf_of(sent.completer);
    const LentFunction* const lent = vf ? functions_.lent(*vf) : nullptr;
    if (lent == nullptr && (vf || functions_.is_physical_function(sent.completer))) {
        return forward(tlp, sent, tables_.master);
    }
    if (lent != nullptr && returns_->goes_by_completer()) {
        ++coverage_.completer_remaps;
        sent.completer = lent->function;
        return forward(tlp, sent, lent->root);
    }
    return refuse(tlp, false, {}, tables_.master);
}

EngineResult SharingEngine::request_of_device(const pcie::Tlp& tlp) {
    const std::optional<unsigned> vf = functions_.vf_of(tlp.header.requester);
    const LentFunction* const lent = vf ? functions_.lent(*vf) : nullptr;
    const pcie::RootId root = lent == nullptr ? tables_.master : lent->root;
    if (!vf && !functions_.is_physical_function(tlp.header.requester)) {
        return refuse(tlp, false, {}, root);
    }
    const Passage passage = passage_of_device(tlp.header, lent != nullptr);
    if (passage != Passage::passes) {
        return refuse(tlp, passage == Passage::refused, tables_.engine, root);
    }
    pcie::TlpHeader sent = tlp.header;
    if (lent != nullptr) {
        ++coverage_.requester_remaps;
        sent.requester = lent->function;
    }
    return forward(tlp, sent, root);
}

EngineResult SharingEngine::without_link(const pcie::Tlp& tlp) const {
    return refuse(tlp, true, tables_.refuser_of_root.at(tlp.root.index()), tlp.root);
}

std::vector<pcie::TlpPtr> SharingEngine::reset_root(pcie::RootId root) {
    std::vector<pcie::TlpPtr> made;
    tables_.refuser_of_root.at(root.index()) = {};
    returns_->abandon(root);
    for (unsigned vf = 0; vf < tables_.vfs.size(); ++vf) {
        auto& lent = tables_.vfs[vf];
        if (!lent || lent->root != root) {
            continue;
        }
        ++coverage_.function_resets;
        lent->function = pcie::Bdf(0, lent->function.device(), lent->function.function());
        made.push_back(reset_of(functions_.routing_id(vf)));
    }
    return made;
}

pcie::TlpPtr SharingEngine::reset_of(pcie::Bdf function) {
    constexpr std::uint32_t initiate_function_level_reset = 0x8000;
    pcie::TlpHeader write;
    write.target = function;
    write.kind = function.bus() == tables_.physical_function.bus() ? pcie::TlpKind::config_write_0
                                                                   : pcie::TlpKind::config_write_1;
    write.requester = tables_.engine;
    write.config_register = 0xA8;
    write.first_be = 0x3;
    return with_dword(factory_, write, initiate_function_level_reset, tables_.master);
}

pcie::TlpPtr SharingEngine::send_own(const pcie::Tlp& request) {
    pcie::TlpHeader header = request.header;
    returns_->send(header, {tables_.master, {}, {}, std::nullopt, true}, true);
    return factory_.view(request, header, request.root);
}

/// The VFs are gone, and the master does not make them again.
void SharingEngine::forget() {
    returns_->forget();
    tables_.vfs.clear();
}

EngineResult SharingEngine::send(const pcie::Tlp& tlp, pcie::TlpHeader header, std::optional<pcie::Bdf> lent) {
    const Origin origin{tlp.root, header.requester, header.tag, lent};
    returns_->send(header, origin, pcie::is_configuration(header.kind));
    return forward(tlp, header, tlp.root);
}

EngineResult SharingEngine::forward(const pcie::Tlp& tlp, const pcie::TlpHeader& header, pcie::RootId root) const {
    return {Kind::forwarded, factory_.view(tlp, header, root), root};
}

EngineResult SharingEngine::refuse(const pcie::Tlp& tlp, bool is_answered, pcie::Bdf refuser, pcie::RootId root) const {
    if (!is_answered || !is_non_posted(tlp.header)) {
        ++coverage_.dropped;
        return {Kind::dropped, nullptr, root};
    }
    const pcie::Bdf completer = pcie::is_configuration(tlp.header.kind) ? tlp.header.target : refuser;
    return {Kind::answered, unsupported(factory_, tlp.header, completer, root), root};
}

bool SharingEngine::concerns_lent(const pcie::TlpHeader& header) const {
    std::optional<unsigned> vf;
    if (pcie::is_configuration(header.kind)) {
        vf = functions_.vf_of(header.target);
    } else if (pcie::is_completion(header.kind)) {
        vf = functions_.vf_of(header.requester);
    } else if (pcie::is_address_routed(header.kind)) {
        vf = functions_.vf_at(header.address);
    }
    return vf && functions_.lent(*vf) != nullptr;
}

pcie::TlpPtr unsupported(pcie::TlpFactory& factory, const pcie::TlpHeader& request, pcie::Bdf refuser,
                         pcie::RootId root) {
    return factory.make(completion_of(request, refuser, pcie::CompletionStatus::unsupported_request), root);
}

pcie::TlpPtr one_dword(pcie::TlpFactory& factory, const pcie::TlpHeader& request, pcie::Bdf completer,
                       std::uint32_t value, pcie::RootId root) {
    pcie::TlpHeader header = completion_of(request, completer, pcie::CompletionStatus::successful);
    header.kind = pcie::TlpKind::completion_with_data;
    return with_dword(factory, header, value, root);
}

} // namespace rootpool::reference
