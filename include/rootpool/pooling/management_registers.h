#pragma once

#include <cstdint>

#include "rootpool/pooling/pool_manager.h"
#include "rootpool/pooling/root_fences.h"

namespace rootpool::pooling {

/// Registers of the management endpoint, in its BAR0. 32 bits, little endian.
///
/// | offset | name | access | content |
/// |---|---|---|---|
/// | 00h | ID | RO | 52504D52h |
/// | 04h | ROOT | RO | root number 7:0, number of roots 15:8, number of devices 23:16, bit 31: master of some device |
/// | 08h | DEVICE | RW | device number of the next command |
/// | 0Ch | VF_RANGE | RW | first VF 15:0, last VF 31:16 |
/// | 10h | TARGET | RW | root number of the next command |
/// | 14h | COMMAND | WO | 1 assign, 2 take back, 3 end the fence of TARGET; executed at the write |
/// | 18h | RESULT | RO | AssignResult of the last command; FFh: unknown; FEh: this root is not the device's master |
/// | 1Ch | FENCED | RO | bit 0: TARGET is fenced |
struct ManagementRegisterMap {
    static constexpr std::uint32_t id = 0x00;
    static constexpr std::uint32_t root = 0x04;
    static constexpr std::uint32_t device = 0x08;
    static constexpr std::uint32_t vf_range = 0x0C;
    static constexpr std::uint32_t target = 0x10;
    static constexpr std::uint32_t command = 0x14;
    static constexpr std::uint32_t result = 0x18;
    static constexpr std::uint32_t fenced = 0x1C;

    static constexpr std::uint32_t bar_bytes = 4096;
    static constexpr std::uint32_t identification = 0x5250'4D52;
    static constexpr std::uint32_t command_assign = 1;
    static constexpr std::uint32_t command_take_back = 2;
    static constexpr std::uint32_t command_unfence = 3;
    static constexpr std::uint32_t unknown_command = 0xFF;
    static constexpr std::uint32_t not_master = 0xFE;
};

/// The register block of one root's management endpoint. Only what arrives from that root on its own upstream link
/// comes here.
class ManagementRegisters {
public:
    /// `masters[d]` is the master of device d.
    ManagementRegisters(pcie::RootId root, unsigned roots, const std::vector<pcie::RootId>& masters,
                        PoolManager& manager, RootFences& fences);

    [[nodiscard]] std::uint32_t read(std::uint32_t offset) const noexcept;
    void write(std::uint32_t offset, std::uint32_t value, std::uint8_t byte_enables);

private:
    [[nodiscard]] std::uint32_t execute(std::uint32_t command);

    pcie::RootId root_;
    unsigned roots_;
    const std::vector<pcie::RootId>& masters_;
    PoolManager& manager_;
    RootFences& fences_;
    std::uint32_t device_ = 0;
    std::uint32_t vf_range_ = 0;
    std::uint32_t target_ = 0;
    std::uint32_t result_ = 0;
};

} // namespace rootpool::pooling
