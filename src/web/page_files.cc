#include "web/page_files.h"

#include <vector>

namespace cohort_sync::web {
namespace {

struct EmbeddedFile {
  std::string_view name;
  std::string_view content;
};

constexpr EmbeddedFile kEmbedded[] = {
#include "page_files.inc"
};

std::string_view ContentTypeOf(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

std::vector<PageFile> MakeFiles() {
  std::vector<PageFile> files;
  files.reserve(std::size(kEmbedded));
  for (const EmbeddedFile& file : kEmbedded)
    files.push_back({file.name, file.content, ContentTypeOf(file.name)});
  return files;
}

}  // namespace

const PageFile* FindPageFile(std::string_view path) {
  static const std::vector<PageFile> files = MakeFiles();
  const std::string_view name = path == "/" ? "index.html" : path.substr(1);
  for (const PageFile& file : files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

}  // namespace cohort_sync::web
