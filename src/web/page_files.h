// The files of the dashboard's page, which are part of the binary (src/web/page).
#ifndef COHORT_SYNC_WEB_PAGE_FILES_H_
#define COHORT_SYNC_WEB_PAGE_FILES_H_

#include <string_view>

namespace cohort_sync::web {

struct PageFile {
  std::string_view name;  // "style.css"
  std::string_view content;
  std::string_view content_type;
};

// The file at `path` ("/" is index.html); nullptr when there is none.
[[nodiscard]] const PageFile* FindPageFile(std::string_view path);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_PAGE_FILES_H_
