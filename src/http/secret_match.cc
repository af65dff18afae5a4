#include "http/secret_match.h"

#include <array>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace cohort_sync::http {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest DigestOf(const std::string& text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

bool IsSecretAccepted(const std::vector<std::string>& offered,
                      const std::vector<Secret>& accepted) {
  int found = 0;
  for (const std::string& text : offered) {
    const Digest given = DigestOf(text);
    for (const Secret& secret : accepted) {
      const Digest expected = DigestOf(secret.Reveal());
      const int differs = CRYPTO_memcmp(given.data(), expected.data(), given.size());
      found |= static_cast<int>(differs == 0) & static_cast<int>(!secret.empty());
    }
  }
  return found != 0;
}

}  // namespace cohort_sync::http
