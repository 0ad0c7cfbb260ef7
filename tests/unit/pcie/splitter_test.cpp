#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "rootpool/core/error.h"
#include "rootpool/pcie/completion_splitter.h"
#include "rootpool/pcie/request_splitter.h"
#include "rootpool/pcie/tlp_codec.h"
#include "tests/unit/pcie/random_tlp.h"

namespace rootpool::pcie {
namespace {

using testing::ElementsAre;

const Bdf requester(1, 0, 0);

TlpHeader read(std::uint64_t address, std::uint32_t bytes) { return memory_read(requester, Tag(0), address, bytes); }

std::vector<unsigned> payloads(const TlpHeader& request, unsigned boundary, unsigned max_payload) {
    std::vector<unsigned> sizes;
    for (const CompletionPart& part : CompletionSplitter(request, boundary, max_payload)) {
        sizes.push_back(part.data_bytes);
    }
    return sizes;
}

// ---------------------------------------------------------- worked examples of PCIe base 2.3.1.1

TEST(CompletionSplitter, Example1_192BytesAtARootComplexWith64ByteBoundary) {
    EXPECT_THAT(payloads(read(0x10000, 0xC0), 64, 256), ElementsAre(192));
    EXPECT_THAT(payloads(read(0x10000, 0xC0), 64, 128), ElementsAre(128, 64));
    EXPECT_THAT(payloads(read(0x10000, 0xC0), 64, 64), ElementsAre(64, 64, 64));
}

TEST(CompletionSplitter, Example2_192BytesAtA128ByteBoundary) {
    EXPECT_THAT(payloads(read(0x10000, 0xC0), 128, 256), ElementsAre(192));
    EXPECT_THAT(payloads(read(0x10000, 0xC0), 128, 128), ElementsAre(128, 64));
}

TEST(CompletionSplitter, Example3_256UnalignedBytesWith64ByteBoundary) {
    EXPECT_THAT(payloads(read(0x10020, 0x100), 64, 256), ElementsAre(256));
    EXPECT_THAT(payloads(read(0x10020, 0x100), 64, 128), ElementsAre(96, 128, 32));
    EXPECT_THAT(payloads(read(0x10020, 0x100), 64, 64), ElementsAre(32, 64, 64, 64, 32));
}

TEST(CompletionSplitter, Example4_256UnalignedBytesAtAnEndpoint) {
    EXPECT_THAT(payloads(read(0x10020, 0x100), 128, 256), ElementsAre(256));
    EXPECT_THAT(payloads(read(0x10020, 0x100), 128, 128), ElementsAre(96, 128, 32));
}

TEST(CompletionSplitter, ByteCountAndLowerAddressFollowEachPart) {
    std::vector<CompletionPart> parts;
    for (const CompletionPart& part : CompletionSplitter(read(0x10023, 250), 64, 128)) {
        parts.push_back(part);
    }
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(parts[0], (CompletionPart{0, 96, 250, 0x23}));
    EXPECT_EQ(parts[1], (CompletionPart{96, 128, 250 - 93, 0x00}));
    EXPECT_EQ(parts[2], (CompletionPart{224, 32, 250 - 93 - 128, 0x00}));
}

TEST(CompletionSplitter, ZeroLengthReadHasOneDwordAndByteCount1) {
    std::vector<CompletionPart> parts;
    for (const CompletionPart& part : CompletionSplitter(read(0x10004, 0), 64, 128)) {
        parts.push_back(part);
    }
    EXPECT_THAT(parts, ElementsAre(CompletionPart{0, 4, 1, 0x04}));
}

TEST(CompletionSplitter, EveryPartIsAValidCompletionAndAllTogetherAreTheRequest) {
    test::RandomTlp random(99);
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t address = random.upto(0xFFFF'FFFF);
        const TlpHeader request = read(address, static_cast<std::uint32_t>(1 + random.upto(4095 - address % 4096)));
        const unsigned boundary = random.flip() ? 64 : 128;
        const unsigned max_payload = 128U << random.upto(5);
        unsigned offset = 0;
        unsigned left = byte_length(request);
        for (const CompletionPart& part : CompletionSplitter(request, boundary, max_payload)) {
            const TlpHeader header = completion_with_data(request, Bdf(2, 0, 0), part);
            const auto error = validate(header);
            ASSERT_FALSE(error) << error->rule;
            ASSERT_EQ(part.data_offset, offset);
            ASSERT_EQ(part.byte_count, left);
            ASSERT_LE(part.data_bytes, max_payload);
            offset += part.data_bytes;
            const unsigned useful = part.data_bytes - part.lower_address % 4U;
            if (useful < left) {
                ASSERT_EQ((request.address + offset) % boundary, 0U);
            }
            left -= std::min(useful, left);
        }
        ASSERT_EQ(left, 0U);
        ASSERT_EQ(offset, request.length_dw * 4U);
    }
}

TEST(CompletionSplitter, RefusesABoundaryThatNoCompletionCouldReach) {
    EXPECT_THROW(CompletionSplitter(read(0, 4), 128, 64), core::ModelViolation);
    EXPECT_THROW(CompletionSplitter(read(0, 4), 256, 256), core::ModelViolation);
    EXPECT_THROW(CompletionSplitter(read(0, 4), 0, 128), core::ModelViolation);
}

// --------------------------------------------------------------------------------------- requests

std::vector<RequestPart> split(std::uint64_t address, std::uint64_t bytes, std::uint32_t limit) {
    std::vector<RequestPart> parts;
    for (const RequestPart& part : RequestSplitter(address, bytes, limit)) {
        parts.push_back(part);
    }
    return parts;
}

TEST(RequestSplitter, CutsAtTheLimitAndAt4Kb) {
    EXPECT_THAT(split(0x1000, 1514, 512),
                ElementsAre(RequestPart{0x1000, 512}, RequestPart{0x1200, 512}, RequestPart{0x1400, 490}));
    EXPECT_THAT(split(0x1F00, 512, 512), ElementsAre(RequestPart{0x1F00, 256}, RequestPart{0x2000, 256}));
    EXPECT_THAT(split(0x1000, 0, 512), testing::IsEmpty());
}

TEST(RequestSplitter, UnalignedStartCountsAsItsWholeDword) {
    EXPECT_THAT(split(0x1003, 128, 128), ElementsAre(RequestPart{0x1003, 125}, RequestPart{0x1080, 3}));
}

TEST(RequestSplitter, EveryPartIsAValidRequestAndAllTogetherAreTheRange) {
    test::RandomTlp random(5);
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t address = random.upto(1ULL << 40U);
        const std::uint64_t bytes = random.upto(70'000);
        const std::uint32_t limit = 128U << random.upto(5);
        std::uint64_t next = address;
        for (const RequestPart& part : RequestSplitter(address, bytes, limit)) {
            ASSERT_EQ(part.address, next);
            const TlpHeader write = memory_write(requester, Tag(0), part.address, part.bytes);
            ASSERT_LE(payload_bytes(write), limit);
            ASSERT_FALSE(validate(write));
            next += part.bytes;
        }
        ASSERT_EQ(next, address + bytes);
    }
}

TEST(RequestSplitter, RefusesAnImpossibleLimit) {
    for (const std::uint32_t limit : {0U, 2U, 130U, 8192U}) {
        EXPECT_THROW(RequestSplitter(0, 4, limit), core::ModelViolation);
    }
}

} // namespace
} // namespace rootpool::pcie
