#include "models/pooling/internal_input.h"

namespace rootpool::models {

void InternalInput::push(pcie::TlpPtr tlp, SimTime edge, unsigned rank) {
    CrossbarEntry entry;
    entry.tlp = std::move(tlp);
    entry.rank = rank;
    entry.ready = timing_.behind(edge, timing_.local);
    output_.push(index(), std::move(entry));
}

} // namespace rootpool::models
