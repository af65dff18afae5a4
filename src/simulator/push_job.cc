#include "simulator/push_job.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "http/client.h"
#include "simulator/seeded_random.h"

namespace cohort_sync::simulator {
namespace {

http::Request MakeRequest(const PushContent& content, std::string target, std::string body) {
  // The webhook's is documented (3.1), that of the others is not.
  const bool webhook = content.settings.kind == PushKind::kWebhook;
  http::Request request{.method = "POST", .target = std::move(target), .body = std::move(body)};
  request.headers.Add("Content-Type", "application/json");
  request.headers.Add("User-Agent", webhook ? "Amplitude/Webhook/1.0" : "Amplitude");
  for (const auto& [name, value] : content.settings.headers.fields())
    request.headers.Add(name, value);
  return request;
}

http::Request RequestOf(const PushContent& content,
                        const std::string& list_id,
                        const Batch& batch) {
  const std::string& target = content.settings.target;
  if (content.settings.kind == PushKind::kWebhook) {
    return MakeRequest(content, target, WebhookBody(content, batch));
  }
  if (content.settings.kind == PushKind::kIdentify) {
    return MakeRequest(content, target, IdentifyBody(content, batch));
  }
  return MakeRequest(
      content,
      Format("{}/{}/{}", target, PercentEncode(list_id), batch.enter ? "add" : "remove"),
      ListItemsBody(content, batch));
}

void Shuffle(std::vector<PushRequest>& requests, Random& random) {
  for (std::size_t left = requests.size(); left > 1; --left)
    std::swap(requests[left - 1], requests[random.Next() % left]);
}

// One class, because its parts share what a job is made of.
class Run {
 public:
  Run(PushJob& job, const PushDelivery& delivery, const ProjectAccess& project)
      : job_(job), delivery_(delivery), project_(project) {}

  [[nodiscard]] Status CreateList() {
    const PushContent& content = job_.content;
    std::vector<PushRequest> creation(1);
    creation[0].make = [&content] {
      return MakeRequest(content, content.settings.target, CreateListBody(content));
    };
    LoseAnswers(creation);
    const Result<http::Response> created = delivery_.Send(creation[0]);
    if (!created) return Fail(created.error());
    std::optional<std::string> id = ListIdIn(created->body, content.switches.list_id_path);
    if (!id) {
      return Fail(ErrorCode::kUnavailable,
                  Format("POST {}: a required response value was missing: '{}' in {}",
                         content.settings.target,
                         content.switches.list_id_path == ListIdPath::kNested ? "response.listId"
                                                                              : "listId",
                         Printable(created->body)));
    }
    job_.list_id = *std::move(id);
    return {};
  }

  [[nodiscard]] Status SendBatches(const std::vector<Batch>& batches) {
    std::vector<PushRequest> requests;
    requests.reserve(batches.size());
    for (const Batch& batch : batches) {
      PushRequest request;
      request.make = [this, &batch] { return RequestOf(job_.content, job_.list_id, batch); };
      requests.push_back(std::move(request));
    }
    LoseAnswers(requests);
    Duplicate(requests);
    SeededRandom random(job_.seed);
    if (job_.content.switches.shuffled) Shuffle(requests, random);
    return delivery_.SendAll(requests);
  }

 private:
  // With the project's switches as they are now, so that counted faults count down there.
  void LoseAnswers(std::vector<PushRequest>& requests) {
    project_([&](AmplitudeProject& project) {
      for (PushRequest& request : requests)
        request.answer_lost = Strikes(project.switches().push.answer_lost, project.random());
    });
  }

  void Duplicate(std::vector<PushRequest>& requests) {
    std::vector<PushRequest> duplicates;
    project_([&](AmplitudeProject& project) {
      for (const PushRequest& request : requests) {
        if (!Strikes(project.switches().push.duplicates, project.random())) continue;
        duplicates.push_back({.make = request.make});
      }
    });
    requests.insert(requests.end(), duplicates.begin(), duplicates.end());
  }

  PushJob& job_;
  const PushDelivery& delivery_;
  const ProjectAccess& project_;
};

}  // namespace

Status RunPushJob(PushJob& job,
                  const PushJobEvents& events,
                  const ProjectAccess& project,
                  Clock& clock,
                  const std::stop_token& stop) {
  const PushContent& content = job.content;
  const PushDifference difference = DifferenceOf(*job.before, *job.now, content.settings);
  const std::vector<Batch> batches = BatchesOf(difference, content.settings.batch_size);
  const bool creates = content.settings.kind == PushKind::kLists && job.list_id.empty();
  events.on_planned(difference, batches.size() + (creates ? 1 : 0));
  const auto client = http::MakeClient(
      {.base_url = content.settings.base_url, .timeout = Duration(content.switches.timeout_ms)});
  if (!client) return Fail(client.error());
  const PushDelivery delivery(**client, content.switches, clock, stop, events.on_attempt);
  Run run(job, delivery, project);
  if (creates) {
    if (Status created = run.CreateList(); !created) return created;
  }
  return run.SendBatches(batches);
}

}  // namespace cohort_sync::simulator
