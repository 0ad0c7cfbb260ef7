#pragma once

#include <memory>
#include <string>

#include "rootpool/core/bytes.h"

struct evp_md_ctx_st;

namespace rootpool::net {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
public:
    /// Throws std::runtime_error when the cryptographic library has no SHA-256.
    Sha256();

    void update(core::ByteView bytes);
    /// Of everything up to now, 64 lower-case digits; more may follow.
    [[nodiscard]] std::string hex() const;

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    using Context = std::unique_ptr<evp_md_ctx_st, Free>;

    Context context_;
};

} // namespace rootpool::net
