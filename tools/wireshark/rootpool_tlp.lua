-- Wireshark dissector for rootpool's TLP captures (tlp.pcapng, link type 147 "user 0").
--
--   wireshark -X lua_script:tools/wireshark/rootpool_tlp.lua tlp.pcapng
--
-- A packet is a capture header of 32 bytes (version 1) and one transaction layer packet of PCIe base 2.2, non-flit mode, from
-- the first header byte to the data or the digest. Table and clause numbers are those of PCIe base 3.1.

local proto = Proto("rootpool_tlp", "PCI Express TLP (rootpool capture)")

local CAPTURE_HEADER_BYTES = 32
local VERSION = 1
local DIRECTIONS = { [0] = "internal", "down (away from the root)", "up (toward the root)" }
local STATUS = { [0] = "Successful Completion", "Unsupported Request", "Configuration Request Retry Status",
                 [4] = "Completer Abort" }
local ROUTING = { [0] = "to the root complex", "by address", "by ID", "broadcast from the root complex",
                  "local, ends at the receiver", "gathered and routed to the root complex" }

-- Table 2-3: kinds by Type[4:0], one name without and one with data (Fmt bit 1). `form` says how the rest of the header is read.
local TYPES = {
    [0x00] = { "MRd", "MWr", form = "memory" },
    [0x01] = { "MRdLk", nil, form = "memory" },
    [0x02] = { "IORd", "IOWr", form = "memory" },
    [0x04] = { "CfgRd0", "CfgWr0", form = "configuration" },
    [0x05] = { "CfgRd1", "CfgWr1", form = "configuration" },
    [0x0A] = { "Cpl", "CplD", form = "completion" },
    [0x0B] = { "CplLk", "CplDLk", form = "completion" },
    [0x0C] = { nil, "FetchAdd", form = "memory" },
    [0x0D] = { nil, "Swap", form = "memory" },
    [0x0E] = { nil, "CAS", form = "memory" },
}
for routing = 0, 5 do
    TYPES[0x10 + routing] = { "Msg", "MsgD", form = "message" }
end

local f = {
    version = ProtoField.uint8("rootpool_tlp.version", "Capture version"),
    direction = ProtoField.uint8("rootpool_tlp.direction", "Direction", base.DEC, DIRECTIONS),
    place = ProtoField.uint16("rootpool_tlp.place", "Place"),
    root = ProtoField.uint8("rootpool_tlp.root", "Root"),
    first_beat = ProtoField.uint64("rootpool_tlp.first_beat", "First beat (fs)"),
    last_beat = ProtoField.uint64("rootpool_tlp.last_beat", "Last beat (fs)"),
    transaction = ProtoField.uint64("rootpool_tlp.transaction", "Transaction"),
    fmt = ProtoField.uint8("rootpool_tlp.fmt", "Fmt", base.HEX, nil, 0xE0),
    type = ProtoField.uint8("rootpool_tlp.type", "Type", base.HEX, nil, 0x1F),
    kind = ProtoField.string("rootpool_tlp.kind", "Kind"),
    tc = ProtoField.uint8("rootpool_tlp.tc", "Traffic Class", base.DEC, nil, 0x70),
    td = ProtoField.bool("rootpool_tlp.td", "TLP Digest (TD)", 16, nil, 0x8000),
    ep = ProtoField.bool("rootpool_tlp.ep", "Poisoned (EP)", 16, nil, 0x4000),
    relaxed = ProtoField.bool("rootpool_tlp.attr.ro", "Relaxed Ordering", 16, nil, 0x2000),
    no_snoop = ProtoField.bool("rootpool_tlp.attr.ns", "No Snoop", 16, nil, 0x1000),
    at = ProtoField.uint16("rootpool_tlp.at", "Address Type", base.DEC, nil, 0x0C00),
    length = ProtoField.uint16("rootpool_tlp.length", "Length (DW)"),
    requester = ProtoField.string("rootpool_tlp.requester", "Requester ID"),
    tag = ProtoField.uint16("rootpool_tlp.tag", "Tag", base.HEX),
    first_be = ProtoField.uint8("rootpool_tlp.first_be", "First DW byte enables", base.HEX, nil, 0x0F),
    last_be = ProtoField.uint8("rootpool_tlp.last_be", "Last DW byte enables", base.HEX, nil, 0xF0),
    address = ProtoField.uint64("rootpool_tlp.address", "Address", base.HEX),
    target = ProtoField.string("rootpool_tlp.target", "Target ID"),
    register = ProtoField.uint16("rootpool_tlp.register", "Register", base.HEX),
    completer = ProtoField.string("rootpool_tlp.completer", "Completer ID"),
    status = ProtoField.uint8("rootpool_tlp.status", "Completion Status", base.DEC, STATUS, 0xE0),
    byte_count = ProtoField.uint16("rootpool_tlp.byte_count", "Byte Count"),
    lower_address = ProtoField.uint8("rootpool_tlp.lower_address", "Lower Address", base.HEX, nil, 0x7F),
    message_code = ProtoField.uint8("rootpool_tlp.message_code", "Message Code", base.HEX),
    message_routing = ProtoField.uint8("rootpool_tlp.message_routing", "Message Routing", base.DEC, ROUTING, 0x07),
    data = ProtoField.bytes("rootpool_tlp.data", "Data"),
    digest = ProtoField.uint32("rootpool_tlp.digest", "ECRC", base.HEX),
}
proto.fields = f

