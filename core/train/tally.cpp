// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tally.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace core::train {

namespace {

at::Tensor here(const at::Tensor& values, at::ScalarType type)
{
    return values.detach().to(at::kCPU, type).contiguous();
}

}

void Needs::operator|=(const Needs& other)
{
    ranks = ranks || other.ranks;
    probabilities = probabilities || other.probabilities;
    scores = scores || other.scores;
    vectors = vectors || other.vectors;
    quantiles = quantiles || other.quantiles;
}

std::int64_t Tally::right() const
{
    std::int64_t right = 0;
    for (const ClassCounts& one : m_classes)
        right += one.right;
    return right;
}

double Tally::meanOfClasses(double (ClassCounts::*figure)() const) const
{
    double sum = 0;
    std::int64_t classes = 0;
    for (const ClassCounts& one : m_classes)
        if (one.any()) {
            sum += (one.*figure)();
            ++classes;
        }
    return classes > 0 ? sum / double(classes) : std::nan("");
}

void Tally::add(const at::Tensor& said, const at::Tensor& target, const std::optional<Quantiles>& quantiles)
{
    if (m_says == Says::Classes)
        addClasses(said, target);
    else if (m_says == Says::Numbers)
        addNumbers(said, target);
    else
        addVectors(said, target);
    if (m_needs.quantiles && quantiles)
        addQuantiles(*quantiles, target);
}

void Tally::addClasses(const at::Tensor& scores, const at::Tensor& target)
{
    const std::int64_t classes = scores.size(1);
    // Pixels are rows, with their classes beside each other.
    const at::Tensor values = here(scores.dim() == 4 ? scores.permute({0, 2, 3, 1}) : scores, at::kFloat),
                     truths = here(target, at::kLong);
    m_classes.resize(std::size_t(classes));
    m_parts.resize(std::size_t(classes));
    if (m_needs.ranks)
        m_ranks.resize(std::size_t(classes));
    if (m_needs.scores) {
        m_kept.reserve(m_kept.size() + std::size_t(values.numel()));
        m_truths.reserve(m_truths.size() + std::size_t(truths.numel()));
    }
    const float* row = values.const_data_ptr<float>();
    const std::int64_t* truth = truths.const_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < truths.numel(); ++i, row += classes)
        if (truth[i] >= 0 && truth[i] < classes)
            addRow(row, std::size_t(truth[i]));
}

void Tally::addRow(const float* scores, std::size_t truth)
{
    const std::size_t classes = m_classes.size();
    std::size_t best = 0;
    for (std::size_t c = 1; c < classes; ++c)
        if (scores[c] > scores[best])
            best = c;
    ++m_rows;
    ++m_classes[truth].there;
    ++m_classes[best].said;
    m_classes[truth].right += best == truth;
    if (m_needs.ranks) {
        std::size_t before = 0;
        for (std::size_t c = 0; c < classes; ++c)
            before += scores[c] > scores[truth] || (scores[c] == scores[truth] && c < truth);
        ++m_ranks[before];
    }
    if (m_needs.probabilities || m_needs.scores)
        addProbabilities(scores, truth, best);
}

void Tally::addProbabilities(const float* scores, std::size_t truth, std::size_t best)
{
    const std::size_t classes = m_classes.size();
    const std::size_t first = m_kept.size();
    if (m_needs.scores) {
        m_kept.resize(first + classes);
        m_truths.push_back(std::int64_t(truth));
    }
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        m_parts[c] = std::exp(double(scores[c]) - double(scores[best]));
        sum += m_parts[c];
    }
    if (m_needs.scores)
        for (std::size_t c = 0; c < classes; ++c)
            m_kept[first + c] = float(m_parts[c] / sum);
    m_logLoss += std::log(sum) - (double(scores[truth]) - double(scores[best]));
    // Guo et al. 2017: parts are open to the left.
    const double confidence = 1 / sum, parts = double(m_bins.size());
    if (!std::isfinite(confidence))
        return;
    const auto part =
        std::clamp<std::int64_t>(std::int64_t(std::ceil(confidence * parts)) - 1, 0, std::int64_t(m_bins.size()) - 1);
    ConfidenceBin& bin = m_bins[std::size_t(part)];
    ++bin.rows;
    bin.right += best == truth;
    bin.confidence += confidence;
}

void Tally::addNumbers(const at::Tensor& said, const at::Tensor& target)
{
    const at::Tensor values = here(said, at::kDouble), truths = here(target, at::kDouble);
    const double *value = values.const_data_ptr<double>(), *truth = truths.const_data_ptr<double>();
    const std::size_t width = target.dim() > 1 ? std::size_t(target.size(1)) : 1;
    m_numbers.resize(width);
    m_rows += target.size(0);
    for (std::size_t i = 0; i < std::size_t(truths.numel()); ++i) {
        NumberSums& one = m_numbers[i % width];
        const double miss = std::abs(truth[i] - value[i]), both = std::abs(truth[i]) + std::abs(value[i]);
        one.absolute += miss;
        one.squares += miss * miss;
        one.share += miss / std::max(std::abs(truth[i]), std::numeric_limits<double>::epsilon());
        one.symmetric += both > 0 ? 2 * miss / both : 0;
        // Welford 1962: no difference of large squares.
        const double before = truth[i] - one.mean;
        one.mean += before / double(++one.rows);
        one.spread += before * (truth[i] - one.mean);
    }
}

void Tally::addVectors(const at::Tensor& said, const at::Tensor& target)
{
    m_rows += target.size(0);
    if (!m_needs.vectors)
        return;
    const at::Tensor values = here(said, at::kFloat), truths = here(target, at::kLong);
    m_kept.insert(m_kept.end(), values.const_data_ptr<float>(), values.const_data_ptr<float>() + values.numel());
    const std::int64_t* truth = truths.const_data_ptr<std::int64_t>();
    m_truths.insert(m_truths.end(), truth, truth + truths.numel());
}

void Tally::addQuantiles(const Quantiles& quantiles, const at::Tensor& target)
{
    const at::Tensor values = here(quantiles.values, at::kDouble), truths = here(target, at::kDouble);
    const std::size_t levels = quantiles.levels.size();
    const double *value = values.const_data_ptr<double>(), *truth = truths.const_data_ptr<double>();
    for (std::int64_t i = 0; i < truths.numel(); ++i, value += levels) {
        double sum = 0;
        for (std::size_t q = 0; q < levels; ++q) {
            const double miss = truth[i] - value[q];
            sum += std::max(quantiles.levels[q] * miss, (quantiles.levels[q] - 1) * miss);
        }
        m_pinball += sum / double(levels);
        m_covered += truth[i] >= value[0] && truth[i] <= value[levels - 1];
    }
    m_quantiled += truths.numel();
}

}
