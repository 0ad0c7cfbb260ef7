#include "rootpool/pooling/return_route.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <stdexcept>
#include <vector>

#include "requests.h"

namespace rootpool::pooling {
namespace {

using pcie::TlpKind;
using test::completion_of;

constexpr pcie::Bdf engine(2, 0, 0);
constexpr pcie::RootId root0(0);
constexpr pcie::RootId root1(1);

ReturnContext context_of(const pcie::TlpHeader& request, pcie::RootId root) {
    ReturnContext context;
    context.root = root;
    context.requester = request.requester;
    context.tag = request.tag;
    context.configuration = pcie::is_configuration(request.kind);
    context.bytes_left = static_cast<std::uint16_t>(request.length_dw * 4U);
    return context;
}

class ScoreboardTest : public testing::Test {
protected:
    pcie::TlpHeader send(pcie::RootId root, std::uint16_t length_dw = 1, SimTime now = SimTime{0}) {
        pcie::TlpHeader request = test::memory(TlpKind::memory_read, 0x1000, length_dw);
        route->outgoing(request, context_of(request, root), engine, now);
        return request;
    }
    std::unique_ptr<ReturnRoute> route = make_return_route("scoreboard", {2, 4, 50ms});
    const pcie::TlpHeader read = test::memory(TlpKind::memory_read, 0x1000);
};

TEST_F(ScoreboardTest, tells_equal_transactions_of_two_roots_apart) {
    const pcie::TlpHeader first = send(root0);
    const pcie::TlpHeader second = send(root1);
    EXPECT_EQ(first.requester, engine);
    EXPECT_NE(first.tag, second.tag);
    const auto answered = route->returning(completion_of(second, {}, true), SimTime{0});
    ASSERT_TRUE(answered);
    EXPECT_EQ(answered->root, root1);
    EXPECT_EQ(answered->tag, read.tag);
    EXPECT_EQ(answered->requester, read.requester);
}

TEST_F(ScoreboardTest, nobody_waits_for_a_completion_of_no_request) {
    const pcie::TlpHeader sent = send(root0);
    pcie::TlpHeader completion = completion_of(sent, {}, true);
    completion.tag = pcie::Tag(200);
    EXPECT_FALSE(route->returning(completion, SimTime{0}));
    completion = completion_of(sent, {}, true);
    completion.requester = pcie::Bdf(9, 0, 0);
    EXPECT_FALSE(route->returning(completion, SimTime{0}));
}

TEST_F(ScoreboardTest, nobody_waits_for_a_second_answer) {
    const pcie::TlpHeader sent = send(root0);
    EXPECT_TRUE(route->returning(completion_of(sent, {}, true), SimTime{0}));
    EXPECT_FALSE(route->returning(completion_of(sent, {}, true), SimTime{0}));
}

TEST_F(ScoreboardTest, follows_a_read_through_all_its_completions) {
    const pcie::TlpHeader sent = send(root1, 64);
    pcie::TlpHeader part = completion_of(sent, {}, true);
    part.length_dw = 32;
    EXPECT_TRUE(route->returning(part, SimTime{0}));
    EXPECT_FALSE(route->returning(part, SimTime{0})) << "its byte count repeats what has come";
    part.byte_count = 128;
    EXPECT_TRUE(route->returning(part, SimTime{0}));
    EXPECT_FALSE(route->returning(part, SimTime{0}));
}

TEST_F(ScoreboardTest, ends_a_read_at_an_error_completion) {
    const pcie::TlpHeader sent = send(root1, 64);
    pcie::TlpHeader failed = completion_of(sent, {}, false);
    failed.status = pcie::CompletionStatus::unsupported_request;
    failed.byte_count = 256;
    EXPECT_TRUE(route->returning(failed, SimTime{0}));
    EXPECT_FALSE(route->returning(failed, SimTime{0}));
}

TEST_F(ScoreboardTest, holds_a_root_to_its_quota_and_leaves_the_others_alone) {
    pcie::TlpHeader last;
    for (int request = 0; request < 4; ++request) {
        last = send(root0);
    }
    EXPECT_EQ(route->ready_after(CompletionUse::route, root0, 1us), 50ms)
        << "until a completion comes or the requests time out";
    EXPECT_EQ(route->ready_after(CompletionUse::route, root1, 1us), 1us);
    EXPECT_TRUE(route->returning(completion_of(last, {}, true), 2us));
    EXPECT_EQ(route->ready_after(CompletionUse::route, root0, 1us), 2us) << "the completion is in the buffer at 2 us";
    EXPECT_EQ(route->ready_after(CompletionUse::route, root0, 3us), 3us);
}

TEST_F(ScoreboardTest, reclaims_the_tags_of_requests_that_are_never_answered) {
    const pcie::TlpHeader lost = send(root0);
    for (int request = 0; request < 3; ++request) {
        send(root0);
    }
    EXPECT_EQ(route->ready_after(CompletionUse::route, root0, 60ms), 60ms);
    EXPECT_FALSE(route->returning(completion_of(lost, {}, true), 61ms)) << "too late";
}

TEST_F(ScoreboardTest, refuses_a_completion_that_comes_when_the_time_of_its_request_is_over) {
    const pcie::TlpHeader late = send(root0, 1, 1us);
    const pcie::TlpHeader in_time = send(root0, 1, 2us);
    EXPECT_FALSE(route->expecting(completion_of(late, {}, true), 50ms + 1us));
    EXPECT_FALSE(route->returning(completion_of(late, {}, true), 50ms + 1us));
    EXPECT_TRUE(route->expecting(completion_of(in_time, {}, true), 50ms + 2us - SimTime{1}));
    EXPECT_TRUE(route->returning(completion_of(in_time, {}, true), 50ms + 2us - SimTime{1}));
}

TEST_F(ScoreboardTest, gives_tags_out_in_the_order_in_which_they_became_free_by_completions_or_by_time) {
    const pcie::TlpHeader first_over = send(root0, 1, 2us);
    const pcie::TlpHeader completed = send(root1, 1, 20us);
    const pcie::TlpHeader last_over = send(root1, 1, 1ms);
    ASSERT_TRUE(route->returning(completion_of(completed, {}, true), 50ms + 10us)); // the first is over by then
    std::vector<pcie::Tag> given;
    for (SimTime now = 60ms; given.size() < 256; now += 60ms) { // each request is over when the next goes
        given.push_back(send(root0, 1, now).tag);
    }
    const auto place = [&](const pcie::TlpHeader& of) {
        return std::find(given.begin(), given.end(), of.tag) - given.begin();
    };
    EXPECT_EQ(place(first_over), 253);
    EXPECT_EQ(place(completed), 254);
    EXPECT_EQ(place(last_over), 255);
}

TEST(CompleterIdRoute, leaves_memory_requests_as_they_are) {
    const auto route = make_return_route("completer_id", {2, 4, 50ms});
    const pcie::TlpHeader original = test::memory(TlpKind::memory_read, 0x1000);
    pcie::TlpHeader request = original;
    EXPECT_EQ(route->ready_after(CompletionUse::route, root1, 5us), 5us);
    route->outgoing(request, context_of(request, root1), engine, 5us);
    EXPECT_EQ(request, original);
    EXPECT_TRUE(route->routes_by_completer_id());
    EXPECT_FALSE(route->returning(completion_of(request, {}, true), 6us));
}

TEST(CompleterIdRoute, lets_one_configuration_request_out_at_a_time) {
    const auto route = make_return_route("completer_id", {2, 4, 50ms});
    pcie::TlpHeader request = test::configuration(TlpKind::config_read_0, pcie::Bdf(3, 0x10, 0), 0x70);
    const ReturnContext context = context_of(request, root1);
    route->outgoing(request, context, engine, 1us);
    EXPECT_EQ(request.requester, engine);
    EXPECT_GT(route->ready_after(CompletionUse::contents, root0, 2us), 2us);
    EXPECT_EQ(route->ready_after(CompletionUse::route, root0, 2us), 2us);
    // Erratum 36: the completer ID is another VF's; the outstanding request says whose it is.
    const auto answered = route->returning(completion_of(request, pcie::Bdf(3, 0x10, 6), true), 3us);
    ASSERT_TRUE(answered);
    EXPECT_EQ(answered->root, root1);
    EXPECT_EQ(route->ready_after(CompletionUse::contents, root0, 2us), 3us)
        << "the completion is in the buffer at 3 us";
}

TEST(CompleterIdRoute, refuses_a_completion_that_comes_when_the_time_of_its_request_is_over) {
    const auto route = make_return_route("completer_id", {2, 4, 50ms});
    pcie::TlpHeader request = test::configuration(TlpKind::config_read_0, pcie::Bdf(3, 0x10, 0), 0x70);
    const ReturnContext context = context_of(request, root1);
    route->outgoing(request, context, engine, 1us);
    EXPECT_EQ(route->ready_after(CompletionUse::contents, root0, 2us), 50ms + 1us);
    EXPECT_FALSE(route->returning(completion_of(request, {}, true), 50ms + 1us));
    EXPECT_EQ(route->ready_after(CompletionUse::contents, root0, 2us), 50ms + 1us);
}

TEST(CompleterIdRoute, remembers_a_read_of_kept_words_until_its_last_completion) {
    const auto route = make_return_route("completer_id", {2, 4, 50ms});
    pcie::TlpHeader request = test::memory(TlpKind::memory_read, 0x1000, 4);
    ReturnContext context = context_of(request, root1);
    context.table_read_end = 0x10;
    route->outgoing(request, context, engine, 1us);
    EXPECT_EQ(request.requester, engine);
    EXPECT_GT(route->ready_after(CompletionUse::contents, root0, 2us), 2us);
    pcie::TlpHeader part = completion_of(request, {}, true);
    part.length_dw = 2;
    ASSERT_TRUE(route->returning(part, 3us));
    EXPECT_GT(route->ready_after(CompletionUse::contents, root0, 3us), 3us) << "8 bytes are still to come";
    part.byte_count = 8;
    ASSERT_TRUE(route->returning(part, 4us));
    EXPECT_EQ(route->ready_after(CompletionUse::contents, root0, 4us), 4us);
}

TEST(MakeReturnRoute, refuses_an_unknown_name_and_says_what_there_is) {
    EXPECT_THAT([] { static_cast<void>(make_return_route("pigeon", {})); },
                testing::ThrowsMessage<std::invalid_argument>(testing::HasSubstr("scoreboard, completer_id")));
}

} // namespace
} // namespace rootpool::pooling
