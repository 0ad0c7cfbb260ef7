#include "rootpool/pcie/root_errors.h"

#include <utility>

#include "rootpool/pcie/config_registers.h"

namespace rootpool::pcie {

namespace {

namespace r = registers;

/// Root Error Command and the low bits of Root Control: the same order of classes.
constexpr std::uint32_t enable_correctable = 1U << 0U;
constexpr std::uint32_t enable_non_fatal = 1U << 1U;
constexpr std::uint32_t enable_fatal = 1U << 2U;

/// Root Error Status.
constexpr std::uint32_t correctable_received = 1U << 0U;
constexpr std::uint32_t multiple_correctable = 1U << 1U;
constexpr std::uint32_t uncorrectable_received = 1U << 2U;
constexpr std::uint32_t multiple_uncorrectable = 1U << 3U;
constexpr std::uint32_t first_uncorrectable_fatal = 1U << 4U;
constexpr std::uint32_t non_fatal_received = 1U << 5U;
constexpr std::uint32_t fatal_received = 1U << 6U;

constexpr std::uint32_t enable_of(ErrorMessage message) noexcept {
    switch (message) {
    case ErrorMessage::correctable:
        return enable_correctable;
    case ErrorMessage::non_fatal:
        return enable_non_fatal;
    case ErrorMessage::fatal:
        return enable_fatal;
    default:
        return 0;
    }
}

} // namespace

RootErrorSignals RootErrors::receive(ErrorMessage message, Bdf source) noexcept {
    return forward_error_message(*space_, at_, message) ? record(message, source) : RootErrorSignals{};
}

RootErrorSignals RootErrors::record(ErrorMessage message, Bdf source) noexcept {
    if (message == ErrorMessage::none) {
        return {};
    }
    note(message, source);
    const std::uint16_t root_control = space_->get16(static_cast<std::uint16_t>(at_.express + r::root_control));
    return {follow_write(), (root_control & enable_of(message)) != 0};
}

/// The first message of a class leaves its requester ID; later ones only that they were (PCIe base 7.8.4.10).
void RootErrors::note(ErrorMessage message, Bdf source) noexcept {
    const bool correctable = message == ErrorMessage::correctable;
    const bool fatal = message == ErrorMessage::fatal;
    const auto status_at = static_cast<std::uint16_t>(at_.aer + r::aer_root_status);
    const auto source_at = static_cast<std::uint16_t>(at_.aer + r::aer_source_id + (correctable ? 0 : 2));
    const std::uint32_t first = correctable ? correctable_received : uncorrectable_received;
    const std::uint32_t multiple = correctable ? multiple_correctable : multiple_uncorrectable;
    std::uint32_t status = space_->get32(status_at);
    if ((status & first) != 0) {
        status |= multiple;
    } else {
        status |= first | (fatal ? first_uncorrectable_fatal : 0U);
        space_->set16(source_at, source.routing_id());
    }
    if (!correctable) {
        status |= fatal ? fatal_received : non_fatal_received;
    }
    space_->set32(status_at, status);
}

bool RootErrors::follow_write() noexcept {
    const bool before = std::exchange(raised_, interrupt_due());
    return raised_ && !before;
}

bool RootErrors::interrupt_due() const noexcept {
    const std::uint32_t enables = space_->get32(static_cast<std::uint16_t>(at_.aer + r::aer_root_command));
    const std::uint32_t status = space_->get32(static_cast<std::uint16_t>(at_.aer + r::aer_root_status));
    return ((enables & enable_correctable) != 0 && (status & correctable_received) != 0) ||
           ((enables & enable_non_fatal) != 0 && (status & non_fatal_received) != 0) ||
           ((enables & enable_fatal) != 0 && (status & fatal_received) != 0);
}

} // namespace rootpool::pcie
