// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <cmath>
#include <set>
#include <unordered_map>

namespace core::data::checks::target_leakage {

namespace {

struct Spec {};

constexpr std::int64_t examinedRows = 200'000;
constexpr double strongCorrelation = 0.999;
constexpr std::int64_t fewestForLeakage = 10;
constexpr std::int64_t rowsForEachValue = 10;

class Examination {
public:
    explicit Examination(const Examined& data) : m_data(data) {}

    std::vector<Problem> run() const
    {
        std::vector<std::int64_t> rows = spreadRows(m_data.inputs.size(0), examinedRows);
        std::erase_if(rows, [&](std::int64_t row) { return std::isnan(targetOf(row)); });
        std::vector<Problem> problems;
        if (std::int64_t(rows.size()) < fewestForLeakage)
            return problems;
        for (std::size_t f = 0; f < m_data.info.features.size(); ++f) {
            const bool telling =
                m_data.info.classes.empty() ? correlates(f, rows) : separates(f, rows) || determines(f, rows);
            const std::string& column = m_data.info.origins[f];
            if (!telling || (!problems.empty() && problems.back().column == column))
                continue;
            problems.push_back(
                {"target_leakage",
                 column,
                 {},
                 std::int64_t(rows.size()),
                 ofColumn(column) + " alone tells the target \"" + m_data.info.target + "\"",
                 "Leave it out if it is only known once the target is: the model would learn nothing else",
                 "Every figure looks perfect, and the model fails where the column is not known beforehand."});
            if (m_data.inputFacts.size() > 1) {
                problems.back().action = "Leave the column out";
                problems.back().changes = {withoutColumn(m_data, column)};
            }
        }
        return problems;
    }

private:
    const Examined& m_data;

    double targetOf(std::int64_t row) const
    {
        if (m_data.info.classes.empty())
            return m_data.targets.const_data_ptr<float>()[row];
        const std::int64_t label = m_data.targets.const_data_ptr<std::int64_t>()[row];
        return label < 0 ? std::nan("") : double(label);
    }

    float input(std::int64_t row, std::size_t f) const
    {
        return m_data.inputs.const_data_ptr<float>()[std::size_t(row) * m_data.info.features.size() + f];
    }

    /// Pearson's r between a feature and a number.
    bool correlates(std::size_t f, const std::vector<std::int64_t>& rows) const
    {
        double n = 0, meanX = 0, meanY = 0, xx = 0, yy = 0, xy = 0;
        for (const std::int64_t row : rows) {
            const double x = input(row, f), y = targetOf(row);
            if (!std::isfinite(x) || !std::isfinite(y))
                continue;
            // Welford's update of the co-moments.
            ++n;
            const double dx = x - meanX, dy = y - meanY;
            meanX += dx / n;
            meanY += dy / n;
            xx += dx * (x - meanX);
            yy += dy * (y - meanY);
            xy += dx * (y - meanY);
        }
        return xx > 0 && yy > 0 && std::abs(xy) > strongCorrelation * std::sqrt(xx * yy);
    }

    /// The correlation ratio: how much of a feature's variance lies between the classes. For two classes it is r², and
    /// a column of 0 and 1 counts for the class it marks.
    bool separates(std::size_t f, const std::vector<std::int64_t>& rows) const
    {
        const std::size_t classes = m_data.info.classes.size();
        std::vector<double> count(classes), mean(classes), square(classes);
        double n = 0, meanAll = 0, squareAll = 0;
        for (const std::int64_t row : rows) {
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
    bool determines(std::size_t f, const std::vector<std::int64_t>& rows) const
    {
        std::unordered_map<float, std::int64_t> classOf;
        std::set<std::int64_t> seen;
        for (const std::int64_t row : rows) {
            const float x = input(row, f);
            if (!std::isfinite(x))
                continue;
            const std::int64_t label = std::int64_t(targetOf(row));
            seen.insert(label);
            const auto [found, added] = classOf.try_emplace(x, label);
            if (found->second != label || std::int64_t(classOf.size()) * rowsForEachValue > std::int64_t(rows.size()))
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
        "A column that alone tells the target: |r| > 0.999, the same share of its variance explained "
        "by the class, or each of few values in one class only.",
        base::Fields<Spec>{});
}

}
