#include "rootpool/cli/program.h"

// SystemC's library brings main(), which calls this.
extern "C" int sc_main(int argc, char* argv[]) {
    const auto simulation = rootpool::cli::make_simulation();
    return rootpool::cli::program_main(argc, argv, *simulation, rootpool::cli::builtin_scenarios());
}
