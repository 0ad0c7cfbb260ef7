#include "rootpool/net/sha256.h"

#include <array>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <stdexcept>

namespace rootpool::net {

namespace {

void require(bool done) {
    if (!done) {
        throw std::runtime_error("the cryptographic library cannot compute SHA-256");
    }
}

} // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::update(core::ByteView bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() const {
    const Context copy(EVP_MD_CTX_new()); // the final step would end the running digest
    std::array<std::uint8_t, 32> digest{};
    require(copy != nullptr && EVP_MD_CTX_copy_ex(copy.get(), context_.get()) == 1 &&
            EVP_DigestFinal_ex(copy.get(), digest.data(), nullptr) == 1);
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

} // namespace rootpool::net
