#include "pooled_platform.h"

#include "rootpool/pcie/completion_splitter.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models::test {

using pcie::TlpHeader;
using pcie::TlpKind;

namespace {

constexpr SimTime answer_time = 100ns;

MultiRootSwitchConfig switch_config(const PlatformConfig& config) {
    MultiRootSwitchConfig result;
    result.roots = config.roots;
    result.tagging = config.roots <= 8 ? "reserved_bits" : "local_prefix";
    result.devices.push_back({PooledPlatform::master, {}});
    result.return_route = config.return_route;
    result.interrupts = config.interrupts;
    result.profile = config.profile;
    result.timing = config.timing;
    result.switching = config.switching;
    result.arbiter = config.arbiter;
    result.weights = config.weights;
    result.priorities = config.priorities;
    result.ari = config.ari;
    result.ordering = config.ordering;
    result.root_quota = config.root_quota;
    result.root_reserve = config.root_reserve;
    result.fence_timeout = config.fence_timeout;
    return result;
}

bool is_type_1(pcie::Bdf target) { return target.bus() != 1; }

} // namespace

std::uint32_t Received::value(std::size_t dword) const {
    return core::load_le<std::uint32_t>(tlp->payload.bytes().data() + 4 * dword);
}

TlpHeader memory_request(TlpKind kind, pcie::Bdf requester, std::uint64_t address, std::uint16_t length_dw,
                         pcie::Tag tag) {
    TlpHeader header;
    header.kind = kind;
    header.length_dw = length_dw;
    header.requester = requester;
    header.tag = tag;
    header.first_be = 0xF;
    header.last_be = length_dw > 1 ? 0xF : 0;
    pcie::set_address(header, address);
    return header;
}

TlpHeader config_request(TlpKind kind, pcie::Bdf target, std::uint16_t offset) {
    TlpHeader header;
    header.kind = kind;
    header.length_dw = 1;
    header.first_be = 0xF;
    header.target = target;
    header.config_register = offset;
    return header;
}

FakeComponent::FakeComponent(const char* name, pcie::TlpFactory& factory, const pcie::Credits& credits)
    : port(name, *this, credits), factory_(factory) {}

void FakeComponent::send(const TlpHeader& header, std::uint32_t value, SimTime at) {
    pcie::PayloadSlice payload;
    if (const unsigned bytes = pcie::payload_bytes(header); bytes != 0) {
        payload = {factory_.payload(), 0, static_cast<std::uint16_t>(bytes)};
        for (unsigned offset = 0; offset < bytes; offset += 4) {
            core::store_le(payload.buffer->data() + offset, value + offset / 4);
        }
    }
    const pcie::TlpPtr tlp = factory_.make(header, payload);
    tlp->injected_at = std::max(at, now());
    port.send(tlp, std::max(at, now()));
}

void FakeComponent::on_tlp(Port& from, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) {
    const bool held = holds_requests && pcie::flow_class(tlp->header.kind) == pcie::FlowClass::non_posted;
    if (held) {
        held_.push_back(tlp);
    } else if (holds_posted && pcie::flow_class(tlp->header.kind) == pcie::FlowClass::posted) {
        held_posted_.push_back(tlp);
    } else {
        from.release(*tlp, last_beat);
    }
    ++received;
    if (!records) {
        return;
    }
    const bool non_posted = pcie::flow_class(tlp->header.kind) == pcie::FlowClass::non_posted;
    auto& log = pcie::is_completion(tlp->header.kind) ? completions : requests;
    log.push_back({tlp, first_beat, last_beat});
    if (non_posted) {
        answer(*tlp, last_beat + answer_time);
        release_answered();
    }
}

void FakeComponent::release_posted() {
    for (const pcie::TlpPtr& tlp : held_posted_) {
        port.release(*tlp, now());
    }
    held_posted_.clear();
}

void FakeComponent::release_answered() {
    while (held_.size() > port.backlog(pcie::FlowClass::completion)) {
        port.release(*held_.front(), now());
        held_.pop_front();
    }
}

