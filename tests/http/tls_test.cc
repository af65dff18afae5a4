#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/conf.h>
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

struct TlsOptions {
  std::string names = "DNS:localhost";  // What the certificate is for.
  long valid_from = -60;                // In seconds from now.
  long valid_to = 3'600;
  int max_version = TLS1_3_VERSION;
};

// Signed with its own key.
Certificate CertificateFor(EVP_PKEY* key, const TlsOptions& options) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), options.valid_to);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const auto* common_name = reinterpret_cast<const unsigned char*>("test");
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, options.names.c_str());
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  CHECK(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

// Answers requests over TLS.
class TlsServer {
 public:
  explicit TlsServer(const TlsOptions& options = {})
      : certificate_(CertificateFor(key_.get(), options)),
        context_(SSL_CTX_new(TLS_server_method())) {
    // OpenSSL writes to connections that the client has closed already.
    CHECK(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    CHECK(SSL_CTX_use_certificate(context_.get(), certificate_.get()) == 1);
    CHECK(SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1);
    server_ = std::make_unique<RawServer>([this](RawConnection& connection) { Serve(connection); });
  }

  [[nodiscard]] std::string url() const { return Format("https://localhost:{}", server_->port()); }
  // How many requests were decrypted.
  [[nodiscard]] int requests() const { return requests_; }
  [[nodiscard]] int connections() const { return server_->connections(); }
  // How many connections this side has closed. Waits for a change from `closed`.
  void WaitForCloseAfter(int closed) const { closed_.wait(closed); }
  // A connection is closed after so many answers.
  void set_answers(int answers) { answers_ = answers; }

  void WriteCertificate(const std::string& path) const {
    const std::unique_ptr<std::FILE, FreeWith<std::fclose>> file(std::fopen(path.c_str(), "w"));
    CHECK(file != nullptr && PEM_write_X509(file.get(), certificate_.get()) == 1);
  }

 private:
  void Serve(RawConnection& connection) {
    constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    const Session session(SSL_new(context_.get()));
    SSL_set_fd(session.get(), connection.fd());
    if (SSL_accept(session.get()) != 1) return;
    std::array<char, 4'096> buffer;
    for (int answers = 0; answers < answers_; ++answers) {
      if (SSL_read(session.get(), buffer.data(), static_cast<int>(buffer.size())) <= 0) return;
      ++requests_;
      SSL_write(session.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
    }
    SSL_shutdown(session.get());
    { const RawConnection ended = std::move(connection); }
    ++closed_;
    closed_.notify_all();
  }

  const Key key_{EVP_EC_gen("P-256")};
  const Certificate certificate_;
  const Context context_;
  std::atomic<int> requests_{0};
  std::atomic<int> answers_{1'000};
  std::atomic<int> closed_{0};
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
  const TlsServer server;
  Trust(server);
  const Answer answer = GetFrom(server);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
}

TEST_F(TlsTest, UnknownIssuerIsNotSentTo) {
  const TlsServer server;
  const Answer answer = GetFrom(server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
  EXPECT_EQ(answer.error().message, server.url() + ": tls handshake failed; check the certificate");
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(TlsTest, CertificateForAnotherHostOrTimeIsNotSentTo) {
  for (const TlsOptions& options : {TlsOptions{.names = "DNS:example.com"},
                                    TlsOptions{.names = "DNS:*.localhost"},
                                    TlsOptions{.valid_from = -7'200, .valid_to = -3'600},
                                    TlsOptions{.valid_from = 1'800}}) {
    const TlsServer server(options);
    Trust(server);
    const Answer answer = GetFrom(server);
    ASSERT_FALSE(answer) << options.names;
    EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
    EXPECT_EQ(server.requests(), 0);
  }
}

// Whatever the machine's openssl.cnf says: Debian's default refuses old versions by itself.
TEST_F(TlsTest, OldTlsIsNotSentTo) {
  const TempDir dir;
  const std::string lax = dir.Write("openssl.cnf",
                                    "openssl_conf = init\n[init]\nssl_conf = ssl\n"
                                    "[ssl]\nsystem_default = lax\n"
                                    "[lax]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n");
  ASSERT_EQ(OPENSSL_init_ssl(0, nullptr), 1);
  ASSERT_EQ(CONF_modules_load_file(lax.c_str(), nullptr, 0), 1);
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const TlsServer server({.max_version = version});
    Trust(server);
    const Answer answer = GetFrom(server);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::kNotSent);
    EXPECT_EQ(server.requests(), 0);
  }
  const TlsServer server({.max_version = TLS1_2_VERSION});
  Trust(server);
  EXPECT_TRUE(GetFrom(server));
}

// A handshake reads all certificates of the machine again (performance.md 3.3).
TEST_F(TlsTest, ConnectionIsReused) {
  const TlsServer server;
  Trust(server);
  const auto client = MakeClient({.base_url = server.url()}).value();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(client->SendAndWait({.method = "POST", .target = "/"}));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TlsTest, ConnectionClosedWhileIdleIsNotUsed) {
  TlsServer server;
  server.set_answers(1);
  Trust(server);
  const auto client = MakeClient({.base_url = server.url()}).value();
  for (int i = 0; i < 20; ++i) {
    const Answer answer = client->SendAndWait({.method = "POST", .target = "/"});
    ASSERT_TRUE(answer) << i << ": " << answer.error().message;
    server.WaitForCloseAfter(i);
  }
  EXPECT_EQ(server.requests(), 20);
  EXPECT_EQ(server.connections(), 20);
}

}  // namespace
}  // namespace cohort_sync::http
