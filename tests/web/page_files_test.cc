#include "web/page_files.h"

#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync::web {
namespace {

std::string ContentOf(std::string_view path) {
  const PageFile* file = FindPageFile(path);
  EXPECT_NE(file, nullptr) << path;
  return file == nullptr ? "" : std::string(file->content);
}

TEST(FindPageFile, KnowsThePageAndNothingElse) {
  EXPECT_EQ(FindPageFile("/")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(FindPageFile("/style.css")->content_type, "text/css; charset=utf-8");
  EXPECT_EQ(FindPageFile("/app.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(FindPageFile("/icon.svg")->content_type, "image/svg+xml");
  for (const std::string_view path :
       {"/nothing", "/page/app.js", "//app.js", "/../app.js", "/app.js/"})
    EXPECT_EQ(FindPageFile(path), nullptr) << path;
}

// What the Content-Security-Policy would refuse, and what would let foreign text become markup.
TEST(Page, HasNothingInlineAndNothingForeign) {
  const std::string html = ContentOf("/");
  EXPECT_FALSE(std::regex_search(html, std::regex("<style|\\sstyle=|\\son[a-z]+=|javascript:")));
  EXPECT_FALSE(std::regex_search(html, std::regex("<script(?! src=\"/)")));
  for (const std::string_view path : {"/", "/style.css", "/app.js"})
    EXPECT_FALSE(
        std::regex_search(ContentOf(path), std::regex("https?://(?!www\\.w3\\.org/2000/svg)")))
        << path;
}

TEST(Page, MakesTextAndNeverMarkupOfWhatItIsTold) {
  const std::string script = ContentOf("/app.js");
  for (const char* const risky : {"innerHTML",
                                  "outerHTML",
                                  "insertAdjacentHTML",
                                  "document.write",
                                  "eval(",
                                  "new Function",
                                  "DOMParser",
                                  "createContextualFragment",
                                  "srcdoc"})
    EXPECT_EQ(script.find(risky), std::string::npos) << risky;
}

}  // namespace
}  // namespace cohort_sync::web
