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

// Why there is no answer that could be counted; empty if there is.
std::string misfit(const Restored& restored)
{
    const data::DatasetInfo& info = restored.module.info();
    if (info.reconstructs())
        return "It answers with what it was shown: its figures stand below as the run recorded them.";
    if (restored.learner->loss().says() == train::Says::Vectors)
        return "It answers with vectors: its figures stand below as the run recorded them.";
    if (restored.module.rows(data::SplitName::Validation).empty())
        return "There are no validation rows to ask about.";
    return {};
}

// What was said of some rows and what is true: a line each, of each pixel, or of each number that is foretold.
struct Answers {
    at::Tensor values; ///< [n, width]
    at::Tensor truths; ///< [n]; undefined: as the data module has them
};

Answers answersOf(const at::Tensor& said, const at::Tensor& target, const train::Loss& loss,
                  const data::DatasetInfo& info)
{
    if (info.segments())
        return {at::softmax(said, 1).flatten(2).transpose(1, 2).flatten(0, 1), target.flatten()};
    if (loss.classifies())
        return {at::softmax(said, 1), {}};
    const at::Tensor numbers = said.reshape({said.size(0), -1}).div(info.targetScale).add(info.targetShift);
    if (info.outputs() == 1)
        return {numbers.select(1, 0).unsqueeze(1), {}};
    return {numbers.reshape({-1, 1}), target.flatten().to(at::kDouble).div(info.targetScale).add(info.targetShift)};
}

// Of lines that are told one after the other every so many.
void keepSome(const Answers& answers, std::int64_t& seen, report::Scores& scores)
{
    const at::Tensor values = answers.values.to(at::kCPU, at::kFloat).contiguous();
    const at::Tensor truths = answers.truths.to(at::kCPU, at::kDouble).contiguous();
    const std::int64_t width = values.size(1);
    for (std::int64_t i = 0; i < truths.numel(); ++i, ++seen) {
        const double truth = truths.const_data_ptr<double>()[i];
        // A pixel below 0 is of no class.
        if (seen % scores.every != 0 || (!scores.classes.empty() && truth < 0))
            continue;
        const float* line = values.const_data_ptr<float>() + i * width;
        scores.values.insert(scores.values.end(), line, line + width);
        scores.truths.push_back(truth);
    }
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
    std::int64_t seen = 0;
    // Pictures in which every pixel is asked about take room by their size.
    std::size_t pixels = 1;
    for (const std::int64_t length : info.inputShape)
        pixels *= info.segments() ? std::size_t(length) : 1;
    const std::size_t together =
        std::clamp<std::size_t>((std::size_t(1) << 20) / std::max<std::size_t>(pixels, 1), 1, atOnce);
    for (std::size_t first = 0; first < count; first += together) {
        const std::vector<std::int64_t> wanted = rows.some(first, std::min(together, count - first));
        if (restored.module.streamed())
            restored.module.expect(rows, first + wanted.size());
        const data::Batch batch = restored.module.gather(wanted);
        const Answers answers =
            answersOf(loss.predictionOf(restored.learner->predict(batch.input)), batch.target, loss, info);
        if (answers.truths.defined()) {
            if (first == 0) {
                const std::int64_t each = answers.truths.numel() / std::int64_t(wanted.size());
                scores.row = info.segments() ? "pixel" : "value";
                scores.allRows *= each;
                scores.every = std::max<std::int64_t>(1, std::int64_t(count) * each / std::int64_t(mostRows));
            }
            keepSome(answers, seen, scores);
        } else {
            const at::Tensor values = answers.values.to(at::kCPU, at::kFloat).contiguous();
            scores.values.insert(scores.values.end(), values.const_data_ptr<float>(),
                                 values.const_data_ptr<float>() + values.numel());
            for (const std::int64_t row : restored.module.usable(wanted))
                scores.truths.push_back(restored.module.target(row));
        }
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
