#include "rootpool/pooling/interrupt_route.h"

#include "pooling/interrupt_routes.h"
#include "pooling/strategy_table.h"

namespace rootpool::pooling {
namespace {

constexpr Strategy<InterruptRoute, const DeviceProfile&> routes[] = {
    {"direct", make_direct_interrupts},
    {"translate", make_translated_interrupts},
};

void check_table(const DeviceProfile& profile) {
    if (profile.vf_msix_bar >= bar_count || profile.vf_msix_table_offset % 8 != 0 || profile.vf_msix_vectors == 0 ||
        profile.vf_msix_vectors > 2048) {
        throw std::invalid_argument("a VF's MSI-X table has 1 to 2048 vectors, in BAR 0 to 5, at a multiple of 8");
    }
}

/// Tables and messages pass untouched: the VF's RID alone says whose they are.
class DirectInterrupts : public InterruptRoute {
public:
    bool intercepts(const BarHit& /*hit*/, unsigned /*bytes*/) const noexcept override { return false; }
    void write(const BarHit& /*hit*/, pcie::TlpHeader& /*header*/, core::MutableByteView /*data*/) noexcept override {}
    void read(pcie::VfIndex /*vf*/, std::uint64_t /*offset*/, core::MutableByteView /*data*/) const noexcept override {}
    InterruptHit find(pcie::VfIndex /*vf*/, const pcie::TlpHeader& /*header*/,
                      core::ByteView /*data*/) const noexcept override {
        return {};
    }
    void clear(pcie::VfIndex /*vf*/) noexcept override {}
    std::size_t table_bytes() const noexcept override { return 0; }
};

} // namespace

std::unique_ptr<InterruptRoute> make_direct_interrupts(const DeviceProfile& /*profile*/) {
    return std::make_unique<DirectInterrupts>();
}

std::vector<std::string_view> interrupt_route_names() { return strategy_names(routes); }

std::unique_ptr<InterruptRoute> make_interrupt_route(std::string_view name, const DeviceProfile& profile) {
    const auto& route = find_strategy(routes, "interrupt route", name);
    check_table(profile);
    return route.make(profile);
}

} // namespace rootpool::pooling
