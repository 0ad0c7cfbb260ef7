#include "rootpool/net/sha256.h"

#include <array>
#include <fmt/format.h>
#include <iterator>
#include <openssl/evp.h>
#include <stdexcept>

namespace rootpool::net {

namespace {

void check(int result) {
    if (result != 1) {
        throw std::runtime_error("OpenSSL refuses to compute SHA-256");
    }
}

} // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }

void Sha256::update(core::ByteView bytes) { check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size())); }

std::string Sha256::hex() const {
    const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
    check(EVP_MD_CTX_copy_ex(copy.get(), context_.get()));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    check(EVP_DigestFinal_ex(copy.get(), digest.data(), &length));
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        fmt::format_to(std::back_inserter(text), "{:02x}", digest[i]);
    }
    return text;
}

} // namespace rootpool::net
