// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/inspect.h"
#include "core/session/report_parts.h"
#include "core/session/restored.h"

#include <ATen/ops/softmax.h>

#include <algorithm>

namespace core::session {

using report::RunReport;

namespace report_scores {

constexpr std::size_t atOnce = 512, mostRows = 50'000;

// Why there is no one answer a row that could be counted; empty if there is.
std::string misfit(const Restored& restored)
{
    const data::DatasetInfo& info = restored.module.info();
    if (info.segments() || info.reconstructs())
        return "It answers with pictures: its figures stand below as the run recorded them.";
    if (restored.learner->loss().says() == train::Says::Vectors)
        return "It answers with vectors: its figures stand below as the run recorded them.";
    if (!restored.learner->classifies() && info.outputs() != 1)
        return "It foretells several numbers: their figures stand below as the run recorded them.";
    if (restored.module.rows(data::SplitName::Validation).empty())
        return "There are no validation rows to ask about.";
    return {};
}

base::Status fill(const Restored& restored, report::Scores& scores, const Going& going)
{
    const data::DatasetInfo& info = restored.module.info();
    const train::Loss& loss = restored.learner->loss();
    const data::RowSet& rows = restored.module.rows(data::SplitName::Validation);
    scores.split = "validation";
    scores.step = restored.step;
    scores.allRows = std::int64_t(rows.size());
    if (loss.classifies())
        scores.classes = info.classes;
    at::NoGradGuard noGraph;
    const std::size_t count = std::min(rows.size(), mostRows);
    for (std::size_t first = 0; first < count; first += atOnce) {
        const std::vector<std::int64_t> wanted = rows.some(first, std::min(atOnce, count - first));
        if (restored.module.streamed())
            restored.module.expect(rows, first + wanted.size());
        const data::Batch batch = restored.module.gather(wanted);
        const at::Tensor said = loss.predictionOf(restored.learner->predict(batch.input));
        const at::Tensor values =
            (loss.classifies()
                 ? at::softmax(said, 1)
                 : said.reshape({said.size(0), -1}).select(1, 0).div(info.targetScale).add(info.targetShift))
                .to(at::kCPU, at::kFloat)
                .contiguous();
        scores.values.insert(scores.values.end(), values.const_data_ptr<float>(),
                             values.const_data_ptr<float>() + values.numel());
        for (const std::int64_t row : restored.module.usable(wanted))
            scores.truths.push_back(restored.module.target(row));
        if (going && !going(std::int64_t(first + wanted.size()), std::int64_t(count)))
            return base::Error{base::ErrorKind::Interrupted, "given up", "report", {}};
    }
    return {};
}

void addImportance(const train::Learner& learner, RunReport& report)
{
    const std::string beginning = "feature_importance/";
    for (const tensor::NamedTensor& one : learner.signals()) {
        if (!one.name.starts_with(beginning))
            continue;
        const auto slash = one.name.find('/', beginning.size());
        const std::string kind = one.name.substr(beginning.size(), slash - beginning.size());
        auto found = std::ranges::find(report.importance, kind, &report::Importance::kind);
        if (found == report.importance.end())
            found = report.importance.insert(found, {kind, {}});
        found->features.emplace_back(one.name.substr(slash + 1), double(*one.tensor.const_data_ptr<float>()));
    }
    for (report::Importance& one : report.importance)
        std::ranges::stable_sort(one.features, std::greater{}, &std::pair<std::string, double>::second);
}

}

base::Status askWeights(RunReport& report, const std::string& at, const Going& going)
{
    auto restored = restore(report.record.folder, at);
    if (!restored) {
        // A step that a person named must be there; else the report says what it lacks.
        if (at != "last")
            return std::move(restored).error();
        report.noScores = "The weights could not be asked: " + describe(restored.error());
        return {};
    }
    if (report.trees()) {
        report.model.rounds = restored->step;
        report_scores::addImportance(*restored->learner, report);
    }
    report.noScores = report_scores::misfit(*restored);
    return report.noScores.empty() ? report_scores::fill(*restored, report.scores, going) : base::Status{};
}

}
