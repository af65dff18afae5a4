#include "scenarios/transcript.h"

namespace cohort_sync {

Transcript::Buffer::int_type Transcript::Buffer::overflow(int_type c) {
  if (!traits_type::eq_int_type(c, traits_type::eof()))
    owner_.Put(mark_, traits_type::to_char_type(c));
  return traits_type::not_eof(c);
}

void Transcript::Put(std::string_view mark, char c) {
  if (open_mark_ != mark) {
    lines_.emplace_back(mark);
    open_mark_ = mark;
  }
  if (c == '\n') {
    open_mark_ = {};
  } else {
    lines_.back() += c;
  }
}

std::vector<std::string> Transcript::Lines() const {
  std::vector<std::string> lines = lines_;
  for (std::string& line : lines) {
    if (line == "  ") line.clear();
  }
  if (!open_mark_.empty()) lines.back() += "\\ without an end of line";
  return lines;
}

}  // namespace cohort_sync
