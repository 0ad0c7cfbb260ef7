#include "tests/twin/vcd_writer.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace rootpool::twin {

namespace {

constexpr unsigned identifier_characters = 94;

} // namespace

VcdWriter::VcdWriter(std::ostream& out) : out_(out) { out_ << "$timescale 1 fs $end\n"; }

void VcdWriter::open_scope(std::string_view name) { fmt::print(out_, "$scope module {} $end\n", name); }

void VcdWriter::close_scope() { out_ << "$upscope $end\n"; }

VcdWriter::Signal VcdWriter::add_bits(std::string_view name, unsigned width) { return add("wire", width, name); }

VcdWriter::Signal VcdWriter::add_text(std::string_view name) { return add("string", 1, name); }

VcdWriter::Signal VcdWriter::add(std::string_view type, unsigned width, std::string_view name) {
    Signal signal; // identifiers are printable characters
    for (unsigned left = signals_++ + 1; left != 0; left /= identifier_characters) {
        signal += static_cast<char>('!' + left % identifier_characters);
    }
    fmt::print(out_, "$var {} {} {} {} $end\n", type, width, signal, name);
    return signal;
}

void VcdWriter::end_declarations() { out_ << "$enddefinitions $end\n"; }

void VcdWriter::at(SimTime time) {
    if (time != now_) {
        fmt::print(out_, "#{}\n", time.count());
        now_ = time;
    }
}

void VcdWriter::set(const Signal& signal, std::uint64_t bits) { fmt::print(out_, "b{:b} {}\n", bits, signal); }

void VcdWriter::set(const Signal& signal, std::string_view text) { fmt::print(out_, "s{} {}\n", text, signal); }

} // namespace rootpool::twin
