#include "models/core/scheduler.h"

#include <array>
#include <gmock/gmock.h>
#include <memory>
#include <random>
#include <vector>

namespace rootpool::models {
namespace {

/// Timers at random times from a femtosecond to milliseconds ahead, which arm each other and cancel.
class Crowd {
public:
    Crowd(Scheduler& scheduler, unsigned timers) {
        for (unsigned number = 0; number < timers; ++number) {
            members_.push_back(std::make_unique<Member>(*this, scheduler, number));
        }
    }
    void start() {
        for (const auto& member : members_) {
            arm(*member);
        }
    }

    [[nodiscard]] std::size_t fired() const noexcept { return fired_; }
    /// Each firing was the first of all that were armed then; those of one moment by number, if they were armed before.
    [[nodiscard]] bool in_order() const noexcept { return in_order_; }

private:
    struct Member {
        Member(Crowd& owner, Scheduler& scheduler, std::size_t index)
            : crowd(owner), number(index), timer(scheduler, Timer::Callback::to<&Member::fire>(*this)) {}
        void fire() { crowd.fire(*this); }

        Crowd& crowd;
        std::size_t number;
        SimTime armed_at{};
        Timer timer;
    };

    void fire(Member& member) {
        ++fired_;
        for (const auto& other : members_) {
            const bool earlier =
                other->timer.deadline() < now() ||
                (other->timer.deadline() == now() && other->number < member.number && other->armed_at < now());
            in_order_ = in_order_ && !(other->timer.armed() && earlier);
        }
        arm(member);
        Member& other = *members_[random_() % members_.size()];
        if (random_() % 4 == 0) {
            other.timer.cancel();
        } else if (random_() % 2 == 0) {
            arm(other);
        }
    }
    void arm(Member& member) {
        constexpr SimTime scale[] = {1ns, 100ns, 1us, 3us, 2ms};
        const SimTime most = scale[random_() % std::size(scale)];
        const auto ahead = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most.count()));
        member.armed_at = now();
        member.timer.arm(now() + SimTime{ahead / 1000 * 1000}); // some of one moment
    }

    std::mt19937_64 random_{1};
    std::vector<std::unique_ptr<Member>> members_;
    std::size_t fired_ = 0;
    bool in_order_ = true;
};

/// A process of the kernel that notes the time at which it runs.
class Ticker : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(Ticker);
    explicit Ticker(const sc_core::sc_module_name& name) : sc_module(name) { SC_THREAD(run); }
    bool agrees = true;

private:
    void run() {
        while (true) {
            sc_core::wait(7, sc_core::SC_US);
            agrees = agrees && now() == KernelTime::kernel();
        }
    }
};

class SchedulerTest : public testing::TestWithParam<core::TimerQueue> {
protected:
    // SystemC does not build modules once it runs.
    static void SetUpTestSuite() {
        wheel = make_scheduler("wheel", core::TimerQueue::wheel);
        kernel = make_scheduler("kernel", core::TimerQueue::kernel);
        ticker = std::make_unique<Ticker>("ticker");
    }
    static void TearDownTestSuite() {
        wheel.reset();
        kernel.reset();
        ticker.reset();
    }
    static Scheduler& scheduler() { return GetParam() == core::TimerQueue::wheel ? *wheel : *kernel; }

    static std::unique_ptr<Scheduler> wheel;
    static std::unique_ptr<Scheduler> kernel;
    static std::unique_ptr<Ticker> ticker;
};
std::unique_ptr<Scheduler> SchedulerTest::wheel;
std::unique_ptr<Scheduler> SchedulerTest::kernel;
std::unique_ptr<Ticker> SchedulerTest::ticker;
INSTANTIATE_TEST_SUITE_P(of_both_queues, SchedulerTest,
                         testing::Values(core::TimerQueue::wheel, core::TimerQueue::kernel),
                         [](const auto& of) { return of.param == core::TimerQueue::wheel ? "wheel" : "kernel"; });

