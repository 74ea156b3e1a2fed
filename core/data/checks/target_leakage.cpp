// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <unordered_map>

namespace core::data::checks::target_leakage {

namespace {

struct Spec {};

constexpr std::int64_t examinedRows = 200'000, cutRows = 20'000, fewestCutRows = 500, cutCells = 5'000'000;
constexpr double strongCorrelation = 0.999;
constexpr std::int64_t fewestForLeakage = 10, fewestForCuts = 50;
constexpr std::int64_t rowsForEachValue = 10, rowsForEachClass = 5;
constexpr double rightEnough = 0.99;

// How many rows of each class a stretch of sorted rows holds.
using Counts = std::vector<double>;

double impurity(const Counts& counts, double n)
{
    double squares = 0;
    for (const double count : counts)
        squares += count * count;
    return n > 0 ? n - squares / n : 0;
}

/// A tree that sees one column only: each cut is where it makes the classes purest (Gini), down to a depth that lets
/// every class have a few stretches of its own.
class OneColumnTree {
public:
    /// Sorted by value; labels beside.
    OneColumnTree(std::vector<std::pair<float, std::int64_t>> rows, std::size_t classes)
        : m_rows(std::move(rows)),
          m_total(classes),
          m_right(classes)
    {
        std::sort(m_rows.begin(), m_rows.end());
        for (const auto& [value, label] : m_rows)
            ++m_total[std::size_t(label)];
        int depth = 2;
        for (std::size_t reached = 1; reached < classes; reached *= 2)
            ++depth;
        cut(0, m_rows.size(), std::min(depth, 8));
    }

    const Counts& total() const { return m_total; }
    /// Rows of each class that stand where it is the most frequent one.
    const Counts& right() const { return m_right; }

private:
    std::vector<std::pair<float, std::int64_t>> m_rows;
    Counts m_total, m_right;

    void leaf(const Counts& counts)
    {
        const std::size_t best = std::size_t(std::max_element(counts.begin(), counts.end()) - counts.begin());
        m_right[best] += counts[best];
    }

    void cut(std::size_t begin, std::size_t end, int depth)
    {
        Counts below(m_total.size()), above(m_total.size());
        for (std::size_t i = begin; i < end; ++i)
            ++above[std::size_t(m_rows[i].second)];
        const Counts all = above;
        double best = impurity(all, double(end - begin)) - 1e-9;
        std::size_t place = end;
        for (std::size_t i = begin; depth > 0 && i + 1 < end; ++i) {
            ++below[std::size_t(m_rows[i].second)];
            --above[std::size_t(m_rows[i].second)];
            const std::size_t left = i + 1 - begin, right = end - i - 1;
            if (m_rows[i].first == m_rows[i + 1].first || std::min(left, right) < std::size_t(rowsForEachClass))
                continue;
            const double mixed = impurity(below, double(left)) + impurity(above, double(right));
            if (mixed < best) {
                best = mixed;
                place = i + 1;
            }
        }
        if (place == end)
            return leaf(all);
        cut(begin, place, depth - 1);
        cut(place, end, depth - 1);
    }
};

// The mean over classes of the share that is told right, so that always naming the largest is worth nothing.
bool tellsClasses(const Counts& right, const Counts& total)
{
    double sum = 0, classes = 0;
    for (std::size_t c = 0; c < total.size(); ++c)
        if (total[c] >= double(rowsForEachClass)) {
            sum += right[c] / total[c];
            ++classes;
        }
    return classes > 1 && sum / classes >= rightEnough;
}

// Ranks from 0; equal values share the mean of theirs.
std::vector<double> ranksOf(const std::vector<double>& values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i + 1;
        while (end < order.size() && values[order[end]] == values[order[i]])
            ++end;
        for (std::size_t k = i; k < end; ++k)
            ranks[order[k]] = double(i + end - 1) / 2;
        i = end;
    }
    return ranks;
}

/// Pearson's r, by Welford's update of the co-moments.
bool correlated(const std::vector<double>& a, const std::vector<double>& b)
{
    double n = 0, meanX = 0, meanY = 0, xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ++n;
        const double dx = a[i] - meanX, dy = b[i] - meanY;
        meanX += dx / n;
        meanY += dy / n;
        xx += dx * (a[i] - meanX);
        yy += dy * (b[i] - meanY);
        xy += dx * (b[i] - meanY);
    }
    return xx > 0 && yy > 0 && std::abs(xy) > strongCorrelation * std::sqrt(xx * yy);
}

class Examination {
public:
    explicit Examination(const Examined& data) : m_data(data), m_width(std::int64_t(data.info.features.size())) {}

