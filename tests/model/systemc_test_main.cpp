// main() of every SystemC test: one test executable holds one elaboration, since SystemC cannot start over. A SystemC
// warning or error fails the test.
#include <cstdlib>
#include <gmock/gmock.h>
#include <systemc>

namespace {

void fail_on_report(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
    if (report.get_severity() >= sc_core::SC_WARNING) {
        ADD_FAILURE() << report.get_msg_type() << ": " << report.get_msg();
    }
    if ((actions & sc_core::SC_THROW) != 0U) {
        throw report; // by value, as SystemC's own handler throws it
    }
}

} // namespace

int sc_main(int argc, char** argv) {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    sc_core::sc_report_handler::set_handler(fail_on_report);
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}

int main(int argc, char** argv) {
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
