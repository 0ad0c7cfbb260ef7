#include "rootpool/observe/pcapng_writer.h"

#include <array>
#include <fmt/format.h>

namespace rootpool::observe {

namespace {

// Block types and option codes, draft-ietf-opsawg-pcapng sections 4 and 3.5. Everything is little endian; the
// byte-order magic says so.
constexpr std::uint32_t section_header_block = 0x0A0D'0D0A;
constexpr std::uint32_t interface_description_block = 1;
constexpr std::uint32_t enhanced_packet_block = 6;
constexpr std::uint32_t byte_order_magic = 0x1A2B'3C4D;
constexpr std::uint16_t option_comment = 1;
constexpr std::uint16_t option_shb_userappl = 4;
constexpr std::uint16_t option_if_name = 2;
constexpr std::uint16_t option_if_tsresol = 9;
constexpr std::uint16_t option_epb_flags = 2;
constexpr std::uint8_t nanoseconds = 9;
constexpr std::int64_t femtoseconds_per_nanosecond = 1'000'000;

/// Builds one block in a buffer that is used again: type, total length, body, options, total length.
class BlockBuilder {
public:
    BlockBuilder(std::vector<std::uint8_t>& bytes, std::uint32_t type) : bytes_(bytes) {
        bytes_.clear();
        add(type);
        add(std::uint32_t{0}); // total length, known at the end
    }

    template <std::unsigned_integral Word>
    void add(Word word) {
        const std::size_t at = bytes_.size();
        bytes_.resize(at + sizeof word);
        core::store_le(bytes_.data() + at, word);
    }
    /// Padded to four bytes.
    void add(core::ByteView data) {
        bytes_.insert(bytes_.end(), data.begin(), data.end());
        bytes_.resize((bytes_.size() + 3) & ~std::size_t{3});
    }
    void option(std::uint16_t code, core::ByteView value) {
        add(code);
        add(static_cast<std::uint16_t>(value.size()));
        add(value);
    }
    void option(std::uint16_t code, std::string_view value) {
        option(code, core::ByteView(reinterpret_cast<const std::uint8_t*>(value.data()), value.size()));
    }
    void option(std::uint16_t code, std::uint32_t value) {
        std::array<std::uint8_t, sizeof value> bytes{};
        core::store_le(bytes.data(), value);
        option(code, core::ByteView(bytes));
    }
    void finish() {
        add(std::uint32_t{0}); // opt_endofopt
        const auto length = static_cast<std::uint32_t>(bytes_.size() + sizeof(std::uint32_t));
        add(length);
        core::store_le(bytes_.data() + sizeof(std::uint32_t), length);
    }

private:
    std::vector<std::uint8_t>& bytes_;
};

/// if_name and comments are bounded by the 16-bit length of an option.
[[nodiscard]] std::string_view bounded(std::string_view text) { return text.substr(0, UINT16_MAX); }

} // namespace

PcapngWriter::PcapngWriter(const std::filesystem::path& path, ExactTime exact_time, SimTime reorder_horizon)
    : file_(path), packets_(reorder_horizon), exact_time_(exact_time) {
    write_section_header();
}

void PcapngWriter::write_section_header() {
    Block bytes;
    BlockBuilder block(bytes, section_header_block);
    block.add(byte_order_magic);
    block.add(std::uint16_t{1}); // version 1.0
    block.add(std::uint16_t{0});
    block.add(UINT64_MAX); // section length: not given
    block.option(option_shb_userappl, std::string_view("rootpool"));
    block.finish();
    file_.write(core::ByteView(bytes));
}

PcapngWriter::InterfaceId PcapngWriter::add_interface(std::string_view name, LinkType link_type) {
    Block bytes;
    BlockBuilder block(bytes, interface_description_block);
    block.add(static_cast<std::uint16_t>(link_type));
    block.add(std::uint16_t{0});
    block.add(std::uint32_t{0}); // snap length: no limit
    block.option(option_if_name, bounded(name));
    block.option(option_if_tsresol, core::ByteView(&nanoseconds, 1));
    block.finish();
    file_.write(core::ByteView(bytes));
    return interfaces_++;
}

void PcapngWriter::write_packet(InterfaceId interface, SimTime at, PacketDirection direction, core::ByteView data) {
    const auto fill = [&](Block& bytes) {
        const auto time = static_cast<std::uint64_t>(at.count() / femtoseconds_per_nanosecond);
        BlockBuilder block(bytes, enhanced_packet_block);
        block.add(interface);
        block.add(static_cast<std::uint32_t>(time >> 32U));
        block.add(static_cast<std::uint32_t>(time));
        block.add(static_cast<std::uint32_t>(data.size()));
        block.add(static_cast<std::uint32_t>(data.size()));
        block.add(data);
        if (direction != PacketDirection::unknown) {
            block.option(option_epb_flags, static_cast<std::uint32_t>(direction));
        }
        if (exact_time_ == ExactTime::in_comment && at.count() % femtoseconds_per_nanosecond != 0) {
            fmt::basic_memory_buffer<char, 48> comment;
            fmt::format_to(std::back_inserter(comment), "at {} fs", at.count());
            block.option(option_comment, std::string_view(comment.data(), comment.size()));
        }
        block.finish();
    };
    packets_.push(at, fill, [this](const Block& block) { emit(block); });
}

void PcapngWriter::finish() {
    packets_.flush([this](const Block& block) { emit(block); });
    file_.commit();
}

} // namespace rootpool::observe
