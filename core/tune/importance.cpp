// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/importance.h"

#include "core/tune/forest.h"
#include "core/tune/math/normal.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace core::tune {

using namespace base;

namespace {

// Completed trials that have a finite value of the objective.
std::vector<std::size_t> valued(const History& history, std::size_t objective)
{
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < history.trials.size(); ++i)
        if (history.trials[i].state == TrialState::Completed && history.compares(history.trials[i]) &&
            std::isfinite(history.loss(history.trials[i], objective)))
            found.push_back(i);
    return found;
}

Status enough(const History& history, const std::vector<std::size_t>& trials, std::size_t objective)
{
    std::set<double> values;
    for (const std::size_t i : trials)
        values.insert(history.loss(history.trials[i], objective));
    if (trials.size() < 4 || values.size() < 2)
        return Error{ErrorKind::Usage,
                     std::to_string(trials.size()) + " completed trials" + (trials.size() < 4 ? "" : " of one value") +
                         " do not tell what mattered",
                     "importance", "It takes at least 4 with different values"};
    return {};
}

std::vector<Importance> sorted(std::vector<Importance> found)
{
    std::ranges::stable_sort(found, [](const Importance& a, const Importance& b) { return a.value > b.value; });
    return found;
}

// A leaf's part of the cube: of a number its ends, of a category its values.
struct Box {
    std::vector<double> low, high;
    std::vector<std::vector<double>> values;
    double mean = 0;
};

class Boxes {
public:
    Boxes(const RegressionTree& tree, const Space& space, const std::vector<bool>& categorical)
        : m_tree(tree),
          m_categorical(categorical)
    {
        Box whole{std::vector<double>(space.size(), 0), std::vector<double>(space.size(), 1),
                  std::vector<std::vector<double>>(space.size()), 0};
        for (std::size_t i = 0; i < space.size(); ++i) {
            const Distribution& range = space.parameters()[i].range;
            for (std::int64_t v = 0; categorical[i] && v < *range.count(); ++v)
                whole.values[i].push_back(range.toUnit(range.at(v)));
            m_counts.push_back(double(whole.values[i].size()));
        }
        m_all = whole.values;
        add(0, whole);
    }

    /// The variance of the tree over the cube, and of its mean given one coordinate.
    double variance() const
    {
        double mean = 0, square = 0;
        for (const Box& box : m_boxes) {
            const double weight = weightOf(box, m_counts.size());
            mean += weight * box.mean;
            square += weight * box.mean * box.mean;
        }
        return std::max(square - mean * mean, 0.0);
    }

    double varianceOf(std::size_t column) const
    {
        std::vector<std::pair<double, double>> cells; // a place and its width
        if (m_categorical[column]) {
            for (const double value : m_all[column])
                cells.emplace_back(value, 1 / m_counts[column]);
        } else {
            std::set<double> ends{0, 1};
            for (const Box& box : m_boxes)
                ends.insert({box.low[column], box.high[column]});
            for (auto end = ends.begin(); std::next(end) != ends.end(); ++end)
                cells.emplace_back((*end + *std::next(end)) / 2, *std::next(end) - *end);
        }
        double mean = 0, square = 0;
        for (const auto& [place, width] : cells) {
            double marginal = 0;
            for (const Box& box : m_boxes)
                if (holds(box, column, place))
                    marginal += weightOf(box, column) * box.mean;
            mean += width * marginal;
            square += width * marginal * marginal;
        }
        return std::max(square - mean * mean, 0.0);
    }

private:
    const RegressionTree& m_tree;
    std::vector<bool> m_categorical;
    std::vector<double> m_counts;
    std::vector<std::vector<double>> m_all;
    std::vector<Box> m_boxes;

    void add(std::size_t place, Box box)
    {
        const RegressionTree::Node& node = m_tree.nodes[place];
        if (node.left < 0) {
            box.mean = node.mean;
            m_boxes.push_back(std::move(box));
            return;
        }
        Box left = box, right = std::move(box);
        if (m_categorical[node.column]) {
            left.values[node.column] = {node.threshold};
            std::erase(right.values[node.column], node.threshold);
        } else {
            left.high[node.column] = right.low[node.column] = node.threshold;
        }
        add(std::size_t(node.left), std::move(left));
        add(std::size_t(node.right), std::move(right));
    }

    bool holds(const Box& box, std::size_t column, double place) const
    {
        if (m_categorical[column])
            return std::ranges::find(box.values[column], place) != box.values[column].end();
        return place > box.low[column] && place <= box.high[column];
    }

    // The share of the cube, one column left out.
    double weightOf(const Box& box, std::size_t without) const
    {
        double weight = 1;
        for (std::size_t i = 0; i < m_counts.size(); ++i)
            if (i != without)
                weight *= m_categorical[i] ? double(box.values[i].size()) / m_counts[i] : box.high[i] - box.low[i];
        return weight;
    }
};

}

