// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/evaluator.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/softmax.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace core::train {

namespace {

constexpr std::int64_t evaluationBatch = 512;
constexpr std::size_t rowsWithoutValidation = 1000; ///< of the training sample
constexpr std::int64_t evaluationCells = 1 << 20;   ///< of an estimator's batch

// Layers grow with the batch, trees do not: there operators called once for many rows save most of the time.
std::size_t batchFor(const Learner& learner, const data::DatasetInfo& info)
{
    std::int64_t cells = 1;
    for (const std::int64_t side : info.inputShape)
        cells *= std::max<std::int64_t>(1, side);
    return std::size_t(learner.takesBatches() ? evaluationBatch : std::max(evaluationBatch, evaluationCells / cells));
}

// What was learned to be said of a target, or a target as it was learned from, in the target's own unit.
at::Tensor inOwnUnit(const at::Tensor& values, const data::DatasetInfo& info)
{
    return info.targetShift == 0 && info.targetScale == 1 ? values : values.div(info.targetScale).add(info.targetShift);
}

std::optional<Quantiles> inOwnUnit(std::optional<Quantiles> quantiles, const data::DatasetInfo& info)
{
    if (quantiles)
        quantiles->values = inOwnUnit(quantiles->values, info);
    return quantiles;
}

// The same of pictures whose pixels have classes: a row stands for its picture, with the class of which most pixels
// were missed, what they were taken for, and the share of pixels that are right.
void lookAtPixels(const at::Tensor& said, const at::Tensor& perItem, const at::Tensor& target,
                  std::span<const std::int64_t> rows, const EvaluationRequest& request, EvaluationResult& result)
{
    const std::int64_t classes = said.size(1);
    const at::Tensor best = said.argmax(1).to(at::kCPU).contiguous(), truth = target.to(at::kCPU).contiguous(),
                     losses = perItem.to(at::kCPU, at::kDouble).contiguous();
    const std::int64_t pixels = best.numel() / std::max<std::int64_t>(1, best.size(0));
    std::vector<std::int64_t> counts(std::size_t(classes * classes));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t* is = truth.const_data_ptr<std::int64_t>() + std::int64_t(i) * pixels;
        const std::int64_t* told = best.const_data_ptr<std::int64_t>() + std::int64_t(i) * pixels;
        std::ranges::fill(counts, 0);
        std::int64_t known = 0, right = 0, most = -1;
        for (std::int64_t k = 0; k < pixels; ++k)
            if (is[k] >= 0) {
                ++known;
                right += is[k] == told[k];
                ++counts[std::size_t(is[k] * classes + told[k])];
            }
        if (request.confusion)
            for (std::size_t k = 0; k < counts.size(); ++k)
                result.confusion.counts[k] += counts[k];
        for (std::int64_t k = 0; k < classes * classes; ++k)
            if (k / classes != k % classes && counts[std::size_t(k)] > (most < 0 ? 0 : counts[std::size_t(most)]))
                most = k;
        if (most < 0) // nothing is wrong: what most of it is
            most = std::ranges::max_element(counts) - counts.begin();
        if (request.predictions > 0)
            result.predictions.push_back(
                {rows[i], double(most / classes), double(most % classes), known > 0 ? double(right) / double(known) : 1,
                 losses.const_data_ptr<double>()[i] / double(std::max<std::int64_t>(1, known))});
    }
}

void keepWorst(const EvaluationRequest& request, EvaluationResult& result)
{
    const auto worse = [](const auto& a, const auto& b) { return a.loss != b.loss ? a.loss > b.loss : a.row < b.row; };
    const std::size_t kept = std::min(result.predictions.size(), request.predictions);
    std::partial_sort(result.predictions.begin(), result.predictions.begin() + std::ptrdiff_t(kept),
                      result.predictions.end(), worse);
    result.predictions.resize(kept);
}

// Adds the batch to the confusion matrix and to the candidates for the worst predictions.
void look(const at::Tensor& said, const at::Tensor& perItem, const at::Tensor& target,
          std::span<const std::int64_t> rows, bool classification, const EvaluationRequest& request,
          EvaluationResult& result)
{
    const at::Tensor losses = perItem.to(at::kCPU, at::kDouble).contiguous();
    const at::Tensor scores = (classification ? at::softmax(said, 1) : said.reshape({said.size(0), -1}))
                                  .to(at::kCPU, at::kDouble)
                                  .contiguous();
    const at::Tensor truths = target.to(at::kCPU, at::kDouble).contiguous();
    const std::int64_t width = scores.size(1), each = truths.dim() > 1 ? truths.size(1) : 1;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double* score = scores.const_data_ptr<double>() + std::int64_t(i) * width;
        const double truth = truths.const_data_ptr<double>()[std::int64_t(i) * each];
        const std::int64_t best = std::max_element(score, score + width) - score;
        if (request.confusion && classification)
            ++result.confusion.counts[std::size_t(std::int64_t(truth) * width + best)];
        if (request.predictions > 0)
            result.predictions.push_back({rows[i], truth, classification ? double(best) : score[0],
                                          classification ? score[best] : 1, losses.const_data_ptr<double>()[i]});
    }
}

