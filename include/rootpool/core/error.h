#pragma once

#include <stdexcept>
#include <string>

namespace rootpool::core {

/// The model broke one of its own rules: credit below zero, a TLP lost, bytes that crossed roots, frames unaccounted.
/// Never caused by input. The program ends with exit status 3.
class ModelViolation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace rootpool::core
