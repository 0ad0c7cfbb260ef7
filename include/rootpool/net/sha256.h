#pragma once

#include <memory>
#include <string>

#include "rootpool/core/bytes.h"

struct evp_md_ctx_st;

namespace rootpool::net {

/// SHA-256 (FIPS 180-4) of a stream of bytes, by OpenSSL. Throws std::runtime_error when the library refuses.
class Sha256 {
public:
    Sha256();
    void update(core::ByteView bytes);
    /// The digest of everything so far as 64 hexadecimal digits; more bytes may follow.
    [[nodiscard]] std::string hex() const;

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

} // namespace rootpool::net
