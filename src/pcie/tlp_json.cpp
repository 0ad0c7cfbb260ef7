#include "rootpool/pcie/tlp_json.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>

#include "pcie/tlp_format.h"
#include "pcie/tlp_json_values.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {

namespace {

using json_values::Json;
using json_values::number;
using json_values::refuse;

/// One name of the JSON form.
struct Field {
    const char* name;
    bool (*applies)(const TlpHeader&); ///< whether the kind has the field
    bool (*shown)(const DecodedTlp&);  ///< whether it is written, where it applies; null: always
    Json (*get)(const DecodedTlp&);
    void (*set)(const Json&, const char* name, DecodedTlp&);
};

template <typename T>
T narrow(const Json& value, const char* name, std::uint64_t max) {
    return static_cast<T>(number(value, name, max));
}

// ------------------------------------------------------------------------------------ which kind has what

bool always(const TlpHeader& /*header*/) { return true; }
bool is_request(const TlpHeader& h) { return !is_completion(h.kind); }
bool has_length(const TlpHeader& h) { return has_data(h.kind) || !(is_completion(h.kind) || is_message(h.kind)); }
bool has_byte_enables(const TlpHeader& h) { return is_request(h) && !is_message(h.kind); }
bool has_address(const TlpHeader& h) { return is_address_routed(h.kind); }
bool has_target(const TlpHeader& h) {
    constexpr std::uint8_t routed_by_id = 2;
    return is_configuration(h.kind) || (is_message(h.kind) && h.message_routing == routed_by_id);
}
bool completes(const TlpHeader& h) { return is_completion(h.kind); }
bool is_message_header(const TlpHeader& h) { return is_message(h.kind); }
bool has_payload(const TlpHeader& h) { return has_data(h.kind); }
bool has_digest(const TlpHeader& h) { return h.digest; }
bool shows_byte_enables(const DecodedTlp& tlp) {
    return !is_atomic(tlp.header.kind) || tlp.header.first_be != 0 || tlp.header.last_be != 0;
}

// --------------------------------------------------------------------------------------------- attributes

struct Attribute {
    const char* name;
    bool Attributes::*member;
};
constexpr Attribute attribute_names[] = {
    {"no_snoop", &Attributes::no_snoop},
    {"relaxed_ordering", &Attributes::relaxed_ordering},
    {"id_based_ordering", &Attributes::id_based_ordering},
};

Json get_attributes(const DecodedTlp& tlp) {
    Json json;
    for (const Attribute& attribute : attribute_names) {
        json[attribute.name] = tlp.header.attributes.*attribute.member;
    }
    return json;
}

void set_attributes(const Json& json, const char* name, DecodedTlp& tlp) {
    if (!json.is_object()) {
        refuse(name, "must be an object");
    }
    for (const auto& [key, value] : json.items()) {
        const auto* found = std::find_if(std::begin(attribute_names), std::end(attribute_names),
                                         [&key = key](const Attribute& attribute) { return key == attribute.name; });
        const std::string path = std::string(name) + "." + key;
        if (found == std::end(attribute_names)) {
            refuse(path, "is not an attribute");
        }
        tlp.header.attributes.*found->member = json_values::boolean(value, path);
    }
}

// ------------------------------------------------------------------------------------------------- status

struct StatusName {
    const char* name;
    CompletionStatus status;
};
constexpr StatusName status_names[] = {
    {"successful", CompletionStatus::successful},
    {"unsupported_request", CompletionStatus::unsupported_request},
    {"request_retry", CompletionStatus::request_retry},
    {"completer_abort", CompletionStatus::completer_abort},
};

Json get_status(const DecodedTlp& tlp) {
    for (const StatusName& known : status_names) {
        if (known.status == tlp.header.status) {
            return known.name;
        }
    }
    return static_cast<unsigned>(tlp.header.status); // a reserved code
}

void set_status(const Json& json, const char* name, DecodedTlp& tlp) {
    for (const StatusName& known : status_names) {
        if (json == known.name) {
            tlp.header.status = known.status;
            return;
        }
    }
    tlp.header.status = narrow<CompletionStatus>(json, name, 7);
}

// ------------------------------------------------------------------------------------ kind, fmt and type

void set_kind(const Json& json, const char* name, DecodedTlp& tlp) {
    const std::string kind = json_values::text(json, name);
    const auto* found = std::find_if(tlp_formats.begin(), tlp_formats.end(),
                                     [&kind](const TlpFormat& format) { return kind == format.name; });
    if (found == tlp_formats.end()) {
        refuse(name, "\"" + kind + "\" is not a kind of TLP");
    }
    tlp.header.kind = static_cast<TlpKind>(found - tlp_formats.begin());
    tlp.header.four_dw = found->size == HeaderSize::four_dw;
}

void set_fmt(const Json& json, const char* name, DecodedTlp& tlp) {
    const auto fmt = narrow<unsigned>(json, name, 7);
    tlp.header.four_dw = (fmt & 1U) != 0;
    if (fmt != fmt_of(tlp.header)) {
        refuse(name, "does not belong to this kind");
    }
}

void set_type(const Json& json, const char* name, DecodedTlp& tlp) {
    const auto type = narrow<std::uint8_t>(json, name, 0x1F);
    tlp.header.message_routing = is_message(tlp.header.kind) ? type & 7U : 0U;
    if (type != type_of(tlp.header)) {
        refuse(name, "does not belong to this kind");
    }
}

// -------------------------------------------------------------------------------------------------- target

void set_bus(const Json& json, const char* name, DecodedTlp& tlp) {
    tlp.header.target = Bdf::from_bus_devfn(narrow<std::uint8_t>(json, name, 0xFF), tlp.header.target.devfn());
}
void set_device(const Json& json, const char* name, DecodedTlp& tlp) {
    const Bdf old = tlp.header.target;
    tlp.header.target = Bdf(old.bus(), narrow<std::uint8_t>(json, name, 0x1F), old.function());
}
void set_function(const Json& json, const char* name, DecodedTlp& tlp) {
    const Bdf old = tlp.header.target;
    tlp.header.target = Bdf(old.bus(), old.device(), narrow<std::uint8_t>(json, name, 7));
}

// --------------------------------------------------------------------------------------------------- table

/// In the order of the wire, as far as kinds agree; earlier ones decide whether later ones apply.
constexpr Field fields[] = {
    {"kind", always, nullptr, [](const DecodedTlp& t) { return Json(format_of(t.header.kind).name); }, set_kind},
    {"fmt", always, nullptr, [](const DecodedTlp& t) { return Json(fmt_of(t.header)); }, set_fmt},
    {"type", always, nullptr, [](const DecodedTlp& t) { return Json(type_of(t.header)); }, set_type},
    {"tc", always, nullptr, [](const DecodedTlp& t) { return Json(t.header.traffic_class); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.traffic_class = narrow<std::uint8_t>(j, n, 7); }},
    {"attr", always, nullptr, get_attributes, set_attributes},
    {"ln", always, [](const DecodedTlp& t) { return t.header.lightweight_notification; },
     [](const DecodedTlp& t) { return Json(t.header.lightweight_notification); },
     [](const Json& j, const char* n, DecodedTlp& t) {
         t.header.lightweight_notification = json_values::boolean(j, n);
     }},
    {"th", always, [](const DecodedTlp& t) { return t.header.processing_hint; },
     [](const DecodedTlp& t) { return Json(t.header.processing_hint); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.processing_hint = json_values::boolean(j, n); }},
    {"td", always, nullptr, [](const DecodedTlp& t) { return Json(t.header.digest); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.digest = json_values::boolean(j, n); }},
    {"ep", always, nullptr, [](const DecodedTlp& t) { return Json(t.header.poisoned); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.poisoned = json_values::boolean(j, n); }},
    {"at", always, nullptr, [](const DecodedTlp& t) { return Json(t.header.address_type); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.address_type = narrow<std::uint8_t>(j, n, 3); }},
    {"length_dw", has_length, nullptr, [](const DecodedTlp& t) { return Json(t.header.length_dw); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.length_dw = narrow<std::uint16_t>(j, n, 1024); }},
    {"completer_id", completes, nullptr, [](const DecodedTlp& t) { return Json(to_string(t.header.completer)); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.completer = json_values::id(j, n); }},
    {"status", completes, nullptr, get_status, set_status},
    {"bcm", completes, [](const DecodedTlp& t) { return t.header.byte_count_modified; },
     [](const DecodedTlp& t) { return Json(t.header.byte_count_modified); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.byte_count_modified = json_values::boolean(j, n); }},
    {"byte_count", completes, nullptr, [](const DecodedTlp& t) { return Json(t.header.byte_count); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.byte_count = narrow<std::uint16_t>(j, n, 4096); }},
    {"requester_id", always, nullptr, [](const DecodedTlp& t) { return Json(to_string(t.header.requester)); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.requester = json_values::id(j, n); }},
    {"tag", always, nullptr, [](const DecodedTlp& t) { return Json(t.header.tag.value()); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.tag = Tag(narrow<std::uint16_t>(j, n, 0x3FF)); }},
    {"lower_address", completes, nullptr, [](const DecodedTlp& t) { return Json(t.header.lower_address); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.lower_address = narrow<std::uint8_t>(j, n, 0x7F); }},
    {"first_be", has_byte_enables, shows_byte_enables, [](const DecodedTlp& t) { return Json(t.header.first_be); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.first_be = narrow<std::uint8_t>(j, n, 0xF); }},
    {"last_be", has_byte_enables, shows_byte_enables, [](const DecodedTlp& t) { return Json(t.header.last_be); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.last_be = narrow<std::uint8_t>(j, n, 0xF); }},
    {"address", has_address, nullptr,
     [](const DecodedTlp& t) { return Json(json_values::hexadecimal(t.header.address)); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.address = number(j, n, UINT64_MAX); }},
    {"message_code", is_message_header, nullptr, [](const DecodedTlp& t) { return Json(t.header.message_code); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.message_code = narrow<std::uint8_t>(j, n, 0xFF); }},
    {"message_payload", is_message_header, [](const DecodedTlp& t) { return t.header.message_payload != 0; },
     [](const DecodedTlp& t) { return Json(json_values::hexadecimal(t.header.message_payload)); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.header.message_payload = number(j, n, UINT64_MAX); }},
    {"bus", has_target, nullptr, [](const DecodedTlp& t) { return Json(t.header.target.bus()); }, set_bus},
    {"device", has_target, nullptr, [](const DecodedTlp& t) { return Json(t.header.target.device()); }, set_device},
    {"function", has_target, nullptr, [](const DecodedTlp& t) { return Json(t.header.target.function()); },
     set_function},
    {"register", [](const TlpHeader& h) { return is_configuration(h.kind); }, nullptr,
     [](const DecodedTlp& t) { return Json(t.header.config_register); },
     [](const Json& j, const char* n, DecodedTlp& t) {
         t.header.config_register = narrow<std::uint16_t>(j, n, 0xFFF);
     }},
    {"data", has_payload, nullptr,
     [](const DecodedTlp& t) { return Json(json_values::hexadecimal(core::ByteView(t.data))); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.data = json_values::bytes(j, n); }},
    {"ecrc", has_digest, nullptr,
     [](const DecodedTlp& t) { return Json(json_values::hexadecimal(t.ecrc.value_or(0))); },
     [](const Json& j, const char* n, DecodedTlp& t) { t.ecrc = narrow<std::uint32_t>(j, n, UINT32_MAX); }},
};

// ------------------------------------------------------------------------------------------------ defaults

void require(const Json& json, const char* name, bool required) {
    if (required && !json.contains(name)) {
        refuse(name, "is missing");
    }
}

void check_required(const Json& json, const TlpHeader& header) {
    require(json, "type", is_message(header.kind));
    require(json, "message_code", is_message(header.kind));
    require(json, "address", has_address(header));
    for (const char* name : {"bus", "device", "function"}) {
        require(json, name, has_target(header));
    }
    require(json, "register", is_configuration(header.kind));
    require(json, "data", has_data(header.kind));
}

/// What was not said has the value of the usual TLP.
void fill_in(const Json& json, DecodedTlp& tlp) {
    TlpHeader& header = tlp.header;
    if (!json.contains("length_dw") && has_length(header)) {
        header.length_dw =
            has_data(header.kind) ? static_cast<std::uint16_t>(std::min<std::size_t>(tlp.data.size() / 4, 1025)) : 1;
    }
    if (!json.contains("fmt") && format_of(header.kind).size == HeaderSize::by_address) {
        set_address(header, header.address);
    }
    if (has_byte_enables(header) && !is_atomic(header.kind)) {
        header.first_be = json.contains("first_be") ? header.first_be : all_byte_enables;
        header.last_be = json.contains("last_be") || header.length_dw == 1 ? header.last_be : all_byte_enables;
    }
    if (is_completion(header.kind) && !json.contains("byte_count")) {
        const unsigned data_bytes = header.length_dw * 4U - (has_data(header.kind) ? header.lower_address % 4U : 0U);
        header.byte_count = static_cast<std::uint16_t>(has_data(header.kind) ? data_bytes : 4U);
    }
    if (is_message(header.kind) && has_target(header)) {
        const auto id = static_cast<std::uint64_t>(header.target.routing_id()) << 48U;
        header.message_payload = json.contains("message_payload") ? header.message_payload : id;
    }
}

void check_names(const Json& json) {
    if (!json.is_object()) {
        throw TlpJsonError("a TLP is a JSON object");
    }
    for (const auto& [key, value] : json.items()) {
        if (std::none_of(std::begin(fields), std::end(fields),
                         [&key = key](const Field& field) { return key == field.name; })) {
            refuse(key, "is not a field of a TLP");
        }
    }
}

} // namespace

nlohmann::ordered_json to_json(const DecodedTlp& tlp) {
    Json json;
    for (const Field& field : fields) {
        if (field.applies(tlp.header) && (field.shown == nullptr || field.shown(tlp))) {
            json[field.name] = field.get(tlp);
        }
    }
    return json;
}

DecodedTlp tlp_from_json(const nlohmann::ordered_json& json) {
    check_names(json);
    require(json, "kind", true);
    DecodedTlp tlp;
    for (const Field& field : fields) {
        const auto value = json.find(field.name);
        if (value == json.end()) {
            continue;
        }
        if (!field.applies(tlp.header)) {
            refuse(field.name, std::string("a ") + format_of(tlp.header.kind).name + " has no such field");
        }
        field.set(*value, field.name, tlp);
    }
    check_required(json, tlp.header);
    fill_in(json, tlp);
    if (const std::optional<TlpError> error = validate(tlp.header)) {
        throw TlpJsonError(error->rule);
    }
    if (tlp.data.size() != payload_bytes(tlp.header)) {
        refuse("data", "must be as long as length_dw says, " + std::to_string(payload_bytes(tlp.header)) + " bytes");
    }
    return tlp;
}

} // namespace rootpool::pcie
