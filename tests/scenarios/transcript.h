// What a command printed, line by line, as a scenario shows it.
#ifndef COHORT_SYNC_TESTS_SCENARIOS_TRANSCRIPT_H_
#define COHORT_SYNC_TESTS_SCENARIOS_TRANSCRIPT_H_

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

namespace cohort_sync {

// Two streams whose lines are kept in the order in which they were begun. One thread.
class Transcript {
 public:
  Transcript() : out_buffer_(*this, "  "), err_buffer_(*this, "! ") {}
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  [[nodiscard]] std::ostream& out() { return out_; }
  [[nodiscard]] std::ostream& err() { return err_; }

  // Each with "  " or "! " before it; an empty line is empty. A last line without its end says so.
  [[nodiscard]] std::vector<std::string> Lines() const;

 private:
  class Buffer final : public std::streambuf {
   public:
    Buffer(Transcript& owner, std::string_view mark) : owner_(owner), mark_(mark) {}

   protected:
    int_type overflow(int_type c) override;

   private:
    Transcript& owner_;
    std::string_view mark_;
  };

  void Put(std::string_view mark, char c);

  std::vector<std::string> lines_;
  std::string_view open_mark_;  // Of the last line, while it has no end.
  Buffer out_buffer_;
  Buffer err_buffer_;
  std::ostream out_{&out_buffer_};
  std::ostream err_{&err_buffer_};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SCENARIOS_TRANSCRIPT_H_