local malformed = ProtoExpert.new("rootpool_tlp.malformed", "Malformed TLP", expert.group.MALFORMED, expert.severity.ERROR)
proto.experts = { malformed }

local function bdf(range)
    local id = range:uint()
    return string.format("%02x:%02x.%x", bit32.rshift(id, 8), bit32.band(bit32.rshift(id, 3), 0x1F), bit32.band(id, 7))
end

-- Length 0 means 1024 dwords (2.2.1); Byte Count 0 means 4096 bytes (2.2.9).
local function zero_means(value, full)
    return value == 0 and full or value
end

-- Each form reads the second and later header dwords and returns what the info column says.
local forms = {}

function forms.memory(tlp, tree, header)
    tree:add(f.last_be, tlp(7, 1))
    tree:add(f.first_be, tlp(7, 1))
    local range = header.four_dw and tlp(8, 8) or tlp(8, 4)
    local address = header.four_dw and range:uint64() or UInt64(range:uint())
    tree:add(f.address, range, address)
    return string.format("0x%s %s DW", address:tohex():gsub("^0+(........)", "%1"), header.length)
end

function forms.configuration(tlp, tree)
    tree:add(f.first_be, tlp(7, 1))
    tree:add(f.target, tlp(8, 2), bdf(tlp(8, 2)))
    local register = bit32.band(tlp(10, 2):uint(), 0x0FFC)
    tree:add(f.register, tlp(10, 2), register)
    return string.format("%s register 0x%03x", bdf(tlp(8, 2)), register)
end

function forms.completion(tlp, tree)
    local status = bit32.rshift(tlp(6, 1):uint(), 5)
    local byte_count = zero_means(bit32.band(tlp(6, 2):uint(), 0x0FFF), 4096)
    tree:add(f.completer, tlp(4, 2), bdf(tlp(4, 2)))
    tree:add(f.status, tlp(6, 1))
    tree:add(f.byte_count, tlp(6, 2), byte_count)
    tree:add(f.lower_address, tlp(11, 1))
    return string.format("%s, %d bytes remain", STATUS[status] or "reserved status", byte_count)
end

function forms.message(tlp, tree)
    tree:add(f.message_routing, tlp(0, 1))
    tree:add(f.message_code, tlp(7, 1))
    return string.format("code 0x%02x", tlp(7, 1):uint())
end

