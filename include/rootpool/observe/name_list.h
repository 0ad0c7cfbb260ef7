#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rootpool/core/error.h"

namespace rootpool::observe {

/// Numbers that an observer gives to places or ports: from 0, in the order in which they announce themselves. Every
/// observer counts like this, so that ObserverFanout can hand one number to all.
template <typename Id>
class NameList {
public:
    [[nodiscard]] Id add(const std::string& name) {
        if (names_.size() > UINT16_MAX) {
            throw core::ModelViolation("more than 65536 observation points");
        }
        names_.push_back(name);
        return Id{static_cast<typename Id::representation>(names_.size() - 1)};
    }
    [[nodiscard]] const std::string& operator[](Id id) const { return names_.at(id.index()); }
    [[nodiscard]] const std::vector<std::string>& all() const noexcept { return names_; }

private:
    std::vector<std::string> names_;
};

} // namespace rootpool::observe
