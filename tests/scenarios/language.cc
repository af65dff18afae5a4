#include "scenarios/language.h"

#include <exception>
#include <regex>

#include "base/format.h"
#include "scenarios/sentence.h"

namespace cohort_sync {

Status Perform(World& world, const std::string& sentence, const std::vector<std::string>& block) {
  for (const std::vector<Form>* const forms : {&ServiceForms(), &MachineForms(), &FactForms()}) {
    for (const Form& form : *forms) {
      std::smatch match;
      if (!std::regex_match(sentence, match, std::regex(form.pattern))) continue;
      Sentence read{world, {}, block};
      for (std::size_t i = 1; i < match.size(); ++i)
        read.words.push_back(match[i].str());
      try {
        return form.perform(read);
      } catch (const std::exception& error) {  // Of the file system, the JSON library or SQLite.
        return Impossible(error.what());
      }
    }
  }
  return Impossible(Format("'{}' is no sentence; tests/scenarios/language.h lists them", sentence));
}

}  // namespace cohort_sync
