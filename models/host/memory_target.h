#pragma once

#include <tlm_utils/simple_target_socket.h>

#include "rootpool/host/host_memory.h"

namespace rootpool::models {

/// Host memory behind a TLM base-protocol socket. Loosely timed with no delay of its own: who asks counts the latency
/// of memory.
class MemoryTarget : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<MemoryTarget> socket{"socket"};

    MemoryTarget(const sc_core::sc_module_name& name, host::HostMemory& memory) : sc_module(name), memory_(memory) {
        socket.register_b_transport(this, &MemoryTarget::b_transport);
    }

private:
    void b_transport(tlm::tlm_generic_payload& access, sc_core::sc_time& /*delay*/) {
        if (access.get_byte_enable_ptr() != nullptr) {
            access.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
            return;
        }
        const core::MutableByteView data(access.get_data_ptr(), access.get_data_length());
        if (data.size() > memory_.size() || access.get_address() > memory_.size() - data.size()) {
            access.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return;
        }
        if (access.is_read()) {
            memory_.read(access.get_address(), data);
        } else {
            memory_.write(access.get_address(), data);
        }
        access.set_response_status(tlm::TLM_OK_RESPONSE);
    }

    host::HostMemory& memory_;
};

} // namespace rootpool::models