Result<std::vector<Importance>> fanova(const History& history, std::size_t objective, std::size_t trees)
{
    const Space& space = history.space;
    const std::vector<std::size_t> trials = valued(history, objective);
    CORE_CHECK(enough(history, trials, objective));
    math::Matrix x(trials.size(), space.size());
    std::vector<double> y;
    for (std::size_t row = 0; row < trials.size(); ++row) {
        const std::vector<double> unit = space.filledUnitOf(history.trials[trials[row]].parameters);
        std::copy(unit.begin(), unit.end(), x.cells.begin() + std::ptrdiff_t(row * space.size()));
        y.push_back(history.loss(history.trials[trials[row]], objective));
    }
    // What has no value in a trial stands in the middle, which is no value of most categories.
    std::vector<bool> categorical = categoriesOf(space);
    for (std::size_t i = 0; i < space.size(); ++i)
        categorical[i] = categorical[i] && !space.parameters()[i].when;
    const Forest forest(x, y, categorical, {trees, 1, 1}, history.seed);
    std::vector<std::vector<double>> shares(space.size());
    for (const RegressionTree& tree : forest.trees()) {
        const Boxes boxes(tree, space, categorical);
        const double whole = boxes.variance();
        for (std::size_t i = 0; whole > 0 && i < space.size(); ++i)
            shares[i].push_back(boxes.varianceOf(i) / whole);
    }
    std::vector<Importance> found;
    for (std::size_t i = 0; i < space.size(); ++i) {
        double sum = 0, squares = 0;
        for (const double share : shares[i])
            sum += share;
        const double n = double(std::max<std::size_t>(shares[i].size(), 1)), mean = sum / n;
        for (const double share : shares[i])
            squares += (share - mean) * (share - mean);
        found.push_back({space.parameters()[i].path, mean, std::sqrt(squares / n)});
    }
    return sorted(std::move(found));
}

namespace {

constexpr std::int64_t gridSteps = 50;

// How many places the parameter is looked at.
std::int64_t placesOf(const Distribution& range)
{
    if (range.type == Type::Categorical)
        return *range.count();
    if (range.type == Type::Integer && range.scale == Scale::Log)
        return std::min(gridSteps, std::int64_t(std::ceil(std::log2(range.max - range.min + 1))) + 1);
    return std::min(gridSteps, range.count().value_or(gridSteps));
}

std::vector<double> countsOf(const History& history, const std::vector<std::size_t>& trials, const Parameter& parameter)
{
    const Distribution& range = parameter.range;
    std::vector<double> counts(std::size_t(placesOf(range)), 0);
    const double last = double(counts.size() - 1);
    const double low = range.scaled(range.min), high = range.scaled(range.max);
    for (const std::size_t i : trials) {
        const Value* value = history.trials[i].parameters.find(parameter.path);
        if (!value || !range.contains(*value))
            continue;
        double place = 0;
        if (range.type == Type::Categorical)
            place = double(*range.indexOf(*value));
        else if (high > low)
            // Ties between two places go to the lower one.
            place = std::ceil((range.scaled(value->toReal()) - low) / ((high - low) / last) - 0.5);
        ++counts[std::size_t(std::clamp(place, 0.0, last))];
    }
    return counts;
}

// Kernels of categories: each value that was seen, blurred by the prior, and the prior itself.
std::vector<double> categoryDensity(const std::vector<double>& counts, double all)
{
    const std::size_t n = counts.size();
    const double kernels = double(std::ranges::count_if(counts, [](double count) { return count > 0; })) + 1;
    std::vector<double> density(n, 1 / double(n) / (all + 1));
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t v = 0; counts[k] > 0 && v < n; ++v)
            density[v] += counts[k] / (all + 1) * (1 / kernels + double(v == k)) / (1 + double(n) / kernels);
    return density;
}

// The width of the kernels by Scott's rule.
double scottWidth(const std::vector<double>& counts, double all)
{
    double mean = 0, square = 0;
    for (std::size_t k = 0; k < counts.size(); ++k)
        mean += double(k) * counts[k] / all;
    for (std::size_t k = 0; k < counts.size(); ++k)
        square += (double(k) - mean) * (double(k) - mean) * counts[k];
    const double deviation = std::sqrt(square / std::max(1.0, all - 1));
    const double quarter = std::floor(all / 4), threeQuarters = std::floor(all * 3 / 4);
    double first = -1, third = -1, seen = 0, last = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
        if (counts[k] == 0)
            continue;
        seen += counts[k];
        last = double(k);
        if (first < 0 && seen >= quarter)
            first = double(k);
        if (third < 0 && seen > threeQuarters)
            third = double(k);
    }
    const double between = (third < 0 ? last : third) - first;
    return std::max(1.059 * std::min(between / 1.34, deviation) * std::pow(all, -0.2), 0.5 / 1.64);
}

