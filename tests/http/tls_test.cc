#include <cstdio>
#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/format.h"
#include "http/client.h"
#include "http/raw_socket.h"
#include "support/temp_dir.h"

namespace cohort_sync::http {
namespace {

template <auto Free>
struct FreeWith {
  void operator()(auto* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, FreeWith<SSL_free>>;

// Signed with its own key; valid for an hour for the host `localhost`.
Certificate CertificateFor(EVP_PKEY* key, const std::string& names) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const auto* common_name = reinterpret_cast<const unsigned char*>("test");
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  CHECK(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

// Answers one request per connection over TLS. Its certificate is for `names`.
class TlsServer {
 public:
  explicit TlsServer(const std::string& names, int max_version = TLS1_3_VERSION)
      : certificate_(CertificateFor(key_.get(), names)),
        context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    CHECK(SSL_CTX_use_certificate(context_.get(), certificate_.get()) == 1);
    CHECK(SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1);
    server_ = std::make_unique<RawServer>([this](RawConnection& connection) { Serve(connection); });
  }

  [[nodiscard]] std::string url() const { return Format("https://localhost:{}", server_->port()); }
  // How many requests were decrypted.
  [[nodiscard]] int requests() const { return requests_; }

  void WriteCertificate(const std::string& path) const {
    const std::unique_ptr<std::FILE, FreeWith<std::fclose>> file(std::fopen(path.c_str(), "w"));
    CHECK(file != nullptr && PEM_write_X509(file.get(), certificate_.get()) == 1);
  }

 private:
  void Serve(const RawConnection& connection) {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    const Session session(SSL_new(context_.get()));
    SSL_set_fd(session.get(), connection.fd());
    if (SSL_accept(session.get()) != 1) return;
    std::array<char, 4'096> buffer;
    if (SSL_read(session.get(), buffer.data(), static_cast<int>(buffer.size())) <= 0) return;
    ++requests_;
    SSL_write(session.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
    SSL_shutdown(session.get());
    connection.WaitForClose();
  }

  const Key key_{EVP_EC_gen("P-256")};
  const Certificate certificate_;
  const Context context_;
  std::atomic<int> requests_{0};
  std::unique_ptr<RawServer> server_;
};

Answer GetFrom(const TlsServer& server) {
  return MakeClient({.base_url = server.url()}).value()->SendAndWait({.target = "/"});
}

// The certificates that OpenSSL trusts are those of SSL_CERT_FILE, read for each connection.
class TlsTest : public ::testing::Test {
 protected:
  ~TlsTest() override { ::unsetenv("SSL_CERT_FILE"); }  // NOLINT(concurrency-mt-unsafe)
  void Trust(const TlsServer& server) {
    const std::string path = (dir_.path() / "ca.pem").string();
    server.WriteCertificate(path);
    ::setenv("SSL_CERT_FILE", path.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }

 private:
  TempDir dir_;
};

TEST_F(TlsTest, TrustedServerIsAsked) {
  const TlsServer server("DNS:localhost");
  Trust(server);
  const Answer answer = GetFrom(server);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
}

TEST_F(TlsTest, UnknownIssuerIsNotSentTo) {
  const TlsServer server("DNS:localhost");
  const Answer answer = GetFrom(server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
  EXPECT_EQ(answer.error().message, server.url() + ": tls handshake failed; check the certificate");
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(TlsTest, CertificateForAnotherHostIsNotSentTo) {
  const TlsServer server("DNS:example.com");
  Trust(server);
  const Answer answer = GetFrom(server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(TlsTest, OldTlsIsNotSentTo) {
  const TlsServer server("DNS:localhost", TLS1_1_VERSION);
  Trust(server);
  const Answer answer = GetFrom(server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
  EXPECT_EQ(server.requests(), 0);
}

}  // namespace
}  // namespace cohort_sync::http
