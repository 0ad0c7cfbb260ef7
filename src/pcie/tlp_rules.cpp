#include <algorithm>
#include <array>
#include <bit>
#include <iterator>

#include "pcie/tlp_format.h"
#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::pcie {

namespace {

struct Rule {
    bool (*broken)(const TlpHeader&);
    std::size_t byte_offset;
    const char* text;
};

// ------------------------------------------------------------------------------------------------ kinds

bool is_io(TlpKind kind) { return kind == TlpKind::io_read || kind == TlpKind::io_write; }
bool is_io_or_config(TlpKind kind) { return is_io(kind) || is_configuration(kind); }
bool is_memory(TlpKind kind) { return kind <= TlpKind::memory_write; }
/// Targets memory space: memory requests and atomics.
bool targets_memory(TlpKind kind) { return is_memory(kind) || is_atomic(kind); }
bool reads_memory(TlpKind kind) { return is_memory(kind) && !has_data(kind); }
bool has_length(TlpKind kind) { return has_data(kind) || !(is_completion(kind) || is_message(kind)); }
/// A memory read with processing hints carries a steering tag where its byte enables would be.
bool has_byte_enables(const TlpHeader& h) { return is_memory(h.kind) && !(h.processing_hint && reads_memory(h.kind)); }

// --------------------------------------------------------------------------------------------- messages

/// What PCIe base 2.2.8 fixes for a message code.
struct MessageRule {
    std::uint8_t first_code;
    std::uint8_t last_code;
    std::uint8_t routings; ///< bit r set: r[2:0] = r permitted
    enum class Data : std::uint8_t { none, one_dw, any } data;
    bool traffic_class_0;
};

constexpr std::uint8_t to_root = 1U << 0U;
constexpr std::uint8_t by_id = 1U << 2U;
constexpr std::uint8_t broadcast = 1U << 3U;
constexpr std::uint8_t local = 1U << 4U;
constexpr std::uint8_t gathered = 1U << 5U;
constexpr std::uint8_t first_vendor_defined = 0x7E;

constexpr MessageRule message_rules[] = {
    {0x00, 0x00, broadcast, MessageRule::Data::none, true}, // Unlock, table 2-26
    {0x10, 0x10, local, MessageRule::Data::none, true},     // LTR, table 2-33
    {0x12, 0x12, local, MessageRule::Data::none, true},     // OBFF, table 2-34
    {0x14, 0x14, local, MessageRule::Data::none, true},     // PM_Active_State_Nak, table 2-23
    {0x18, 0x18, to_root, MessageRule::Data::none, true},   // PM_PME
    {0x19, 0x19, broadcast, MessageRule::Data::none, true}, // PME_Turn_Off
    {0x1B, 0x1B, gathered, MessageRule::Data::none, true},  // PME_TO_Ack
    {0x20, 0x27, local, MessageRule::Data::none, true},     // Assert_INTx, Deassert_INTx, table 2-21
    {0x30, 0x31, to_root, MessageRule::Data::none, true},   // ERR_COR, ERR_NONFATAL, table 2-24
    {0x33, 0x33, to_root, MessageRule::Data::none, true},   // ERR_FATAL
    {0x50, 0x50, local, MessageRule::Data::one_dw, true},   // Set_Slot_Power_Limit, table 2-27
    {first_vendor_defined, 0x7F, to_root | by_id | broadcast | local, MessageRule::Data::any, false}, // table 2-28
};

const MessageRule* rule_of_message(const TlpHeader& h) {
    if (!is_message(h.kind)) {
        return nullptr;
    }
    const auto* found = std::find_if(std::begin(message_rules), std::end(message_rules), [&h](const MessageRule& rule) {
        return rule.first_code <= h.message_code && h.message_code <= rule.last_code;
    });
    return found == std::end(message_rules) ? nullptr : found;
}

bool message_routing_wrong(const TlpHeader& h) {
    const MessageRule* rule = rule_of_message(h);
    return rule != nullptr && (rule->routings >> h.message_routing & 1U) == 0;
}

bool message_data_wrong(const TlpHeader& h) {
    const MessageRule* rule = rule_of_message(h);
    if (rule == nullptr || rule->data == MessageRule::Data::any) {
        return false;
    }
    return rule->data == MessageRule::Data::none ? has_data(h.kind) : !has_data(h.kind) || h.length_dw != 1;
}

bool message_traffic_class_wrong(const TlpHeader& h) {
    const MessageRule* rule = rule_of_message(h);
    return rule != nullptr && rule->traffic_class_0 && h.traffic_class != 0;
}

bool message_target_wrong(const TlpHeader& h) {
    constexpr std::uint8_t routed_by_id = 2;
    return is_message(h.kind) && h.message_routing == routed_by_id && h.target.routing_id() != h.message_payload >> 48U;
}

// ------------------------------------------------------------------------------------------ byte enables

/// Enabled bytes reach from some byte to the end of the first dword, from the start of the last dword to some byte.
bool contiguous(const TlpHeader& h) {
    const unsigned holes_before = static_cast<unsigned>(std::countr_zero(unsigned{h.first_be}));
    return h.first_be >> holes_before << holes_before == (all_byte_enables << holes_before & all_byte_enables) &&
           std::has_single_bit(h.last_be + 1U);
}

bool byte_enables_have_holes(const TlpHeader& h) {
    const bool quad_word = h.length_dw == 2 && h.address % 8U == 0;
    return has_byte_enables(h) && h.length_dw > 1 && !quad_word && !contiguous(h);
}

// ---------------------------------------------------------------------------------------------- lengths

bool crosses_boundary(const TlpHeader& h) {
    return is_memory(h.kind) && h.address % request_boundary + std::uint64_t{h.length_dw} * 4U > request_boundary;
}

bool operand_size_wrong(const TlpHeader& h) {
    if (!is_atomic(h.kind)) {
        return false;
    }
    const unsigned operands = h.kind == TlpKind::compare_and_swap ? 2 : 1;
    const unsigned largest = h.kind == TlpKind::compare_and_swap ? 8 : 2;
    return h.length_dw < operands || h.length_dw > largest || !std::has_single_bit(unsigned{h.length_dw});
}

// ------------------------------------------------------------------------------------------ completions

bool carries_too_much(const TlpHeader& h) {
    const unsigned remaining_dw = (h.lower_address % 4U + h.byte_count + 3U) / 4U;
    return is_completion(h.kind) && has_data(h.kind) && h.length_dw > remaining_dw;
}

/// All but the last completion of a read end on a read completion boundary, 64 bytes at least.
bool ends_off_boundary(const TlpHeader& h) {
    const unsigned end = (h.lower_address & ~3U) + h.length_dw * 4U;
    const bool last = h.lower_address + h.byte_count <= end;
    return is_completion(h.kind) && has_data(h.kind) && !h.byte_count_modified && !last && end % 64U != 0;
}

// ------------------------------------------------------------------------------------------------ tables

constexpr Rule common_rules[] = {
    {[](const TlpHeader& h) { return static_cast<int>(h.kind) >= tlp_kind_count; }, 0,
     "Fmt and Type must be a defined combination (2.2.1, table 2-3)"},
    {[](const TlpHeader& h) { return h.traffic_class > 7; }, 1, "Traffic Class has 3 bits (2.2.1)"},
    {[](const TlpHeader& h) { return h.tag.value() > 0x3FF; }, 6, "Tag has at most 10 bits (2.2.6.2)"},
    {[](const TlpHeader& h) { return h.address_type > 2; }, 2, "Address Type 11b is reserved (2.2.4.1, table 10-1)"},
    {[](const TlpHeader& h) { return h.address_type != 0 && !targets_memory(h.kind); }, 2,
     "Address Type must be 00b in requests that do not target memory and in completions (2.2.7.1, 2.2.8, 2.2.9.1)"},
    {[](const TlpHeader& h) { return h.address_type == 1 && !reads_memory(h.kind); }, 2,
     "only a memory read can be a translation request, Address Type 01b (2.2.4.1, table 10-1)"},
    {[](const TlpHeader& h) { return h.poisoned && !has_data(h.kind); }, 2,
     "only a TLP with data can be poisoned (2.7.2.1)"},
    {[](const TlpHeader& h) { return h.processing_hint && !targets_memory(h.kind); }, 1,
     "TH is reserved except in requests that target memory (2.2.7.1.1)"},
    {[](const TlpHeader& h) {
         return h.lightweight_notification && !is_memory(h.kind) && h.kind != TlpKind::completion_with_data;
     },
     1, "LN is reserved except in memory requests and completions with data (2.2.1 of base 3.1)"},
    {[](const TlpHeader& h) { return has_length(h.kind) && (h.length_dw == 0 || h.length_dw > 1024); }, 2,
     "Length is 1 to 1024 dwords (2.2.2, table 2-4)"},
    {[](const TlpHeader& h) { return !has_length(h.kind) && h.length_dw != 0; }, 2,
     "Length is reserved in messages and completions without data (2.2.2)"},
};

constexpr Rule request_rules[] = {
    {[](const TlpHeader& h) { return is_address_routed(h.kind) && h.address % 4U != 0; }, 0,
     "the low two address bits are reserved, processing hints 00b (2.2.4.1)"},
    {[](const TlpHeader& h) { return is_io(h.kind) && (h.four_dw || h.address >= first_64_bit_address); }, 0,
     "I/O requests use the 32-bit format (2.2.4.1)"},
    {[](const TlpHeader& h) { return targets_memory(h.kind) && h.four_dw && h.address < first_64_bit_address; }, 0,
     "addresses below 4 GB must use the 3 DW header (2.2.4.1)"},
    {[](const TlpHeader& h) { return targets_memory(h.kind) && !h.four_dw && h.address >= first_64_bit_address; }, 0,
     "addresses from 4 GB on need the 4 DW header (2.2.4.1)"},
    {[](const TlpHeader& h) { return h.four_dw && (is_configuration(h.kind) || is_completion(h.kind)); }, 0,
     "configuration requests and completions use a 3 DW header (2.2.7.1, 2.2.9.1)"},
    {[](const TlpHeader& h) { return !h.four_dw && is_message(h.kind); }, 0, "messages use a 4 DW header (2.2.8)"},
    {[](const TlpHeader& h) { return h.first_be > 0xF || h.last_be > 0xF; }, 7, "byte enables have 4 bits (2.2.5)"},
    {[](const TlpHeader& h) { return has_byte_enables(h) && h.length_dw == 1 && h.last_be != 0; }, 7,
     "a request of one dword must have Last DW BE 0000b (2.2.5)"},
    {[](const TlpHeader& h) { return has_byte_enables(h) && h.length_dw > 1 && h.first_be == 0; }, 7,
     "a request of more than one dword must not have First DW BE 0000b (2.2.5)"},
    {[](const TlpHeader& h) { return has_byte_enables(h) && h.length_dw > 1 && h.last_be == 0; }, 7,
     "a request of more than one dword must not have Last DW BE 0000b (2.2.5)"},
    {byte_enables_have_holes, 7,
     "byte enables must be contiguous unless the request is one dword or one aligned quad word (2.2.5)"},
    {crosses_boundary, 2, "a memory request must not cross a 4 KB boundary (2.2.7.1)"},
    {[](const TlpHeader& h) { return is_io_or_config(h.kind) && h.traffic_class != 0; }, 1,
     "I/O and configuration requests must use Traffic Class 0 (2.2.7.1)"},
    {[](const TlpHeader& h) { return is_io_or_config(h.kind) && h.attributes != Attributes{}; }, 2,
     "I/O and configuration requests must have Attr 000b (2.2.7.1)"},
    {[](const TlpHeader& h) { return is_io_or_config(h.kind) && h.length_dw != 1; }, 2,
     "I/O and configuration requests must have a Length of one dword (2.2.7.1)"},
    {[](const TlpHeader& h) { return is_io_or_config(h.kind) && h.last_be != 0; }, 7,
     "I/O and configuration requests must have Last DW BE 0000b (2.2.7.1)"},
    {[](const TlpHeader& h) {
         return is_configuration(h.kind) && (h.config_register % 4U != 0 || h.config_register > 0xFFC);
     },
     10, "a configuration request names one of 1024 dwords (2.2.7.1)"},
    {operand_size_wrong, 2, "atomic operands are 4 or 8 bytes, of compare and swap also 16 (2.2.7.1, table 2-15)"},
    {[](const TlpHeader& h) { return is_atomic(h.kind) && h.address % completion_byte_count(h) != 0; }, 8,
     "the address of an atomic request must be aligned to its operand (2.2.7.1)"},
    {[](const TlpHeader& h) { return is_atomic(h.kind) && !h.processing_hint && (h.first_be != 0 || h.last_be != 0); },
     7, "byte enables are reserved in atomic requests (2.2.7.1)"},
};

constexpr Rule message_table[] = {
    {[](const TlpHeader& h) { return is_message(h.kind) && h.message_routing > 5; }, 0,
     "message routing 110b and 111b are reserved (2.2.8, table 2-20)"},
    {[](const TlpHeader& h) { return is_message(h.kind) && h.message_routing == 5 && h.message_code != 0x1B; }, 0,
     "only PME_TO_Ack is gathered, routing 101b (2.3, table 2-20)"},
    {message_routing_wrong, 0, "this message must use another routing (2.2.8, tables 2-21 to 2-34)"},
    {message_data_wrong, 0, "this message has no data, Set_Slot_Power_Limit one dword (2.2.8)"},
    {message_traffic_class_wrong, 1, "this message must use Traffic Class 0 (2.2.8)"},
    {[](const TlpHeader& h) {
         return is_message(h.kind) && h.message_code < first_vendor_defined &&
                (h.attributes.no_snoop || h.attributes.relaxed_ordering);
     },
     2, "Attr[1:0] is reserved in messages that are not vendor-defined (2.2.8)"},
    {message_target_wrong, 8, "bytes 8 and 9 of a message routed by ID are its target (2.2.8, 2.2.4.2)"},
};

constexpr Rule completion_rules[] = {
    {[](const TlpHeader& h) { return is_completion(h.kind) && static_cast<unsigned>(h.status) > 7; }, 6,
     "Completion Status has 3 bits (2.2.9.1)"},
    {[](const TlpHeader& h) { return is_completion(h.kind) && (h.byte_count == 0 || h.byte_count > 4096); }, 6,
     "Byte Count is 1 to 4096 (2.2.9.1)"},
    {[](const TlpHeader& h) { return is_completion(h.kind) && h.lower_address > 0x7F; }, 11,
     "Lower Address has 7 bits (2.2.9.1)"},
    {[](const TlpHeader& h) {
         return is_completion(h.kind) && has_data(h.kind) && h.status != CompletionStatus::successful;
     },
     6, "a completion that is not successful must not have data (2.3.1.1)"},
    {carries_too_much, 2, "a completion must not carry more than its Byte Count still demands (2.3.1.1)"},
    {ends_off_boundary, 2, "a completion that is not the last must end on a read completion boundary (2.3.1.1)"},
};

template <std::size_t Size>
const Rule* first_broken(const Rule (&rules)[Size], const TlpHeader& header) {
    const auto* found =
        std::find_if(std::begin(rules), std::end(rules), [&header](const Rule& rule) { return rule.broken(header); });
    return found == std::end(rules) ? nullptr : found;
}

} // namespace

std::optional<TlpError> validate(const TlpHeader& header) {
    const Rule* broken = first_broken(common_rules, header);
    if (broken == nullptr) {
        broken = is_completion(header.kind) ? first_broken(completion_rules, header) : nullptr;
    }
    if (broken == nullptr) {
        broken = first_broken(request_rules, header);
    }
    if (broken == nullptr && is_message(header.kind)) {
        broken = first_broken(message_table, header);
    }
    if (broken == nullptr) {
        return std::nullopt;
    }
    return TlpError{std::string("PCIe base: ") + broken->text, broken->byte_offset};
}

} // namespace rootpool::pcie
