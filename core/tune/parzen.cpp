// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/parzen.h"

#include "core/tune/math/normal.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

namespace core::tune {

using base::Value;

namespace {

using Placed = std::pair<double, std::size_t>; ///< a value and where it stood

// In rising order, equal ones as they stood. The values lie between `low` and `high`, mostly all over: as many buckets
// as values take a third of a comparing sort's time.
std::vector<Placed> sorted(const std::vector<double>& values, double low, double high)
{
    const std::size_t n = values.size();
    const double scale = double(n) / (high - low);
    std::vector<std::uint32_t> bucket(n), begins(n + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
        bucket[i] = std::uint32_t(std::clamp((values[i] - low) * scale, 0.0, double(n - 1)));
        ++begins[bucket[i] + 1];
    }
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    std::vector<Placed> order(n);
    std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
    for (std::size_t i = 0; i < n; ++i)
        order[next[bucket[i]]++] = {values[i], i};
    for (std::size_t b = 0; b < n; ++b)
        if (begins[b + 1] - begins[b] > 1)
            std::sort(order.begin() + begins[b], order.begin() + begins[b + 1]);
    return order;
}

}

std::vector<double> parzenWeights(std::size_t n)
{
    std::vector<double> weights(n, 1);
    if (n <= 25)
        return weights;
    const std::size_t ramp = n - 25;
    for (std::size_t i = 0; i < ramp; ++i)
        weights[i] = ramp == 1 ? 1 / double(n) : 1 / double(n) + (1 - 1 / double(n)) * double(i) / double(ramp - 1);
    return weights;
}

double Parzen::coordinateOf(const Distribution& range, const Value& value)
{
    if (range.type == Type::Categorical)
        return double(range.indexOf(value).value_or(0));
    return range.scaled(value.toReal());
}

Value Parzen::valueAt(const Distribution& range, double coordinate)
{
    if (range.type == Type::Categorical)
        return range.at(std::int64_t(coordinate));
    return range.nearest(std::clamp(range.unscaled(coordinate), range.min, range.max));
}

Parzen::Parzen(std::vector<Distribution> ranges, const std::vector<std::vector<double>>& observations,
               std::vector<double> weights, double categoryPrior)
    : m_ranges(std::move(ranges)),
      m_weights(std::move(weights))
{
    m_weights.push_back(1);
    const double sum = std::accumulate(m_weights.begin(), m_weights.end(), 0.0);
    for (double& weight : m_weights) {
        weight /= sum;
        m_logWeights.push_back(std::log(weight));
    }
    for (std::size_t i = 0; i < m_ranges.size(); ++i) {
        std::vector<double> column;
        for (const auto& row : observations)
            column.push_back(row[i]);
        if (m_ranges[i].type == Type::Categorical)
            addCategory(m_ranges[i], column, categoryPrior);
        else
            addNumber(m_ranges[i], std::move(column));
    }
}

void Parzen::addNumber(const Distribution& range, std::vector<double> centres)
{
    const double low = range.scaledMin(), high = range.scaledMax();
    const std::size_t n = centres.size();
    // A range of one value has no widths: it tells no trial from another.
    if (high <= low) {
        const std::vector<double> same(n + 1, low), none(n + 1, 0);
        m_dimensions.push_back({same, none, none, none, {}});
        return;
    }
    const std::vector<Placed> order = sorted(centres, low, high);
    // As wide as the farther of two neighbours is away; the outermost have one neighbour, the ends of the range only if
    // they are alone.
    Dimension made;
    made.widths.resize(n);
    const double narrowest = (high - low) / std::min(100.0, 2.0 + double(n));
    const auto at = [&](std::size_t place) { return order[place].first; };
    for (std::size_t place = 0; place < n; ++place) {
        const double left = place > 0 ? at(place) - at(place - 1) : n == 1 ? at(0) - low : 0;
        const double right = place + 1 < n ? at(place + 1) - at(place) : n == 1 ? high - at(0) : 0;
        made.widths[order[place].second] = std::clamp(std::max(left, right), narrowest, high - low);
    }
    made.centres = std::move(centres);
    made.centres.push_back((low + high) / 2);
    made.widths.push_back(high - low);
    const bool counts = range.count().has_value();
    made.inverse.reserve(n + 1);
    made.constants.reserve(n + 1);
    double last = 0, logWidth = 0; // most are of the narrowest width
    for (std::size_t k = 0; k <= n; ++k) {
        const double centre = made.centres[k], width = made.widths[k];
        if (width != std::exchange(last, width))
            logWidth = std::log(width);
        const double mass = math::logNormalMass((low - centre) / width, (high - centre) / width);
        made.inverse.push_back(1 / width);
        made.constants.push_back(counts ? -mass : math::logNormalPdf(0) - logWidth - mass);
    }
    m_dimensions.push_back(std::move(made));
}

void Parzen::addCategory(const Distribution& range, const std::vector<double>& observed, double categoryPrior)
{
    const std::size_t n = observed.size(), values = range.values.size();
    const double prior = categoryPrior / double(n + 1);
    Dimension made;
    made.shares.assign((n + 1) * values, 0);
    for (std::size_t k = 0; k <= n; ++k)
        for (std::size_t v = 0; v < values; ++v)
            made.shares[k * values + v] =
                k == n ? 1 / double(values)
                       : (prior + double(v == std::size_t(observed[k]))) / (1 + prior * double(values));
    m_dimensions.push_back(std::move(made));
}

void Parzen::addLogKernels(std::size_t dimension, double x, std::vector<double>& logs) const
{
    const Distribution& range = m_ranges[dimension];
    const Dimension& of = m_dimensions[dimension];
    const std::size_t n = logs.size();
    if (range.type == Type::Categorical) {
        const double* shares = &of.shares[std::size_t(x)];
        for (std::size_t k = 0; k < n; ++k)
            logs[k] += std::log(shares[k * range.values.size()]);
        return;
    }
    if (!range.count()) {
        for (std::size_t k = 0; k < n; ++k) {
            const double z = (x - of.centres[k]) * of.inverse[k];
            logs[k] += of.constants[k] - 0.5 * z * z;
        }
        return;
    }
    // A finite range has the mass of half a step on either side.
    const double value = range.unscaled(x), half = range.step.value_or(1) / 2;
    const double left = range.scaled(value - half), right = range.scaled(value + half);
    for (std::size_t k = 0; k < n; ++k)
        logs[k] += of.constants[k] +
                   math::logNormalMass((left - of.centres[k]) * of.inverse[k], (right - of.centres[k]) * of.inverse[k]);
}

double Parzen::logPdf(std::span<const double> x) const
{
    std::vector<double> logs = m_logWeights;
    for (std::size_t i = 0; i < x.size(); ++i)
        addLogKernels(i, x[i], logs);
    const double most = *std::ranges::max_element(logs);
    if (!std::isfinite(most))
        return most;
    double sum = 0;
    for (const double log : logs)
        sum += log - most > -40 ? std::exp(log - most) : 0; // below it no digit changes
    return most + std::log(sum);
}

std::vector<double> Parzen::sample(const base::Draw& draw, std::uint64_t index) const
{
    const base::Draw own = draw.within(index);
    double rest = own.uniform(0);
    std::size_t kernel = 0;
    while (kernel + 1 < kernels() && rest >= m_weights[kernel])
        rest -= m_weights[kernel++];
    std::vector<double> x(m_ranges.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const Distribution& range = m_ranges[i];
        const Dimension& of = m_dimensions[i];
        const double u = std::clamp(own.uniform(i + 1), 1e-12, 1 - 1e-12);
        if (range.type == Type::Categorical) {
            const double* share = &of.shares[kernel * range.values.size()];
            double left = u;
            std::size_t v = 0;
            while (v + 1 < range.values.size() && left >= share[v])
                left -= share[v++];
            x[i] = double(v);
            continue;
        }
        const double centre = of.centres[kernel], width = of.widths[kernel];
        if (width == 0) {
            x[i] = centre;
            continue;
        }
        x[i] = centre + width * math::truncatedQuantile(u, (range.scaledMin() - centre) / width,
                                                        (range.scaledMax() - centre) / width);
        if (range.count())
            x[i] = range.scaled(valueAt(range, x[i]).toReal());
        else
            x[i] = std::clamp(x[i], range.scaledMin(), range.scaledMax());
    }
    return x;
}

}
