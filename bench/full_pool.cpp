#include "bench/full_pool.h"

#include <algorithm>
#include <array>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::bench {

namespace {

constexpr pcie::RootId master(0);
constexpr std::uint8_t slaves = 7;
constexpr std::uint8_t bus = 3; ///< of the device at the master and of the slot at every slave
constexpr pcie::Bdf pf(bus, 0, 0);
constexpr std::uint32_t bar_bytes = 0x4000;
constexpr std::uint32_t slave_base = 0xE000'0000;

// SR-IOV capability of the 82599 at 160h (datasheet 9.4.4): registers that are written as the PF driver does.
constexpr std::uint16_t sriov_control = 0x168;
constexpr std::uint16_t sriov_num_vfs = 0x170;
constexpr std::uint16_t sriov_offset_and_stride = 0x174;
constexpr std::uint16_t sriov_bar0 = 0x184;
constexpr std::uint16_t sriov_bar3 = 0x190;

constexpr std::uint8_t low_word = 0x3; ///< byte enables

pooling::SharingEngineConfig engine_config(std::string_view return_route) {
    pooling::SharingEngineConfig config;
    config.master = master;
    config.roots = slaves + 1;
    config.ari = true; // more than 8 functions a slot
    config.return_route = return_route;
    config.route.roots = config.roots;
    return config;
}

} // namespace

FullPool::FullPool(std::string_view return_route) : engine_(engine_config(return_route), factory_) {
    engine_.set_engine_id(pcie::Bdf(2, 0, 0));
    enable_vfs();
    lend_all();
    for (const LentFunction& function : lent_) {
        map_bars(function);
    }
}

pcie::TlpPtr FullPool::make(const pcie::TlpHeader& header, pcie::RootId root) {
    const std::vector<std::uint8_t> data(pcie::payload_bytes(header));
    return factory_.make(header, core::ByteView(data), root);
}

void FullPool::enable_vfs() {
    constexpr std::uint32_t vf_offset_128_stride_2 = 0x0002'0080;
    constexpr std::uint32_t vf_enable_and_mse = 0x9;
    for (const auto& [bar, base] : {std::pair{sriov_bar0, 0xD000'0000U}, std::pair{sriov_bar3, 0xD010'0000U}}) {
        write(master, pf, bar, UINT32_MAX, pcie::all_byte_enables);
        read(master, pf, bar, ~(bar_bytes - 1U) | 0xCU); // 64 bits, prefetchable
        write(master, pf, bar, base, pcie::all_byte_enables);
        write(master, pf, static_cast<std::uint16_t>(bar + 4U), 0, pcie::all_byte_enables);
    }
    write(master, pf, sriov_num_vfs, engine_.total_vfs(), low_word);
    read(master, pf, sriov_offset_and_stride, vf_offset_128_stride_2);
    write(master, pf, sriov_control, vf_enable_and_mse, low_word);
}

void FullPool::lend_all() {
    const auto vfs = static_cast<std::uint16_t>(engine_.total_vfs());
    std::array<std::vector<pcie::VfIndex>, slaves> shares;
    for (std::uint16_t vf = 0; vf < vfs; ++vf) {
        const pcie::VfIndex index(vf);
        auto& share = shares[vf % slaves];
        const auto function = static_cast<std::uint8_t>(share.size());
        share.push_back(index);
        lent_.push_back({pcie::RootId(static_cast<std::uint8_t>(1 + vf % slaves)),
                         pcie::Bdf::from_bus_devfn(bus, function), engine_.snoop().routing_id(index),
                         slave_base + function * std::uint64_t{2} * bar_bytes});
    }
    for (std::uint8_t slave = 0; slave < slaves; ++slave) {
        const pcie::RootId root(static_cast<std::uint8_t>(1 + slave));
        engine_.set_slave_bus(root, bus);
        engine_.set_lent(root, shares[slave]);
    }
}

void FullPool::map_bars(const LentFunction& function) {
    constexpr std::uint32_t memory_enable_and_bus_master = 0x6;
    const auto base = static_cast<std::uint32_t>(function.bar0);
    const std::array<std::pair<std::uint16_t, std::uint32_t>, 5> registers{
        {{0x10, base}, {0x14, 0}, {0x1C, base + bar_bytes}, {0x20, 0}, {0x04, memory_enable_and_bus_master}}};
    for (const auto& [offset, value] : registers) {
        write(function.root, function.at_slave, offset, value, pcie::all_byte_enables);
    }
}

void FullPool::write(pcie::RootId root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value,
                     std::uint8_t byte_enables) {
    const pcie::TlpHeader request =
        pcie::config_write(pcie::ConfigType::type_0, pcie::Bdf(), pcie::Tag(1), target, offset, byte_enables);
    const pooling::EngineOutput sent = engine_.from_root(*make_dword(request, root, value), SimTime{});
    if (sent.action == pooling::EngineOutput::Action::forward) {
        const pcie::TlpHeader& header = sent.tlp->header;
        static_cast<void>(engine_.from_device(*factory_.make(pcie::completion(header, header.target)), SimTime{}));
    }
}

void FullPool::read(pcie::RootId root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value) {
    const pcie::TlpHeader request =
        pcie::config_read(pcie::ConfigType::type_0, pcie::Bdf(), pcie::Tag(1), target, offset);
    const pooling::EngineOutput sent = engine_.from_root(*factory_.make(request, root), SimTime{});
    const pcie::TlpHeader completion = pcie::completion_with_data(sent.tlp->header, target);
    static_cast<void>(engine_.from_device(*make_dword(completion, {}, value), SimTime{}));
}

pcie::TlpPtr FullPool::make_dword(const pcie::TlpHeader& header, pcie::RootId root, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    core::store_le(bytes.data(), value);
    return factory_.make(header, core::ByteView(bytes), root);
}

} // namespace rootpool::bench
