#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rootpool/pooling/sharing_engine.h"

namespace rootpool::bench {

/// A function that a slave has, under both its numbers.
struct LentFunction {
    pcie::RootId root;
    pcie::Bdf at_slave;
    pcie::Bdf at_device;
    std::uint64_t bar0; ///< in the slave's address space
};

/// A sharing engine whose tables are full: 64 VFs lent to seven slaves with equal bus numbers and equal addresses. It
/// got there by configuration TLPs, as in a run.
class FullPool {
public:
    /// `return_route`: one of pooling::return_route_names().
    explicit FullPool(std::string_view return_route);

    [[nodiscard]] pcie::TlpFactory& factory() noexcept { return factory_; }
    [[nodiscard]] pooling::SharingEngine& engine() noexcept { return engine_; }
    [[nodiscard]] const std::vector<LentFunction>& lent() const noexcept { return lent_; }

    /// A TLP of `root` with as much data as its header says, all zero.
    [[nodiscard]] pcie::TlpPtr make(const pcie::TlpHeader& header, pcie::RootId root = {});

private:
    void enable_vfs();
    void lend_all();
    void map_bars(const LentFunction& function);
    /// A configuration request and, if the engine passes it on, the device's completion of it.
    void write(pcie::RootId root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value,
               std::uint8_t byte_enables);
    void read(pcie::RootId root, pcie::Bdf target, std::uint16_t offset, std::uint32_t value);
    [[nodiscard]] pcie::TlpPtr make_dword(const pcie::TlpHeader& header, pcie::RootId root, std::uint32_t value);

    pcie::TlpFactory factory_;
    pooling::SharingEngine engine_;
    std::vector<LentFunction> lent_;
};

} // namespace rootpool::bench
