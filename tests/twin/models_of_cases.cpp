#include "tests/twin/models_of_cases.h"

#include <algorithm>
#include <fmt/format.h>

namespace rootpool::twin {

ModelsOfCases::ModelsOfCases(unsigned first, unsigned count) : first_(first) {
    cases_.reserve(count); // the models refer to them
    for (unsigned seed = first; seed < first + count; ++seed) {
        cases_.push_back(make_link_case(seed, factory_));
        models_.push_back(std::make_unique<ModelLink>(fmt::format("case{}", seed), scheduler_, cases_.back()));
    }
}

void ModelsOfCases::run() {
    SimTime end{};
    for (const LinkCase& one : cases_) {
        end = std::max(end, one.end);
    }
    models::KernelTime::run_for(end);
}

} // namespace rootpool::twin
