// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace core::report {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

std::size_t binOf(double value, double low, double high, std::size_t bins)
{
    if (!(high > low))
        return 0;
    return std::min(bins - 1, std::size_t(double(bins) * (value - low) / (high - low)));
}

}

std::vector<std::int64_t> confusionOf(const Scores& scores)
{
    const std::int64_t n = std::int64_t(scores.classes.size());
    std::vector<std::int64_t> counts(std::size_t(n * n), 0);
    for (std::int64_t row = 0; row < scores.rows(); ++row) {
        const std::int64_t truth = std::int64_t(scores.truths[std::size_t(row)]);
        std::int64_t best = 0;
        for (std::int64_t c = 1; c < n; ++c)
            best = scores.value(row, c) > scores.value(row, best) ? c : best;
        if (truth >= 0 && truth < n)
            ++counts[std::size_t(truth * n + best)];
    }
    return counts;
}

std::vector<ClassFigures> classFigures(const std::vector<std::int64_t>& counts)
{
    const auto n = std::size_t(std::lround(std::sqrt(double(counts.size()))));
    std::vector<ClassFigures> all(n);
    for (std::size_t c = 0; c < n; ++c) {
        std::int64_t there = 0, said = 0;
        for (std::size_t k = 0; k < n; ++k) {
            there += counts[c * n + k];
            said += counts[k * n + c];
        }
        const double right = double(counts[c * n + c]);
        all[c] = {said > 0 ? right / double(said) : 0, there > 0 ? right / double(there) : 0,
                  there + said > 0 ? 2 * right / double(there + said) : 0, there};
    }
    return all;
}

double accuracyOf(const std::vector<std::int64_t>& counts)
{
    const auto n = std::size_t(std::lround(std::sqrt(double(counts.size()))));
    const std::int64_t all = std::accumulate(counts.begin(), counts.end(), std::int64_t(0));
    std::int64_t right = 0;
    for (std::size_t c = 0; c < n; ++c)
        right += counts[c * n + c];
    return all > 0 ? double(right) / double(all) : nothing;
}

ClassFigures macroOf(const std::vector<std::int64_t>& counts)
{
    const std::vector<ClassFigures> classes = classFigures(counts);
    ClassFigures mean;
    double there = 0;
    for (std::size_t c = 0; c < classes.size(); ++c) {
        std::int64_t said = 0;
        for (std::size_t k = 0; k < classes.size(); ++k)
            said += counts[k * classes.size() + c];
        if (classes[c].support + said == 0)
            continue;
        ++there;
        mean.precision += classes[c].precision;
        mean.recall += classes[c].recall;
        mean.f1 += classes[c].f1;
        mean.support += classes[c].support;
    }
    there = std::max(1., there);
    return {mean.precision / there, mean.recall / there, mean.f1 / there, mean.support};
}

Roc rocOf(const std::vector<std::uint8_t>& positive, const std::vector<double>& score)
{
    std::vector<std::size_t> order(score.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });
    const double yes = double(std::count(positive.begin(), positive.end(), 1)), no = double(positive.size()) - yes;
    Roc roc{{0}, {0}, yes > 0 && no > 0 ? 0 : nothing};
    double right = 0, wrong = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        (positive[order[i]] != 0 ? right : wrong) += 1;
        // Rows of equal scores come at once.
        if (i + 1 < order.size() && score[order[i + 1]] == score[order[i]])
            continue;
        const double x = no > 0 ? wrong / no : nothing, y = yes > 0 ? right / yes : nothing;
        roc.area += (x - roc.falseRate.back()) * (y + roc.trueRate.back()) / 2;
        roc.falseRate.push_back(x);
        roc.trueRate.push_back(y);
    }
    return roc;
}

Roc rocOf(const Scores& scores, std::size_t of)
{
    std::vector<std::uint8_t> positive(scores.truths.size());
    std::vector<double> score(scores.truths.size());
    for (std::size_t row = 0; row < score.size(); ++row) {
        positive[row] = scores.truths[row] == double(of);
        score[row] = scores.value(std::int64_t(row), std::int64_t(of));
    }
    return rocOf(positive, score);
}

Residuals residualsOf(const Scores& scores)
{
    const double n = double(scores.rows());
    if (scores.empty())
        return {nothing, nothing, nothing, nothing};
    Residuals all;
    double mean = 0, squares = 0, spread = 0;
    for (const double truth : scores.truths)
        mean += truth / n;
    for (std::int64_t row = 0; row < scores.rows(); ++row) {
        const double truth = scores.truths[std::size_t(row)], error = scores.value(row) - truth;
        all.mean += error / n;
        all.mae += std::abs(error) / n;
        squares += error * error;
        spread += (truth - mean) * (truth - mean);
    }
    all.rmse = std::sqrt(squares / n);
    all.r2 = spread > 0 ? 1 - squares / spread : nothing;
    return all;
}

std::vector<ErrorBin> errorsByTruth(const Scores& scores, std::size_t bins)
{
    std::vector<ErrorBin> all;
    if (scores.empty())
        return all;
    const auto [least, most] = std::ranges::minmax(scores.truths);
    bins = most > least ? bins : 1;
    const double part = (most - least) / double(bins);
    for (std::size_t i = 0; i < bins; ++i)
        all.push_back({least + part * double(i), i + 1 == bins ? most : least + part * double(i + 1)});
    for (std::int64_t row = 0; row < scores.rows(); ++row) {
        const double truth = scores.truths[std::size_t(row)];
        ErrorBin& bin = all[binOf(truth, least, most, bins)];
        bin.absolute += std::abs(scores.value(row) - truth);
        ++bin.rows;
    }
    for (ErrorBin& bin : all)
        bin.absolute = bin.rows > 0 ? bin.absolute / double(bin.rows) : nothing;
    return all;
}

std::vector<double> countsOf(const std::vector<double>& values, double low, double high, std::size_t bins)
{
    std::vector<double> counts(bins, 0);
    for (const double value : values)
        if (std::isfinite(value) && value >= low && value <= high)
            ++counts[binOf(value, low, high, bins)];
    return counts;
}

}
