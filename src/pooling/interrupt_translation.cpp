#include <array>

#include "pooling/interrupt_routes.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pooling {
namespace {

constexpr unsigned dword_bytes = 4;
constexpr unsigned table_entry_bytes = 16; // address, upper address, data, vector control (PCIe base 7.7.2)
enum Word : unsigned { address_word, upper_address_word, data_word, vector_control_word };

/// Message Address bits 1:0 are always 0 (PCIe base 7.7.2.1).
constexpr std::array<std::uint32_t, 3> writable = {0xFFFF'FFFCU, 0xFFFF'FFFFU, 0xFFFF'FFFFU};

/// Two 64-bit words for each vector: address, then which words were written 34:32 and data 31:0.
class Entry {
public:
    [[nodiscard]] std::uint32_t word(unsigned word) const noexcept {
        return word == upper_address_word ? static_cast<std::uint32_t>(address_ >> 32U)
                                          : static_cast<std::uint32_t>(word == address_word ? address_ : data_);
    }
    void set_word(unsigned word, std::uint32_t value) noexcept {
        if (word == data_word) {
            data_ = (data_ & ~low_half) | value;
        } else {
            const unsigned shift = word == upper_address_word ? 32 : 0;
            address_ = (address_ & ~(low_half << shift)) | static_cast<std::uint64_t>(value) << shift;
        }
        data_ |= written_bit(word);
    }
    /// The device knows the reserved address and the message number. The upper half of the address needs no write: it
    /// is 0 after reset, as in the reserved address.
    [[nodiscard]] bool complete() const noexcept {
        const std::uint64_t needed = written_bit(address_word) | written_bit(data_word);
        return (data_ & needed) == needed;
    }
    [[nodiscard]] InterruptMessage message() const noexcept { return {address_, static_cast<std::uint32_t>(data_)}; }

private:
    static constexpr std::uint64_t low_half = 0xFFFF'FFFFU;
    static constexpr std::uint64_t written_bit(unsigned word) noexcept { return std::uint64_t{1} << (32U + word); }
    std::uint64_t address_ = 0;
    std::uint64_t data_ = 0;
};
static_assert(sizeof(Entry) == 16, "the paper's tables have 64-bit words");

constexpr std::uint32_t merge(std::uint32_t before, std::uint32_t value, std::uint8_t byte_enables) noexcept {
    std::uint32_t mask = 0;
    for (unsigned byte = 0; byte < dword_bytes; ++byte) {
        mask |= (byte_enables >> byte & 1U) != 0 ? 0xFFU << byte * 8U : 0U;
    }
    return (before & ~mask) | (value & mask);
}

/// The paper's way: the slave's addresses and data stay here. The device sends the message number, which is 1 + VF *
/// vectors + vector, to the reserved address. Mask and pending bits are the device's own.
class TranslatedInterrupts : public InterruptRoute {
public:
    explicit TranslatedInterrupts(const DeviceProfile& profile)
        : bar_(profile.vf_msix_bar), table_(profile.vf_msix_table_offset), vectors_(profile.vf_msix_vectors),
          entries_(std::size_t{profile.total_vfs} * profile.vf_msix_vectors) {}

    bool intercepts(const BarHit& hit, unsigned bytes) const noexcept override {
        return hit.bar == bar_ && hit.offset < table_ + table_size() && hit.offset + bytes > table_;
    }

    void write(const BarHit& hit, pcie::TlpHeader& header, core::MutableByteView data) noexcept override {
        const pcie::TlpHeader asked = header;
        for (unsigned index = 0; index < data.size() / dword_bytes; ++index) {
            const auto place = find_word(hit.vf, hit.offset + std::uint64_t{dword_bytes} * index);
            const std::uint8_t enables = byte_enables(asked, index);
            if (!place || enables == 0) {
                continue; // vector control, or no byte of this dword is written
            }
            std::uint8_t* const at = data.data() + std::size_t{dword_bytes} * index;
            Entry& entry = entries_[place->entry];
            const std::uint32_t merged = merge(entry.word(place->word), core::load_le<std::uint32_t>(at), enables);
            entry.set_word(place->word, merged & writable[place->word]);
            core::store_le(at, for_device(*place));
            set_all_byte_enables(header, index); // a word of the device is ours as a whole
        }
    }

    void read(pcie::VfIndex vf, std::uint64_t offset, core::MutableByteView data) const noexcept override {
        for (std::size_t at = 0; at + dword_bytes <= data.size(); at += dword_bytes) {
            if (const auto place = find_word(vf, offset + at)) {
                core::store_le(data.data() + at, entries_[place->entry].word(place->word));
            }
        }
    }

    InterruptHit find(pcie::VfIndex vf, const pcie::TlpHeader& header, core::ByteView data) const noexcept override {
        if (header.address - interrupt_window_base >= interrupt_window_bytes) {
            return {};
        }
        const bool one_dword = header.kind == pcie::TlpKind::memory_write && header.length_dw == 1 &&
                               header.first_be == pcie::all_byte_enables && data.size() == dword_bytes;
        if (!one_dword || header.poisoned || header.address != interrupt_window_base) {
            return {true, std::nullopt};
        }
        const std::size_t entry = std::size_t{core::load_le<std::uint32_t>(data.data())} - 1; // 0 wraps: none has it
        if (entry >= entries_.size() || entry / vectors_ != vf.index() || !entries_[entry].complete()) {
            return {true, std::nullopt};
        }
        return {true, entries_[entry].message()};
    }

    void clear(pcie::VfIndex vf) noexcept override {
        for (unsigned vector = 0; vector < vectors_; ++vector) {
            entries_[vf.index() * vectors_ + vector] = Entry{};
        }
    }

    std::size_t table_bytes() const noexcept override { return entries_.size() * sizeof(Entry); }

private:
    struct Place {
        std::size_t entry;
        unsigned word;
    };
    [[nodiscard]] std::uint64_t table_size() const noexcept { return std::uint64_t{table_entry_bytes} * vectors_; }
    /// The word that the dword at `offset` of the BAR is, if it is kept here.
    [[nodiscard]] std::optional<Place> find_word(pcie::VfIndex vf, std::uint64_t offset) const noexcept {
        const std::uint64_t inside = offset - table_;
        const auto word = static_cast<unsigned>(inside % table_entry_bytes / dword_bytes);
        if (inside >= table_size() || word == vector_control_word) {
            return std::nullopt;
        }
        return Place{vf.index() * vectors_ + static_cast<std::size_t>(inside / table_entry_bytes), word};
    }
    [[nodiscard]] static std::uint32_t for_device(const Place& place) noexcept {
        return place.word == data_word
                   ? static_cast<std::uint32_t>(place.entry + 1)
                   : static_cast<std::uint32_t>(interrupt_window_base >> (place.word == upper_address_word ? 32U : 0U));
    }
    [[nodiscard]] static std::uint8_t byte_enables(const pcie::TlpHeader& header, unsigned dword) noexcept {
        if (dword == 0) {
            return header.first_be;
        }
        return dword + 1 == header.length_dw ? header.last_be : pcie::all_byte_enables;
    }
    static void set_all_byte_enables(pcie::TlpHeader& header, unsigned dword) noexcept {
        if (dword == 0) {
            header.first_be = pcie::all_byte_enables;
        } else if (dword + 1 == header.length_dw) {
            header.last_be = pcie::all_byte_enables;
        }
    }

    std::uint8_t bar_;
    std::uint64_t table_;
    std::size_t vectors_;
    std::vector<Entry> entries_;
};

} // namespace

std::unique_ptr<InterruptRoute> make_translated_interrupts(const DeviceProfile& profile) {
    return std::make_unique<TranslatedInterrupts>(profile);
}

} // namespace rootpool::pooling