-- Requests hold requester and tag in the second dword, completions in the third.
local function add_identity(tlp, tree, form)
    local at = form == "completion" and 8 or 4
    local requester, tag = bdf(tlp(at, 2)), tlp(at + 2, 1):uint()
    -- 10-bit tags: T9 and T8 are byte 1 bits 7 and 3
    local high = tlp(1, 1):uint()
    tag = tag + bit32.band(high, 0x80) * 4 + bit32.band(high, 0x08) * 32
    tree:add(f.requester, tlp(at, 2), requester)
    tree:add(f.tag, tlp(at + 2, 1), tag)
    return requester, tag
end

local function add_capture_header(buffer, tree)
    tree:add(f.version, buffer(0, 1))
    tree:add(f.direction, buffer(1, 1))
    tree:add(f.place, buffer(2, 2))
    tree:add(f.root, buffer(4, 1))
    tree:add(f.first_beat, buffer(8, 8))
    tree:add(f.last_beat, buffer(16, 8))
    tree:add(f.transaction, buffer(24, 8))
end

local function add_first_dword(tlp, tree)
    local fmt = bit32.rshift(tlp(0, 1):uint(), 5)
    local header = {
        four_dw = bit32.band(fmt, 1) ~= 0,
        has_data = bit32.band(fmt, 2) ~= 0,
        digest = bit32.band(tlp(2, 1):uint(), 0x80) ~= 0,
        length = zero_means(bit32.band(tlp(2, 2):uint(), 0x03FF), 1024),
        type = bit32.band(tlp(0, 1):uint(), 0x1F),
        prefix = fmt >= 4,
    }
    header.bytes = header.four_dw and 16 or 12
    tree:add(f.fmt, tlp(0, 1))
    tree:add(f.type, tlp(0, 1))
    tree:add(f.tc, tlp(1, 1))
    for _, field in ipairs({ f.td, f.ep, f.relaxed, f.no_snoop, f.at }) do
        tree:add(field, tlp(2, 2))
    end
    tree:add(f.length, tlp(2, 2), header.length)
    return header
end

local function refuse(tree, pinfo, why)
    tree:add_proto_expert_info(malformed, why)
    pinfo.cols.info = "Malformed: " .. why
end

local function dissect_tlp(tlp, tree, pinfo)
    if tlp:len() < 12 then
        return refuse(tree, pinfo, "shorter than a header")
    end
    local header = add_first_dword(tlp, tree)
    local row = TYPES[header.type]
    local kind = row and not header.prefix and row[header.has_data and 2 or 1]
    if not kind then
        return refuse(tree, pinfo, "reserved Fmt and Type")
    end
    tree:add(f.kind, tlp(0, 1), kind)
    local data_bytes = header.has_data and header.length * 4 or 0
    local digest_bytes = header.digest and 4 or 0
    if tlp:len() ~= header.bytes + data_bytes + digest_bytes then
        return refuse(tree, pinfo, "length differs from what the header says")
    end
    local requester, tag = add_identity(tlp, tree, row.form)
    local summary = forms[row.form](tlp, tree, header)
    if data_bytes > 0 then
        tree:add(f.data, tlp(header.bytes, data_bytes))
    end
    if header.digest then
        tree:add(f.digest, tlp(header.bytes + data_bytes, 4))
    end
    pinfo.cols.info = string.format("%s %s tag 0x%02x %s", kind, requester, tag, summary)
end

function proto.dissector(buffer, pinfo, root)
    pinfo.cols.protocol = "TLP"
    local tree = root:add(proto, buffer())
    if buffer:len() < CAPTURE_HEADER_BYTES or buffer(0, 1):uint() ~= VERSION then
        return refuse(tree, pinfo, "not a capture header of version " .. VERSION)
    end
    add_capture_header(buffer, tree:add(buffer(0, CAPTURE_HEADER_BYTES), "Capture header"))
    if buffer:len() == CAPTURE_HEADER_BYTES then
        return refuse(tree, pinfo, "no TLP")
    end
    dissect_tlp(buffer(CAPTURE_HEADER_BYTES):tvb(), tree, pinfo)
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, proto)