TEST_P(SchedulerTest, fires_timers_in_the_order_of_their_times) {
    Crowd crowd(scheduler(), 50);
    crowd.start();
    KernelTime::run_for(20ms);
    EXPECT_GT(crowd.fired(), 10'000U);
    EXPECT_TRUE(crowd.in_order());
    EXPECT_TRUE(ticker->agrees);
}

TEST_P(SchedulerTest, does_not_pass_the_end_of_a_run) {
    SimTime fired = core::never;
    struct Once {
        SimTime* at;
        void fire() const { *at = now(); }
    } once{&fired};
    Timer timer(scheduler(), Timer::Callback::to<&Once::fire>(once));
    const SimTime start = now();
    timer.arm(start + 1us);
    KernelTime::run_for(1us);
    EXPECT_EQ(fired, core::never); // as with sc_start()
    KernelTime::run_for(1us);
    EXPECT_EQ(fired, start + 1us);
}

TEST_P(SchedulerTest, wakes_a_process_at_the_time_of_the_timer_that_notifies_it) {
    sc_core::sc_event event;
    SimTime woken = core::never;
    sc_core::sc_spawn([&] {
        sc_core::wait(event);
        woken = now();
    });
    struct Notifier {
        sc_core::sc_event* event;
        void fire() const { KernelTime::notify(*event); }
        void nothing() {}
    } notifier{&event};
    Timer early(scheduler(), Timer::Callback::to<&Notifier::nothing>(notifier));
    Timer notifies(scheduler(), Timer::Callback::to<&Notifier::fire>(notifier));
    const SimTime start = now();
    early.arm(start + 10ns);
    notifies.arm(start + 15ns);
    KernelTime::run_for(1us);
    EXPECT_EQ(woken, start + 15ns);
}

TEST_P(SchedulerTest, lets_a_process_that_waits_come_after_all_timers_of_the_moment) {
    struct Chain {
        unsigned fired = 0;
        Timer* armed_later = nullptr;
        void count() { ++fired; }
        void count_and_arm() {
            ++fired;
            armed_later->arm(now());
        }
    } chain;
    Timer last(scheduler(), Timer::Callback::to<&Chain::count>(chain));
    Timer first(scheduler(), Timer::Callback::to<&Chain::count_and_arm>(chain));
    Timer second(scheduler(), Timer::Callback::to<&Chain::count>(chain));
    chain.armed_later = &last;
    unsigned seen = 0;
    sc_core::sc_spawn([&] {
        scheduler().wait_for(10ns);
        seen = chain.fired;
    });
    first.arm(now() + 10ns);
    second.arm(now() + 10ns);
    KernelTime::run_for(1us);
    EXPECT_EQ(seen, 3U);
}

TEST_P(SchedulerTest, lets_processes_of_one_moment_go_on_in_the_order_in_which_they_waited) {
    struct Notifier {
        sc_core::sc_event event;
        void fire() { KernelTime::notify(event); }
    };
    std::array<Notifier, 4> notifiers;
    std::vector<std::unique_ptr<Timer>> timers; // the last is notified first
    for (std::size_t i = notifiers.size(); i-- > 0;) {
        timers.push_back(std::make_unique<Timer>(scheduler(), Timer::Callback::to<&Notifier::fire>(notifiers[i])));
        timers.back()->arm(now() + 10ns);
    }
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < notifiers.size(); ++i) {
        sc_core::sc_spawn([&, i] {
            scheduler().wait_for(notifiers[i].event);
            order.push_back(i);
        });
        sc_core::sc_spawn([&, i] {
            scheduler().wait_for(10ns);
            order.push_back(notifiers.size() + i);
        });
    }
    KernelTime::run_for(1us);
    EXPECT_THAT(order, testing::ElementsAre(0, 4, 1, 5, 2, 6, 3, 7));
}

TEST(ToScTime, SaysWhatFromValueSays) {
    for (const std::int64_t femtoseconds : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1} << 62U}) {
        EXPECT_EQ(to_sc_time(SimTime{femtoseconds}),
                  sc_core::sc_time::from_value(static_cast<sc_core::sc_time::value_type>(femtoseconds)));
    }
}

TEST_P(SchedulerTest, refuses_a_moment_that_has_passed) {
    struct Nothing {
        void fire() {}
    } nothing;
    Timer timer(scheduler(), Timer::Callback::to<&Nothing::fire>(nothing));
    KernelTime::run_for(1us);
    EXPECT_ANY_THROW(timer.arm(now() - 1ns));
}

} // namespace
} // namespace rootpool::models
