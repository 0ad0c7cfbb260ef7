#include "models/platform/timeline.h"

#include <variant>

#include "rootpool/core/error.h"

namespace rootpool::models {

void Timeline::play(const std::vector<scenario::Step>& steps) {
    for (const scenario::Step& step : steps) {
        current_ = step.where;
        std::visit([this](const auto& action) { play(action); }, step.action);
    }
}

void Timeline::together(std::vector<std::function<void()>> activities) {
    Gathering& gathering = gatherings_.emplace_back(std::move(activities));
    for (std::function<void()>& activity : gathering.activities) {
        sc_core::sc_spawn([&activity, &gathering] {
            activity();
            --gathering.running;
            gathering.one_done.notify();
        });
    }
    while (gathering.running != 0) {
        platform_.topology().scheduler().wait_for(gathering.one_done);
    }
}

void Timeline::play(const scenario::PowerOn& step) {
    std::vector<std::function<void()>> boots;
    for (const scenario::ServerId id : step.servers) {
        boots.emplace_back([this, id] { platform_.power_on(id); });
    }
    together(std::move(boots));
}

void Timeline::play(const scenario::Assign& step) {
    const scenario::SwitchConfig& pool = *platform_.config().multi_root_switch;
    const auto device = pooling::DeviceIndex(static_cast<std::uint8_t>(pool.port_of(step.device).value()));
    for (const pcie::VfIndex vf : step.vfs) {
        const pooling::AssignResult result = platform_.topology().multi_root_switch()->pool_manager().assign(
            device, {vf, vf}, pool.root_of(step.to).value());
        if (result != pooling::AssignResult::ok) {
            throw core::ModelViolation("the pool refused an assignment that the scenario's checks allowed: " +
                                       std::string(to_string(result)));
        }
    }
}

void Timeline::play(const scenario::Iperf& step) { platform_.workloads().iperf(step); }
void Timeline::play(const scenario::Ping& step) { platform_.workloads().ping(step); }
void Timeline::play(const scenario::Copy& step) { platform_.workloads().copy(step); }

void Timeline::play(const scenario::Lspci& step) {
    const std::string dump = platform_.system(step.server).lspci();
    platform_.files().write_lspci(platform_.config().server(step.server).name, step.label, dump);
    platform_.note_functions(step.label, step.server);
}

void Timeline::play(const scenario::PcieBench& step) { platform_.pcie_benchmark().run(step); }

void Timeline::play(const scenario::Wait& step) { platform_.topology().scheduler().wait_for(step.duration); }

void Timeline::play(const scenario::Parallel& step) {
    std::vector<std::function<void()>> activities;
    for (const scenario::Step& part : step.steps) {
        activities.emplace_back(
            [this, &part] { std::visit([this](const auto& action) { play(action); }, part.action); });
    }
    together(std::move(activities));
}

} // namespace rootpool::models
