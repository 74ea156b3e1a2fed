// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/forest.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

using math::Matrix;

const RegressionTree::Node& RegressionTree::leafAt(std::span<const double> x,
                                                   const std::vector<bool>& categorical) const
{
    const Node* node = &nodes.front();
    while (node->left >= 0) {
        const double value = x[node->column];
        const bool left = categorical[node->column] ? value == node->threshold : value <= node->threshold;
        node = &nodes[std::size_t(left ? node->left : node->right)];
    }
    return *node;
}

namespace {

struct Split {
    double gain = 0, threshold = 0;
    std::size_t column = 0;
};

class Grower {
public:
    Grower(const Matrix& x, const std::vector<double>& y, const std::vector<bool>& categorical, const ForestSpec& spec,
           const base::Draw& draw)
        : m_x(x),
          m_y(y),
          m_categorical(categorical),
          m_spec(spec),
          m_draw(draw)
    {
    }

    RegressionTree grow()
    {
        std::vector<std::size_t> rows(m_y.size());
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i] = std::size_t(m_draw.below(m_drawn++, rows.size()));
        RegressionTree tree;
        add(tree, std::move(rows));
        return tree;
    }

private:
    const Matrix& m_x;
    const std::vector<double>& m_y;
    const std::vector<bool>& m_categorical;
    const ForestSpec& m_spec;
    base::Draw m_draw;
    std::uint64_t m_drawn = 0;

    std::int64_t add(RegressionTree& tree, std::vector<std::size_t> rows)
    {
        const auto place = tree.nodes.size();
        double sum = 0, squares = 0;
        for (const std::size_t row : rows)
            sum += m_y[row];
        const double mean = sum / double(rows.size());
        for (const std::size_t row : rows)
            squares += (m_y[row] - mean) * (m_y[row] - mean);
        RegressionTree::Node made;
        made.mean = mean;
        made.variance = squares / double(rows.size());
        tree.nodes.push_back(made);
        const Split split = squares > 1e-24 ? bestOf(rows) : Split{};
        if (!(split.gain > 0))
            return std::int64_t(place);
        std::vector<std::size_t> left, right;
        for (const std::size_t row : rows) {
            const double value = m_x(row, split.column);
            const bool goes = m_categorical[split.column] ? value == split.threshold : value <= split.threshold;
            (goes ? left : right).push_back(row);
        }
        const std::int64_t l = add(tree, std::move(left)), r = add(tree, std::move(right));
        RegressionTree::Node& node = tree.nodes[place];
        node.left = l;
        node.right = r;
        node.column = split.column;
        node.threshold = split.threshold;
        return std::int64_t(place);
    }

    Split bestOf(const std::vector<std::size_t>& rows)
    {
        const auto order = base::permutation(std::int64_t(m_x.columns), m_draw.within(m_drawn++));
        const auto looked = std::size_t(std::ceil(m_spec.columns * double(m_x.columns)));
        Split best;
        for (std::size_t k = 0; k < order.size(); ++k) {
            // Beyond its share only as long as nothing divides.
            if (k >= looked && best.gain > 0)
                break;
            look(rows, std::size_t(order[k]), best);
        }
        return best;
    }

    // The gain is the squared error that goes away: (Σl)²/l + (Σr)²/r − (Σ)²/n.
    void look(const std::vector<std::size_t>& rows, std::size_t column, Split& best)
    {
        std::vector<std::pair<double, double>> cells;
        double all = 0;
        for (const std::size_t row : rows) {
            cells.emplace_back(m_x(row, column), m_y[row]);
            all += m_y[row];
        }
        std::ranges::sort(cells);
        const double n = double(cells.size());
        double sum = 0, count = 0;
        const auto offer = [&](double leftSum, double left, double threshold) {
            if (left < double(m_spec.leastLeaf) || n - left < double(m_spec.leastLeaf))
                return;
            const double gain =
                leftSum * leftSum / left + (all - leftSum) * (all - leftSum) / (n - left) - all * all / n;
            if (gain > best.gain * (1 + 1e-12) + 1e-24)
                best = {gain, threshold, column};
        };
        for (std::size_t i = 0; i < cells.size(); ++i) {
            sum += cells[i].second;
            count += 1;
            if (i + 1 < cells.size() && cells[i].first == cells[i + 1].first)
                continue;
            if (m_categorical[column]) {
                offer(sum, count, cells[i].first);
                sum = count = 0;
            } else if (i + 1 < cells.size()) {
                const double share = 0.1 + 0.8 * m_draw.uniform(m_drawn++);
                offer(sum, count, cells[i].first + share * (cells[i + 1].first - cells[i].first));
            }
        }
    }
};

}

Forest::Forest(const Matrix& x, const std::vector<double>& y, std::vector<bool> categorical, const ForestSpec& spec,
               std::uint64_t key)
    : m_categorical(std::move(categorical))
{
    const base::Draw draw(key, "forest");
    for (std::size_t t = 0; t < spec.trees; ++t)
        m_trees.push_back(Grower(x, y, m_categorical, spec, draw.within(t)).grow());
}

std::pair<double, double> Forest::at(std::span<const double> x) const
{
    double sum = 0, squares = 0, inside = 0;
    for (const RegressionTree& tree : m_trees) {
        const RegressionTree::Node& leaf = tree.leafAt(x, m_categorical);
        sum += leaf.mean;
        squares += leaf.mean * leaf.mean;
        inside += leaf.variance;
    }
    const double n = double(m_trees.size()), mean = sum / n;
    return {mean, std::max(squares / n - mean * mean, 0.0) + inside / n};
}

}