// Probabilities of scores [n, classes] as [classes, n]: along rows of two numbers torch takes many times as long.
at::Tensor shares(const at::Tensor& scores)
{
    const at::Tensor rows = scores.to(at::kCPU, at::kFloat).contiguous();
    const std::int64_t count = rows.size(0), classes = rows.size(1);
    at::Tensor columns = tensor::empty({classes, count});
    const float* from = rows.const_data_ptr<float>();
    float* to = columns.mutable_data_ptr<float>();
    for (std::int64_t c = 0; c < classes; ++c)
        for (std::int64_t i = 0; i < count; ++i)
            *to++ = from[i * classes + c];
    return at::softmax(columns, 0);
}

constexpr std::int64_t fewItems = 4096; ///< above that the operator is as fast

double sumOf(const at::Tensor& items)
{
    if (!items.is_cpu() || items.scalar_type() != at::kFloat || !items.is_contiguous() || items.numel() > fewItems)
        return items.sum(at::kDouble).item<double>();
    const float* each = items.const_data_ptr<float>();
    const std::int64_t count = items.numel();
    std::array<double, 4> parts{};
    std::int64_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (std::size_t k = 0; k < 4; ++k)
            parts[k] += double(each[i + std::int64_t(k)]);
    for (; i < count; ++i)
        parts[0] += double(each[i]);
    return (parts[0] + parts[1]) + (parts[2] + parts[3]);
}

Passed passOf(Learner& learner, const data::DataModule& data, std::span<const std::int64_t> rows)
{
    const data::Batch batch = data.gather(rows);
    return {learner.predict(batch.input), batch.target};
}

}

std::size_t evaluationRows(const Learner& learner, const data::DataModule& data)
{
    return batchFor(learner, data.info());
}

void passBatches(Learner& learner, const data::DataModule& data, const data::RowSet& rows,
                 const std::function<bool(std::size_t batch)>& wanted, const std::function<void(const Passed&)>& give)
{
    const at::NoGradGuard noGraph;
    const std::size_t atOnce = batchFor(learner, data.info());
    for (std::size_t batch = 0; batch * atOnce < rows.size(); ++batch)
        if (wanted(batch))
            give(passOf(learner, data, rows.some(batch * atOnce, atOnce)));
}

EvaluationResult evaluate(Learner& learner, const data::DataModule& data, const data::RowSet& rows,
                          const EvaluationRequest& request)
{
    at::NoGradGuard noGraph;
    EvaluationResult result;
    const Loss& loss = learner.loss();
    const MetricSet metrics = request.metrics ? *request.metrics : MetricSet::usual(loss, data.info());
    Tally tally(loss.says(), metrics.needs());
    const bool counts = !metrics.names().empty();
    const bool tables = (request.confusion || request.predictions > 0) && loss.says() != Says::Vectors;
    if (request.confusion && learner.classifies()) {
        result.confusion.classes = data.info().outputs();
        result.confusion.counts.assign(std::size_t(result.confusion.classes * result.confusion.classes), 0);
    }
    double sum = 0, weights = 0;
    const std::size_t atOnce = batchFor(learner, data.info());
    for (std::size_t first = 0; first < rows.size(); first += atOnce) {
        const std::vector<std::int64_t> wanted = rows.some(first, atOnce);
        if (data.streamed())
            data.expect(rows, first + wanted.size());
        const std::vector<std::int64_t> part = data.usable(wanted);
        const std::size_t number = first / atOnce;
        const Passed passed = request.elsewhere && request.elsewhere->has(number)
                                  ? request.elsewhere->take(number, std::int64_t(part.size()))
                                  : passOf(learner, data, wanted);
        // Nothing here needs autograd, whose bookkeeping costs small networks more than the arithmetic.
        const at::AutoDispatchBelowADInplaceOrView untracked;
        const at::Tensor output = passed.output, target = passed.target.to(output.device());
        const at::Tensor perItem = loss.perItem(output, target);
        sum += sumOf(perItem);
        weights += loss.weightOf(target);
        const at::Tensor said = inOwnUnit(loss.predictionOf(output), data.info()),
                         truth = inOwnUnit(target, data.info());
        if (counts)
            tally.add(said, truth,
                      metrics.needs().quantiles ? inOwnUnit(loss.quantilesOf(output), data.info()) : std::nullopt);
        if (tables && data.info().segments())
            lookAtPixels(said, perItem, truth, part, request, result);
        else if (tables)
            look(said, perItem, truth, part, learner.classifies(), request, result);
        keepWorst(request, result);
    }
    result.loss = rows.empty() ? std::nan("") : sum / weights;
    result.metrics = metrics.values(tally);
    result.classes = tally.classes();
    return result;
}

