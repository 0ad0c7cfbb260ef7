// PCIe base table 2-42, cell by cell.
#include "rootpool/pcie/ordering.h"

#include <gtest/gtest.h>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {
namespace {

constexpr Bdf one(1, 0, 0);
constexpr Bdf two(2, 0, 0);

class Ordering : public ::testing::Test {
protected:
    [[nodiscard]] TlpPtr make(TlpKind kind, Bdf requester, Tag tag = Tag(0)) {
        TlpHeader header;
        header.kind = kind;
        header.requester = requester;
        header.tag = tag;
        header.completer = Bdf(3, 0, 0);
        return tlps_.make(header);
    }
    TlpFactory tlps_;
    TlpPtr write_ = make(TlpKind::memory_write, one);
    TlpPtr read_ = make(TlpKind::memory_read, one);
    TlpPtr config_write_ = make(TlpKind::config_write_0, one);
    TlpPtr data_ = make(TlpKind::completion_with_data, two);
};

TEST_F(Ordering, NothingPassesAPostedRequestByItself) {
    const TlpPtr earlier = make(TlpKind::memory_write, one);
    for (const TlpPtr& later : {write_, read_, config_write_, data_}) {
        EXPECT_FALSE(may_pass(*later, *earlier));
    }
}

TEST_F(Ordering, EverythingPassesNonPostedRequests) {
    for (const TlpPtr& later : {write_, read_, config_write_, data_}) {
        EXPECT_TRUE(may_pass(*later, *read_));
        EXPECT_TRUE(may_pass(*later, *config_write_));
    }
}

TEST_F(Ordering, RelaxedOrderingPassesPostedExceptForReads) {
    for (const TlpPtr& later : {write_, read_, config_write_, data_}) {
        later->header.attributes.relaxed_ordering = true;
        EXPECT_EQ(may_pass(*later, *make(TlpKind::memory_write, one)), later != read_);
    }
}

TEST_F(Ordering, IdBasedOrderingPassesPostedOfAnotherRequester) {
    for (const TlpPtr& later : {write_, read_, config_write_}) {
        later->header.attributes.id_based_ordering = true;
        EXPECT_FALSE(may_pass(*later, *make(TlpKind::memory_write, one)));
        EXPECT_TRUE(may_pass(*later, *make(TlpKind::memory_write, two)));
    }
}

TEST_F(Ordering, IdBasedOrderingOfACompletionComparesItsCompleter) {
    data_->header.attributes.id_based_ordering = true;
    EXPECT_TRUE(may_pass(*data_, *make(TlpKind::memory_write, two))) << "its requester does not matter";
    EXPECT_FALSE(may_pass(*data_, *make(TlpKind::memory_write, Bdf(3, 0, 0))));
}

TEST_F(Ordering, CompletionOfAWritePassesPosted) {
    const TlpPtr done = make(TlpKind::completion, two);
    EXPECT_TRUE(may_pass(*done, *write_));
    done->header.status = CompletionStatus::unsupported_request; // may be a read's
    EXPECT_FALSE(may_pass(*done, *write_));
}

TEST_F(Ordering, CompletionsOfOneTransactionKeepTheirOrder) {
    EXPECT_FALSE(may_pass(*data_, *make(TlpKind::completion_with_data, two, Tag(0))));
    EXPECT_TRUE(may_pass(*data_, *make(TlpKind::completion_with_data, two, Tag(1))));
    EXPECT_TRUE(may_pass(*data_, *make(TlpKind::completion_with_data, one, Tag(0))));
    EXPECT_TRUE(may_pass(*write_, *data_));
    EXPECT_TRUE(may_pass(*read_, *data_));
}

TEST_F(Ordering, RootsDoNotWaitForEachOther) {
    const TlpPtr earlier = make(TlpKind::memory_write, one);
    earlier->root = RootId(1);
    EXPECT_TRUE(may_pass(*write_, *earlier));
}

} // namespace
} // namespace rootpool::pcie