    std::vector<Problem> run()
    {
        m_rows = known(examinedRows);
        m_fewRows = known(std::clamp(cutCells / std::max<std::int64_t>(1, m_width), fewestCutRows, cutRows));
        std::vector<Problem> problems;
        if (std::int64_t(m_rows.size()) < fewestForLeakage)
            return problems;
        for (std::size_t f = 0; f < m_data.info.features.size();) {
            std::size_t end = f + 1;
            while (end < m_data.info.origins.size() && m_data.info.origins[end] == m_data.info.origins[f])
                ++end;
            if (tells(f, end))
                problems.push_back(problemOf(m_data.info.origins[f]));
            f = end;
        }
        return problems;
    }

private:
    const Examined& m_data;
    std::int64_t m_width;
    std::vector<std::int64_t> m_rows, m_fewRows;

    std::vector<std::int64_t> known(std::int64_t most) const
    {
        std::vector<std::int64_t> rows = spreadRows(m_data.inputs.size(0), most);
        std::erase_if(rows, [&](std::int64_t row) { return std::isnan(targetOf(row)); });
        return rows;
    }

    Problem problemOf(const std::string& column) const
    {
        Problem problem{"target_leakage",
                        column,
                        {},
                        std::int64_t(m_rows.size()),
                        ofColumn(column) + " alone tells the target \"" + m_data.info.target + "\"",
                        "Leave it out if it is only known once the target is: the model would learn nothing else",
                        "Every figure looks perfect, and the model fails where the column is not known beforehand."};
        if (m_data.inputFacts.size() > 1) {
            problem.action = "Leave the column out";
            problem.changes = {withoutColumn(m_data, column)};
        }
        return problem;
    }

    double targetOf(std::int64_t row) const
    {
        if (m_data.info.classes.empty())
            return m_data.targets.const_data_ptr<float>()[row];
        const std::int64_t label = m_data.targets.const_data_ptr<std::int64_t>()[row];
        return label < 0 ? std::nan("") : double(label);
    }

    float input(std::int64_t row, std::size_t f) const
    {
        return m_data.inputs.const_data_ptr<float>()[row * m_width + std::int64_t(f)];
    }

    /// Features `begin` to `end` are of one column.
    bool tells(std::size_t begin, std::size_t end) const
    {
        // Where there is one column only, it is what is to be learned from; and points that were made may be easy.
        const bool among = !m_data.columns.empty() && m_data.info.origins.back() != m_data.info.origins.front() &&
                           std::int64_t(m_fewRows.size()) >= fewestForCuts;
        if (end > begin + 1 && among && textTells(begin, end))
            return true;
        for (std::size_t f = begin; f < end; ++f)
            if (m_data.info.classes.empty() ? correlates(f, among) : separates(f) || determines(f))
                return true;
        return end == begin + 1 && among && !m_data.info.classes.empty() && cutsTell(begin);
    }

    /// Pearson's r between a feature and a number; of their ranks too, which finds every rising or falling function.
    bool correlates(std::size_t f, bool ranks) const
    {
        std::vector<double> x, y;
        for (const std::int64_t row : m_rows)
            if (std::isfinite(input(row, f)) && std::isfinite(targetOf(row))) {
                x.push_back(input(row, f));
                y.push_back(targetOf(row));
            }
        if (correlated(x, y))
            return true;
        if (!ranks)
            return false;
        x.clear();
        y.clear();
        for (const std::int64_t row : m_fewRows)
            if (std::isfinite(input(row, f)) && std::isfinite(targetOf(row))) {
                x.push_back(input(row, f));
                y.push_back(targetOf(row));
            }
        return std::int64_t(x.size()) >= fewestForCuts && correlated(ranksOf(x), ranksOf(y));
    }

    /// A gap is a value too: that a cell is empty may tell the target.
    bool cutsTell(std::size_t f) const
    {
        std::vector<std::pair<float, std::int64_t>> rows;
        for (const std::int64_t row : m_fewRows) {
            const float x = input(row, f);
            rows.emplace_back(std::isnan(x) ? -std::numeric_limits<float>::infinity() : x, std::int64_t(targetOf(row)));
        }
        const OneColumnTree tree(std::move(rows), m_data.info.classes.size());
        return tellsClasses(tree.right(), tree.total());
    }

    /// Which of a text's columns of 0 and 1 is 1; the end for a gap, −1 for a text that training does not know.
    std::int64_t wordOf(std::int64_t row, std::size_t begin, std::size_t end) const
    {
        for (std::size_t f = begin; f < end; ++f) {
            if (std::isnan(input(row, f)))
                return std::int64_t(end - begin);
            if (input(row, f) > 0.5f)
                return std::int64_t(f - begin);
        }
        return -1;
    }