void FakeComponent::explain_waits(const Port& at, pcie::WaitGraph& graph) const {
    if (!held_.empty()) {
        graph.add(pcie::WaitGraph::receive_buffer(pcie::FlowClass::non_posted, at.name()),
                  pcie::WaitGraph::transmit_buffer(pcie::FlowClass::completion, at.name()),
                  std::to_string(held_.size()) + " requests keep their credits until they are answered");
    }
}

void FakeComponent::answer(const pcie::Tlp& request, SimTime at) {
    if (request.header.kind == TlpKind::memory_read) {
        complete(request, pcie::Bdf(), at);
    } else {
        reply(request, pcie::Bdf(), memory(request.header.address), at);
    }
}

void FakeComponent::complete(const pcie::Tlp& request, pcie::Bdf completer, SimTime at) {
    constexpr unsigned boundary = 64;
    constexpr unsigned max_payload = 128;
    const AnswerFate what = fate ? fate(request.header.address) : AnswerFate::complete;
    if (what == AnswerFate::unsupported || what == AnswerFate::aborted) {
        const auto status = what == AnswerFate::aborted ? pcie::CompletionStatus::completer_abort
                                                        : pcie::CompletionStatus::unsupported_request;
        send(pcie::completion(request.header, completer, status), 0, at);
        return;
    }
    const std::uint32_t first = memory(request.header.address);
    for (const pcie::CompletionPart& part : pcie::CompletionSplitter(request.header, boundary, max_payload)) {
        TlpHeader header = pcie::completion_with_data(request.header, completer, part);
        header.poisoned = what == AnswerFate::poisoned;
        const std::uint32_t value = first + part.data_offset / 4U;
        if (what == AnswerFate::late) {
            late_.emplace_back(header, value);
        } else {
            send(header, value, at);
        }
    }
}

void FakeComponent::answer_late() {
    for (const auto& [header, value] : late_) {
        send(header, value);
    }
    late_.clear();
}

void FakeComponent::reply(const pcie::Tlp& request, pcie::Bdf completer, std::optional<std::uint32_t> first_dword,
                          SimTime at) {
    TlpHeader header;
    header.kind = first_dword ? TlpKind::completion_with_data : TlpKind::completion;
    header.length_dw = first_dword ? request.header.length_dw : 0;
    header.requester = request.header.requester;
    header.tag = request.header.tag;
    header.completer = completer;
    header.byte_count = pcie::completion_byte_count(request.header);
    header.lower_address = pcie::completion_lower_address(request.header);
    send(header, first_dword.value_or(0), at);
}

FakeDevice::FakeDevice(const char* name, pcie::TlpFactory& factory, const pcie::Credits& credits)
    : FakeComponent(name, factory, credits), vf_registers_(vfs) {}

std::optional<unsigned> FakeDevice::vf_index(pcie::Bdf function) const {
    const unsigned distance = static_cast<unsigned>(function.routing_id()) - pf_.routing_id() - 0x80U;
    return distance % 2 == 0 && distance / 2 < vfs ? std::optional(distance / 2) : std::nullopt;
}

