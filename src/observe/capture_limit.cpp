#include "rootpool/observe/capture_limit.h"

#include <fmt/format.h>

namespace rootpool::observe {

bool CaptureLimit::admit(SimTime at) noexcept {
    if (at < window_.from || at > window_.to) {
        return false;
    }
    if (admitted_ == most_) {
        if (!stopped_at_) {
            stopped_at_ = at;
        }
        return false;
    }
    ++admitted_;
    return true;
}

std::optional<StoppedSink> CaptureLimit::stopped(std::string sink, std::string unit) const {
    if (!stopped_at_) {
        return std::nullopt;
    }
    return StoppedSink{std::move(sink), admitted_, *stopped_at_,
                       fmt::format("stops after {} {} without --window FROM:TO", most_, unit)};
}

} // namespace rootpool::observe
