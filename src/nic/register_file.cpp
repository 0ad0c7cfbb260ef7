#include "rootpool/nic/register_file.h"

#include "rootpool/core/error.h"

namespace rootpool::nic {

RegisterFile::RegisterFile(std::span<const RegisterDefinition> definitions)
    : definitions_(definitions), definition_of_(register_space_bytes / 4, undefined),
      values_(register_space_bytes / 4) {
    if (definitions.size() >= undefined) {
        throw core::ModelViolation("more kinds of registers than the register file can number");
    }
    for (std::size_t i = 0; i < definitions.size(); ++i) {
        for (unsigned k = 0; k < definitions[i].count; ++k) {
            std::uint8_t& entry = definition_of_.at((definitions[i].offset + k * definitions[i].stride) / 4);
            if (entry != undefined) {
                throw core::ModelViolation("two definitions of one register");
            }
            entry = static_cast<std::uint8_t>(i);
        }
    }
    reset();
}

const RegisterDefinition* RegisterFile::find(std::uint32_t offset) const noexcept {
    const std::uint8_t entry = offset / 4 < definition_of_.size() ? definition_of_[offset / 4] : undefined;
    return entry == undefined ? nullptr : &definitions_[entry];
}

void RegisterFile::store(const RegisterDefinition& definition, std::uint32_t offset, std::uint32_t value) noexcept {
    std::uint32_t& stored = values_[offset / 4];
    stored = (stored & ~definition.writable) | (value & definition.writable);
}

void RegisterFile::reset() noexcept {
    for (const RegisterDefinition& definition : definitions_) {
        for (unsigned k = 0; k < definition.count; ++k) {
            values_[(definition.offset + k * definition.stride) / 4] = definition.reset;
        }
    }
}

void RegisterFile::reset(std::uint32_t offset) noexcept {
    if (const RegisterDefinition* definition = find(offset)) {
        set(offset, definition->reset);
    }
}

} // namespace rootpool::nic
