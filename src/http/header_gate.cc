#include "http/header_gate.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "http/message.h"

namespace cohort_sync::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

bool AreDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view TrimBlanks(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Takes the first line off `header`.
std::string_view TakeLine(std::string_view& header) {
  const std::size_t end = std::min(header.find(kLineEnd), header.size());
  const std::string_view line = header.substr(0, end);
  header.remove_prefix(std::min(end + kLineEnd.size(), header.size()));
  return line;
}

std::optional<std::string> RequestLineObjection(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return "the request line is not a method, a target and a version";
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1") {
    return Format("version '{}' is not spoken here, only HTTP/1.1", Printable(version, 20));
  }
  if (!IsToken(method)) return Format("method '{}' is not one", Printable(method, 20));
  if (!target.starts_with('/') ||
      !std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7F; })) {
    return Format("target '{}' is not a percent-encoded path", Printable(target));
  }
  return std::nullopt;
}

// What the fields say about who is meant and where the body ends.
struct FieldCounts {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
};

std::optional<std::string> FieldObjection(std::string_view line,
                                          const std::vector<std::string>& served,
                                          FieldCounts& counts) {
  if (line.front() == ' ' || line.front() == '\t') return "a header is continued on a second line";
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !IsToken(name)) {
    return Format("header name '{}' is not one", Printable(name, 40));
  }
  const std::string_view value = TrimBlanks(line.substr(colon + 1));
  if (EqualsIgnoringCase(name, "Host")) {
    ++counts.hosts;
    if (!IsServedHost(value, served)) {
      return Format("host '{}' is not served here", Printable(value));
    }
  } else if (EqualsIgnoringCase(name, "Content-Length")) {
    ++counts.lengths;
    if (!AreDigits(value) || !ParseInteger(value)) {
      return Format("content-length '{}' is not a number", Printable(value, 40));
    }
  } else if (EqualsIgnoringCase(name, "Transfer-Encoding")) {
    ++counts.encodings;
    if (value != "chunked") {
      return Format("transfer-encoding '{}' is not 'chunked'", Printable(value, 40));
    }
  }
  return std::nullopt;
}

struct HostParts {
  std::string_view name;
  std::optional<std::string_view> port;
};

// nullopt when `host` is not a name or address with or without a port.
std::optional<HostParts> SplitHost(std::string_view host) {
  const std::size_t name_end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  HostParts parts{host.substr(0, name_end), std::nullopt};
  if (parts.name.empty() || parts.name.find_first_of(" \t,/@\\?#\"") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = host.substr(parts.name.size());
  if (rest.empty()) return parts;
  if (rest.front() != ':' || !AreDigits(rest.substr(1)) || rest.size() > 6) return std::nullopt;
  parts.port = rest.substr(1);
  return parts;
}

}  // namespace

HeaderScan ScanHeader(std::string_view bytes) {
  const std::string_view header = bytes.substr(0, kMaxHeaderBytes);
  const HeaderScan more{
      header.size() < kMaxHeaderBytes ? HeaderState::kPartial : HeaderState::kTooLong, 0};
  std::size_t line = 0;
  for (std::size_t at = 0; at < header.size(); ++at) {
    if (!IsControl(header[at])) continue;
    if (header[at] != '\r') return {HeaderState::kMalformed, 0};
    if (at + 1 == header.size()) return more;
    if (header[at + 1] != '\n' || at == 0) return {HeaderState::kMalformed, 0};
    if (at == line) return {HeaderState::kWhole, at + kLineEnd.size()};
    ++at;
    line = at + 1;
  }
  return more;
}

std::optional<std::string> HeaderObjection(std::string_view header,
                                           const std::vector<std::string>& hosts) {
  if (auto objection = RequestLineObjection(TakeLine(header))) return objection;
  FieldCounts counts;
  for (std::string_view line = TakeLine(header); !line.empty(); line = TakeLine(header)) {
    if (auto objection = FieldObjection(line, hosts, counts)) return objection;
  }
  if (counts.hosts != 1) return Format("there are {} hosts instead of one", counts.hosts);
  if (counts.lengths + counts.encodings > 1) return "the length of the body is given twice";
  return std::nullopt;
}

bool IsServedHost(std::string_view host, const std::vector<std::string>& hosts) {
  const auto asked = SplitHost(host);
  return asked && std::any_of(hosts.begin(), hosts.end(), [&](const std::string& entry) {
           if (entry == "*") return true;
           const auto served = SplitHost(entry);
           return served && EqualsIgnoringCase(served->name, asked->name) &&
                  (!served->port || served->port == asked->port);
         });
}

}  // namespace cohort_sync::http