// The density of the places: kernels that are normals cut off at half a place beyond the ends.
std::vector<double> densityOf(const std::vector<double>& counts, bool categorical)
{
    double all = 0;
    for (const double count : counts)
        all += count;
    const std::size_t n = counts.size();
    if (all == 0)
        return std::vector<double>(n, 1 / double(n));
    if (categorical)
        return categoryDensity(counts, all);
    std::vector<double> density(n, 0);
    const double last = double(n - 1), width = scottWidth(counts, all);
    const auto add = [&](double centre, double deviation, double weight) {
        const double mass = math::logNormalMass((-0.5 - centre) / deviation, (last + 0.5 - centre) / deviation);
        for (std::size_t k = 0; k < n; ++k)
            density[k] += weight * std::exp(math::logNormalMass((double(k) - 0.5 - centre) / deviation,
                                                                (double(k) + 0.5 - centre) / deviation) -
                                            mass);
    };
    for (std::size_t k = 0; k < n; ++k)
        if (counts[k] > 0)
            add(double(k), width, counts[k] / (all + 1));
    add(last / 2, last + 1, 1 / (all + 1));
    return density;
}

}

std::vector<double> pedAnovaDivergences(const History& history, const std::vector<std::size_t>& trials,
                                        std::size_t objective, double targetQuantile)
{
    // Everything up to the quantile's value.
    std::vector<double> losses;
    for (const std::size_t i : trials)
        losses.push_back(history.loss(history.trials[i], objective));
    std::vector<double> order = losses;
    std::ranges::sort(order);
    const auto kept = std::int64_t(std::ceil(targetQuantile * double(order.size())));
    const double limit = order[std::size_t(std::clamp<std::int64_t>(kept, 1, std::int64_t(order.size())) - 1)];
    std::vector<std::size_t> top;
    for (std::size_t k = 0; k < trials.size(); ++k)
        if (losses[k] <= limit)
            top.push_back(trials[k]);
    std::vector<double> found;
    const double quantile = double(top.size()) / double(trials.size());
    for (const Parameter& parameter : history.space.parameters()) {
        const bool categorical = parameter.range.type == Type::Categorical;
        const auto bestCounts = countsOf(history, top, parameter), everyCounts = countsOf(history, trials, parameter);
        const auto best = densityOf(bestCounts, categorical), every = densityOf(everyCounts, categorical);
        // A parameter with a condition counts as far as the best have it more often than the others do.
        const double having = std::reduce(bestCounts.begin(), bestCounts.end()) / double(top.size());
        const double region = std::reduce(everyCounts.begin(), everyCounts.end()) / double(trials.size());
        double divergence = 0;
        for (std::size_t k = 0; k < best.size(); ++k) {
            const double ratio = (best[k] + 1e-12) / (every[k] + 1e-12) - 1;
            divergence += (every[k] + 1e-12) * ratio * ratio;
        }
        const double share = having > 0 ? having * having / region * quantile * quantile : 0;
        found.push_back(placesOf(parameter.range) > 1 ? share * divergence : 0);
    }
    return found;
}

Result<std::vector<Importance>> pedAnova(const History& history, std::size_t objective, double targetQuantile)
{
    const std::vector<std::size_t> trials = valued(history, objective);
    CORE_CHECK(enough(history, trials, objective));
    const auto normalised = [&](const std::vector<std::size_t>& of) {
        std::vector<double> shares = pedAnovaDivergences(history, of, objective, targetQuantile);
        double sum = 0;
        for (const double share : shares)
            sum += share;
        for (double& share : shares)
            share = sum > 0 ? share / sum : 1 / double(shares.size());
        return shares;
    };
    const std::vector<double> shares = normalised(trials);
    constexpr std::uint64_t resamplings = 24;
    std::vector<double> sums(shares.size(), 0), squares(shares.size(), 0);
    for (std::uint64_t r = 0; r < resamplings; ++r) {
        const Draw draw(history.seed, "ped_anova", r);
        std::vector<std::size_t> drawn;
        for (std::size_t k = 0; k < trials.size(); ++k)
            drawn.push_back(trials[std::size_t(draw.below(k, trials.size()))]);
        const std::vector<double> other = normalised(drawn);
        for (std::size_t i = 0; i < shares.size(); ++i) {
            sums[i] += other[i] / double(resamplings);
            squares[i] += other[i] * other[i] / double(resamplings);
        }
    }
    std::vector<Importance> found;
    for (std::size_t i = 0; i < shares.size(); ++i)
        found.push_back(
            {history.space.parameters()[i].path, shares[i], std::sqrt(std::max(squares[i] - sums[i] * sums[i], 0.0))});
    return sorted(std::move(found));
}

}
