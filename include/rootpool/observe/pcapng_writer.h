#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/core/time.h"
#include "rootpool/observe/atomic_file.h"
#include "rootpool/observe/reorder_buffer.h"

namespace rootpool::observe {

/// Link types of the pcap registry (draft-ietf-opsawg-pcaplinktype).
enum class LinkType : std::uint16_t {
    ethernet = 1,
    user0 = 147, ///< private use; Wireshark knows no registered format of PCI Express
};

/// epb_flags bits 1:0 (draft-ietf-opsawg-pcapng 4.3.1).
enum class PacketDirection : std::uint8_t { unknown = 0, inbound = 1, outbound = 2 };

/// Time stamps are nanoseconds, the finest that readers keep. Where that is not exact, a comment gives the
/// femtoseconds, unless the packet itself does.
enum class ExactTime : std::uint8_t { in_comment, in_packet };

/// Writes one pcapng file (draft-ietf-opsawg-pcapng): section header, interface descriptions, enhanced packets, no
/// wall-clock time. Packets are put into the order of time within a bounded horizon. Time stamps are nanoseconds, the
/// finest that readers keep; where that is not exact, a comment gives the femtoseconds. All members throw OutputError.
class PcapngWriter {
public:
    using InterfaceId = std::uint32_t;

    explicit PcapngWriter(const std::filesystem::path& path, ExactTime exact_time,
                          SimTime reorder_horizon = default_reorder_horizon);

    /// Announces an interface; before its first packet.
    InterfaceId add_interface(std::string_view name, LinkType link_type);
    void write_packet(InterfaceId interface, SimTime at, PacketDirection direction, core::ByteView data);
    /// Ends the file and puts it under its name.
    void finish();

private:
    using Block = std::vector<std::uint8_t>;

    void write_section_header();
    void emit(const Block& block) { file_.write(core::ByteView(block)); }

    AtomicFile file_;
    ReorderBuffer<Block> packets_;
    ExactTime exact_time_;
    std::uint32_t interfaces_ = 0;
};

} // namespace rootpool::observe