std::optional<events::SurfaceFrame> surface(Learner& learner, const data::DataModule& data, std::int64_t cells)
{
    if (data.info().inputShape != std::vector<std::int64_t>{2} || learner.loss().says() == Says::Vectors)
        return {};
    double low[2] = {HUGE_VAL, HUGE_VAL}, high[2] = {-HUGE_VAL, -HUGE_VAL};
    const std::int64_t known = std::min<std::int64_t>(data.size(), 20000);
    std::vector<std::int64_t> rows(static_cast<std::size_t>(known));
    std::iota(rows.begin(), rows.end(), 0);
    const at::Tensor points = data.gather(rows).input;
    const float* point = points.const_data_ptr<float>();
    for (std::int64_t row = 0; row < points.size(0); ++row)
        for (std::size_t k = 0; k < 2; ++k, ++point) {
            const double there = double(*point) / double(data.scale()[k]) + double(data.shift()[k]);
            low[k] = std::min(low[k], there);
            high[k] = std::max(high[k], there);
        }
    for (int k = 0; k < 2; ++k) {
        const double margin = std::max(0.12 * (high[k] - low[k]), 1e-6);
        low[k] -= margin;
        high[k] += margin;
    }
    at::Tensor grid = tensor::empty({cells * cells, 2});
    float* out = grid.mutable_data_ptr<float>();
    for (std::int64_t y = 0; y < cells; ++y)
        for (std::int64_t x = 0; x < cells; ++x, out += 2) {
            const double at[2] = {low[0] + (high[0] - low[0]) * (double(x) + 0.5) / double(cells),
                                  low[1] + (high[1] - low[1]) * (double(y) + 0.5) / double(cells)};
            for (std::size_t k = 0; k < 2; ++k)
                out[k] = float((at[k] - data.shift()[k]) * data.scale()[k]);
        }
    at::NoGradGuard noGraph;
    at::Tensor output = learner.loss().predictionOf(learner.predict(grid));
    const bool classifies = learner.classifies();
    output = (classifies ? shares(output) : output.reshape({1, cells * cells})).to(at::kCPU, at::kFloat).contiguous();
    events::SurfaceFrame frame;
    frame.width = frame.height = cells;
    frame.left = low[0];
    frame.right = high[0];
    frame.bottom = low[1];
    frame.top = high[1];
    frame.classes = output.size(0);
    frame.values.resize(std::size_t(output.numel()));
    const float* value = output.const_data_ptr<float>();
    for (std::int64_t c = 0; c < frame.classes; ++c)
        for (std::int64_t i = 0; i < cells * cells; ++i)
            frame.values[std::size_t(i * frame.classes + c)] = *value++;
    return frame;
}

data::RowSet trainSample(const data::DataModule& data, std::uint64_t seed)
{
    const data::RowSet& rows = data.rows(data::SplitName::Train);
    const std::size_t validation = data.rows(data::SplitName::Validation).size();
    const std::size_t wanted = std::min(rows.size(), validation > 0 ? validation : rowsWithoutValidation);
    std::vector<std::int64_t> sample;
    if (data.streamed()) {
        // Whole blocks, so that no more is read than is looked at.
        const std::span<const std::int64_t> blocks = rows.runs();
        std::int64_t taken = 0;
        for (const std::int64_t place :
             base::permutation(std::int64_t(blocks.size()), base::Draw(seed, "train_eval"))) {
            if (taken >= std::int64_t(wanted))
                break;
            sample.push_back(blocks[std::size_t(place)]);
            taken += data.rowsOfBlock(sample.back());
        }
        std::sort(sample.begin(), sample.end());
        return data::RowSet::ofRuns(std::move(sample), data.blockRows(), data.size());
    }
    const std::vector<std::int64_t> order =
        base::permutation(std::int64_t(rows.size()), base::Draw(seed, "train_eval"));
    for (std::size_t i = 0; i < wanted; ++i)
        sample.push_back(rows[std::size_t(order[i])]);
    std::sort(sample.begin(), sample.end());
    return sample;
}

}