    /// Texts that repeat, each nearly always with one class, or with one number.
    bool textTells(std::size_t begin, std::size_t end) const
    {
        const std::size_t words = end - begin + 1;
        std::vector<std::pair<std::int64_t, double>> rows;
        for (const std::int64_t row : m_fewRows)
            if (const std::int64_t word = wordOf(row, begin, end); word >= 0)
                rows.emplace_back(word, targetOf(row));
        if (std::int64_t(words) * rowsForEachValue > std::int64_t(rows.size()))
            return false;
        return m_data.info.classes.empty() ? textTellsNumbers(rows, words) : textTellsClasses(rows, words);
    }

    bool textTellsClasses(const std::vector<std::pair<std::int64_t, double>>& rows, std::size_t words) const
    {
        const std::size_t classes = m_data.info.classes.size();
        std::vector<Counts> counts(words, Counts(classes));
        Counts total(classes), right(classes);
        for (const auto& [word, target] : rows) {
            ++counts[std::size_t(word)][std::size_t(target)];
            ++total[std::size_t(target)];
        }
        for (const Counts& of : counts) {
            const std::size_t best = std::size_t(std::max_element(of.begin(), of.end()) - of.begin());
            right[best] += of[best];
        }
        return tellsClasses(right, total);
    }

    static bool textTellsNumbers(const std::vector<std::pair<std::int64_t, double>>& rows, std::size_t words)
    {
        std::vector<double> count(words), mean(words), square(words);
        double n = 0, meanAll = 0, squareAll = 0, within = 0;
        for (const auto& [word, target] : rows) {
            const std::size_t w = std::size_t(word);
            const double d = target - mean[w], dAll = target - meanAll;
            mean[w] += d / ++count[w];
            square[w] += d * (target - mean[w]);
            meanAll += dAll / ++n;
            squareAll += dAll * (target - meanAll);
        }
        for (const double of : square)
            within += of;
        return squareAll > 0 && within < (1 - strongCorrelation * strongCorrelation) * squareAll;
    }

    /// The correlation ratio: how much of a feature's variance lies between the classes. For two classes it is r², and
    /// a column of 0 and 1 counts for the class it marks.
    bool separates(std::size_t f) const
    {
        const std::size_t classes = m_data.info.classes.size();
        std::vector<double> count(classes), mean(classes), square(classes);
        double n = 0, meanAll = 0, squareAll = 0;
        for (const std::int64_t row : m_rows) {
            const double x = input(row, f);
            if (!std::isfinite(x))
                continue;
            const std::size_t c = std::size_t(targetOf(row));
            const double d = x - mean[c], dAll = x - meanAll;
            mean[c] += d / ++count[c];
            square[c] += d * (x - mean[c]);
            meanAll += dAll / ++n;
            squareAll += dAll * (x - meanAll);
        }
        if (squareAll <= 0)
            return false;
        double within = 0;
        std::set<double> means;
        for (std::size_t c = 0; c < classes; ++c) {
            within += square[c];
            if (count[c] > 0)
                means.insert(mean[c]);
        }
        return within < (1 - strongCorrelation * strongCorrelation) * squareAll && means.size() > 1;
    }

    /// Few values that repeat, each in one class only.
    bool determines(std::size_t f) const
    {
        std::unordered_map<float, std::int64_t> classOf;
        std::set<std::int64_t> seen;
        for (const std::int64_t row : m_rows) {
            const float x = input(row, f);
            if (!std::isfinite(x))
                continue;
            const std::int64_t label = std::int64_t(targetOf(row));
            seen.insert(label);
            const auto [found, added] = classOf.try_emplace(x, label);
            if (found->second != label || std::int64_t(classOf.size()) * rowsForEachValue > std::int64_t(m_rows.size()))
                return false;
        }
        return classOf.size() > 1 && seen.size() > 1;
    }
};

class TargetLeakage final : public Check {
public:
    explicit TargetLeakage(Spec) {}

    int rank() const override { return 1; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        if (data.info.modality != Modality::Table || !data.targets.defined() || data.targets.dim() != 1)
            return {};
        return Examination(data).run();
    }
};

}

void enroll(Checks& all)
{
    all.add<TargetLeakage>(
        "target_leakage", "Columns that give the target away",
        "A column that alone tells the target: |r| > 0.999 of numbers or of their ranks, the same share of its "
        "variance "
        "explained by the class, each of few values in one class only, or a few cuts through it that tell 99 % of "
        "every class right.",
        base::Fields<Spec>{});
}

}