std::uint32_t FakeDevice::read_pf(std::uint16_t offset) const {
    const auto written = pf_registers_.find(offset);
    const std::uint32_t value = written == pf_registers_.end() ? 0 : written->second;
    switch (offset) {
    case 0x00:
        return 0x10FB'8086;
    case 0x174:
        return 0x0002'0080;
    case 0x178:
        return 0x10ED'0000;
    case 0x184:
    case 0x190:
        return (value & 0xFFFF'C000U) | 0xCU;
    default:
        return value;
    }
}

std::uint32_t FakeDevice::read_vf(unsigned index, std::uint16_t offset) const {
    switch (offset) {
    case 0x00:
        return 0xFFFF'FFFF;
    case 0x08:
        return 0x0200'0001;
    case 0x34:
        return 0x70;
    case 0x70:
        return 0x0002'A011;
    case 0xA0:
        return 0x0000'0010; // erratum 35: version 0
    case 0x100:
        return 0x1501'0001;
    case 0x150:
        return 0x0001'000E;
    default: {
        const auto& registers = vf_registers_[index];
        const auto written = registers.find(offset);
        return written == registers.end() ? 0 : written->second;
    }
    }
}

void FakeDevice::on_link_down(Port& /*port*/) {
    late_.clear();
    reset_all();
}

/// Of the physical function: no virtual function is left.
void FakeDevice::reset_all() {
    pf_registers_.clear();
    vf_registers_.assign(vfs, {});
    if (reset) {
        reset();
    }
}

void FakeDevice::reset_function(std::optional<unsigned> vf_index) {
    if (!vf_index) {
        reset_all();
    } else if (function_reset) {
        function_reset(*vf_index);
    }
}

void FakeDevice::answer(const pcie::Tlp& request, SimTime at) {
    const TlpHeader& header = request.header;
    if (!pcie::is_configuration(header.kind)) {
        const pcie::Bdf function = vf(static_cast<unsigned>((header.address >> 14U) % vfs)); // BARs of 16 KB
        complete(request, function, at);
        return;
    }
    const bool writes = pcie::has_data(header.kind);
    if (writes && header.target.devfn() == 0) {
        pf_ = header.target;
    }
    const auto index = header.target.devfn() == 0 ? std::nullopt : vf_index(header.target);
    if (writes) {
        auto& registers = index ? vf_registers_[*index] : pf_registers_;
        const std::uint32_t value = core::load_le<std::uint32_t>(request.payload.bytes().data());
        registers[header.config_register] = value;
        if (header.config_register == 0xA8 && (value & 0x8000U) != 0) {
            reset_function(index);
        }
        reply(request, header.target, std::nullopt, at);
        return;
    }
    // Erratum 36: the function part of the completer ID of a VF's configuration completion is wrong.
    const pcie::Bdf completer = index ? vf((*index + 1) % vfs) : header.target;
    reply(request, completer, index ? read_vf(*index, header.config_register) : read_pf(header.config_register), at);
}

PooledPlatform::PooledPlatform(const std::string& name, const PlatformConfig& config)
    : scheduler((name + "_scheduler").c_str()),
      multi_root_switch((name + "_switch").c_str(), scheduler, factory, switch_config(config)),
      device((name + "_device").c_str(), factory, config.device_credits), window_upper_(config.window_upper) {
    LinkConfig link;
    link.latency = config.link_latency;
    link.ordering = config.ordering;
    for (unsigned root = 0; root < config.roots; ++root) {
        const std::string label = name + "_root" + std::to_string(root);
        roots.push_back(std::make_unique<FakeComponent>(label.c_str(), factory, config.root_credits));
        links_.push_back(std::make_unique<Link>((label + "_link").c_str(), scheduler, link));
        links_.back()->connect(roots.back()->port,
                               multi_root_switch.upstream_port(pcie::RootId(static_cast<std::uint8_t>(root))));
    }
    links_.push_back(std::make_unique<Link>((name + "_device_link").c_str(), scheduler, link));
    links_.back()->connect(multi_root_switch.downstream_port(pooling::DeviceIndex(0)), device.port);
}

void PooledPlatform::watch(Watchdog& watchdog) {
    watchdog.watch(multi_root_switch);
    for (const auto& link : links_) {
        link->set_watchdog(watchdog);
    }
}

Received PooledPlatform::ask(unsigned root, const TlpHeader& header, std::uint32_t value) {
    FakeComponent& from = *roots[root];
    from.completions.clear();
    TlpHeader tagged = header;
    tagged.tag = pcie::Tag(last_tag_++ % 32U);
    from.send(tagged, value);
    for (int waited = 0; from.completions.empty() && waited < 100; ++waited) {
        run_for(1us);
    }
    if (from.completions.empty()) {
        throw std::runtime_error("no completion within 100 us");
    }
    return from.completions.front();
}

std::uint32_t PooledPlatform::config_read(unsigned root, pcie::Bdf target, std::uint16_t offset) {
    const Received answer =
        ask(root, config_request(is_type_1(target) ? TlpKind::config_read_1 : TlpKind::config_read_0, target, offset));
    return answer.tlp->header.status == pcie::CompletionStatus::successful ? answer.value() : 0xFFFF'FFFF;
}

void PooledPlatform::config_write(unsigned root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value,
                                  std::uint8_t byte_enables) {
    TlpHeader header =
        config_request(is_type_1(target) ? TlpKind::config_write_1 : TlpKind::config_write_0, target, offset);
    header.first_be = byte_enables;
    ask(root, header, value);
}

void PooledPlatform::enumerate_bridges(unsigned root) {
    const std::uint32_t window = root == master.value() ? master_window : slave_window;
    const std::uint32_t both = window >> 16U | (window + 0x0030'0000U);
    for (const auto& [bridge, buses] :
         {std::pair{pcie::Bdf(1, 0, 1), 0x0003'0201U}, std::pair{pcie::Bdf(2, 0, 0), 0x0003'0302U}}) {
        config_write(root, bridge, 0x18, buses);
        if (window_upper_ == 0) {
            config_write(root, bridge, 0x20, both);
        } else {
            config_write(root, bridge, 0x24, both);
            config_write(root, bridge, 0x28, window_upper_);
            config_write(root, bridge, 0x2C, window_upper_);
        }
        config_write(root, bridge, 0x04, 0x0006);
    }
    config_write(root, pcie::Bdf(2, 0, 0), pooling::BridgeRegisters::device_control_2, 0x20, 0x3); // ARI forwarding
}

void PooledPlatform::enable_vfs(std::uint16_t count) {
    config_write(0, slot, 0x04, 0x0006);
    for (const std::uint32_t bar : {0U, 1U}) {
        const auto offset = static_cast<std::uint16_t>(0x184 + 0xC * bar);
        config_write(0, slot, offset, 0xFFFF'FFFF);
        config_read(0, slot, offset);
        config_write(0, slot, offset, master_window + bar * 0x10'0000);
        config_write(0, slot, static_cast<std::uint16_t>(offset + 4), window_upper_);
    }
    config_write(0, slot, 0x170, count, 0x3);
    config_read(0, slot, 0x174);
    config_write(0, slot, 0x168, 0x0019, 0x3);
}

void PooledPlatform::map_function(unsigned root, std::uint8_t function) {
    const pcie::Bdf target(slot.bus(), 0, function);
    const auto base = static_cast<std::uint32_t>(slave_window + function * 2 * vf_bytes);
    config_write(root, target, 0x10, base);
    config_write(root, target, 0x14, window_upper_);
    config_write(root, target, 0x1C, static_cast<std::uint32_t>(base + vf_bytes));
    config_write(root, target, 0x20, window_upper_);
    config_write(root, target, 0x04, 0x0006, 0x3);
}

void PooledPlatform::set_up_again() {
    enumerate_bridges(0);
    enable_vfs(static_cast<std::uint16_t>(std::max<std::size_t>(16, roots.size() - 1)));
    for (unsigned root = 1; root < roots.size(); ++root) {
        enumerate_bridges(root);
        map_function(root, 0);
    }
}

void PooledPlatform::bring_up() {
    for (unsigned root = 1; root < roots.size(); ++root) {
        const pcie::VfIndex vf(static_cast<std::uint16_t>(root - 1));
        const auto result = multi_root_switch.pool_manager().assign(pooling::DeviceIndex(0), {vf, vf},
                                                                    pcie::RootId(static_cast<std::uint8_t>(root)));
        if (result != pooling::AssignResult::ok) {
            throw std::runtime_error(std::string(pooling::to_string(result)));
        }
    }
    set_up_again();
}

} // namespace rootpool::models::test
