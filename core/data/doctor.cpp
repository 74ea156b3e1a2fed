// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/doctor.h"

#include "core/base/rng.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <unordered_map>

namespace core::data {

namespace {

constexpr std::int64_t examinedRows = 200'000;
constexpr double strongCorrelation = 0.999;
constexpr double imbalancedRatio = 10;
constexpr std::int64_t fewestForLeakage = 10;
constexpr std::int64_t rowsForEachValue = 10;

std::string countText(std::int64_t n, const std::string& one, const std::string& many)
{
    return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string rowsText(const std::vector<std::int64_t>& rows, std::int64_t count)
{
    std::string text = rows.size() == 1 && count == 1 ? "row " : "rows ";
    for (std::size_t i = 0; i < rows.size(); ++i)
        text += (i ? ", " : "") + std::to_string(rows[i]);
    return text + (count > std::int64_t(rows.size()) ? ", …" : "");
}

class Examination {
public:
    explicit Examination(const Examined& data) : m_data(data), m_info(data.info) {}

    std::vector<Problem> run()
    {
        eachColumn([this](const std::string& name, const ColumnFacts& facts) { missing(name, facts); });
        eachColumn([this](const std::string& name, const ColumnFacts& facts) { infinite(name, facts); });
        if (!m_info.image())
            eachColumn([this](const std::string& name, const ColumnFacts& facts) { constant(name, facts); });
        duplicates();
        imbalance();
        if (!m_info.image())
            leakage();
        return std::move(m_problems);
    }

private:
    const Examined& m_data;
    const DatasetInfo& m_info;
    std::vector<Problem> m_problems;

    /// Features by the column they came from (columns of one text column share their gaps), then the target.
    template <class Visit>
    void eachColumn(Visit visit)
    {
        for (std::size_t f = 0; f < m_data.inputFacts.size(); ++f) {
            const bool named = f < m_info.origins.size();
            if (named && f > 0 && m_info.origins[f] == m_info.origins[f - 1])
                continue;
            visit(named ? m_info.origins[f] : "", m_data.inputFacts[f]);
        }
        visit(m_info.target, m_data.targetFacts);
    }

    static std::string of(const std::string& column)
    {
        return column.empty() ? "the images" : "column \"" + column + "\"";
    }

    void missing(const std::string& column, const ColumnFacts& facts)
    {
        if (facts.missing == 0)
            return;
        const bool target = column == m_info.target;
        m_problems.push_back({"missing_values", column, facts.missingRows, facts.missing,
                              of(column) + " has " + countText(facts.missing, "missing value", "missing values") +
                                  ": " + rowsText(facts.missingRows, facts.missing),
                              target ? "Set data.missing to drop: rows without a target teach nothing"
                                     : "Set data.missing to drop, mean, median or most_frequent, or fill the cells"});
    }

    void infinite(const std::string& column, const ColumnFacts& facts)
    {
        if (facts.infinite == 0)
            return;
        m_problems.push_back({"infinite_values", column, facts.infiniteRows, facts.infinite,
                              of(column) + " has " + countText(facts.infinite, "infinite value", "infinite values") +
                                  ": " + rowsText(facts.infiniteRows, facts.infinite),
                              "Correct or empty the cells: one infinite value makes every weight NaN"});
    }

    void constant(const std::string& column, const ColumnFacts& facts)
    {
        if (facts.present < 2 || facts.min != facts.max || facts.infinite > 0)
            return;
        const bool target = column == m_info.target;
        m_problems.push_back({"constant_column",
                              column,
                              {},
                              facts.present,
                              of(column) + " has the same value in every row",
                              target ? "Name another column in data.target: there is nothing to predict"
                                     : "Leave it out: it tells nothing"});
    }

    /// Every row, or evenly spread ones if there are too many.
    std::vector<std::int64_t> sample() const
    {
        const std::int64_t rows = m_data.inputs.size(0), step = (rows + examinedRows - 1) / examinedRows;
        std::vector<std::int64_t> chosen;
        for (std::int64_t row = 0; row < rows; row += std::max<std::int64_t>(step, 1))
            chosen.push_back(row);
        return chosen;
    }

    std::uint64_t hashOf(std::int64_t row) const
    {
        const std::size_t bytes = m_data.inputs.nbytes() / std::size_t(m_data.inputs.size(0));
        const char* data = static_cast<const char*>(m_data.inputs.const_data_ptr()) + std::size_t(row) * bytes;
        std::uint64_t hash = bytes;
        std::size_t at = 0;
        for (; at + 8 <= bytes; at += 8) {
            std::uint64_t word;
            std::memcpy(&word, data + at, 8);
            hash = base::mix(hash ^ word);
        }
        std::uint64_t word = 0;
        std::memcpy(&word, data + at, bytes - at);
        hash = base::mix(hash ^ word);
        const std::size_t element = m_data.targets.element_size();
        word = 0;
        std::memcpy(&word, static_cast<const char*>(m_data.targets.const_data_ptr()) + std::size_t(row) * element,
                    element);
        return base::mix(hash ^ word);
    }

    void duplicates()
    {
        std::vector<std::uint8_t> part(std::size_t(m_data.inputs.size(0)), 3);
        for (std::size_t p = 0; p < 3; ++p)
            for (const std::int64_t row : m_data.parts[p])
                part[std::size_t(row)] = std::uint8_t(p);
        std::vector<std::pair<std::uint64_t, std::int64_t>> hashes;
        for (const std::int64_t row : sample())
            hashes.emplace_back(hashOf(row), row);
        std::sort(hashes.begin(), hashes.end());
        std::vector<std::int64_t> again, leaked;
        for (std::size_t i = 0; i < hashes.size();) {
            std::size_t end = i + 1;
            while (end < hashes.size() && hashes[end].first == hashes[i].first)
                again.push_back(hashes[end++].second);
            const auto in = [&](std::size_t k) { return part[std::size_t(hashes[k].second)]; };
            bool trained = false;
            for (std::size_t k = i; k < end; ++k)
                trained |= in(k) == 0;
            for (std::size_t k = i; trained && k < end; ++k)
                if (in(k) == 1 || in(k) == 2)
                    leaked.push_back(hashes[k].second);
            i = end;
        }
        tellDuplicates(std::move(again), " an earlier row",
                       "Remove the copies, unless they are measurements that came out equal");
        tellDuplicates(std::move(leaked), " a training row from validation or test, whose figures are then too good",
                       "Remove the copies before dividing the rows");
    }

    void tellDuplicates(std::vector<std::int64_t> rows, const std::string& what, std::string remedy)
    {
        if (rows.empty())
            return;
        std::sort(rows.begin(), rows.end());
        const std::int64_t count = std::int64_t(rows.size());
        rows.resize(std::min(rows.size(), ColumnFacts::keptRows));
        const std::string message =
            countText(count, "row repeats", "rows repeat") + what + ": " + rowsText(rows, count);
        m_problems.push_back({"duplicate_rows", "", std::move(rows), count, message, std::move(remedy)});
    }

    void imbalance()
    {
        if (m_info.classes.size() < 2)
            return;
        std::vector<std::int64_t> counts(m_info.classes.size());
        const std::int64_t* target = m_data.targets.const_data_ptr<std::int64_t>();
        for (std::int64_t row = 0; row < m_data.targets.size(0); ++row)
            if (target[row] >= 0)
                ++counts[std::size_t(target[row])];
        const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
        if (double(*most) <= imbalancedRatio * double(*least))
            return;
        const auto nameOf = [&](auto place) {
            return "\"" + m_info.classes[std::size_t(place - counts.begin())] + "\"";
        };
        m_problems.push_back({"class_imbalance",
                              m_info.target,
                              {},
                              *least,
                              "class " + nameOf(least) + " has " + countText(*least, "row", "rows") + ", class " +
                                  nameOf(most) + " has " + std::to_string(*most),
                              "Use a stratified split and judge by each class: always saying " + nameOf(most) +
                                  " would already look accurate"});
    }

    void leakage()
    {
        std::vector<std::int64_t> rows = sample();
        std::erase_if(rows, [&](std::int64_t row) { return std::isnan(targetOf(row)); });
        if (std::int64_t(rows.size()) < fewestForLeakage)
            return;
        std::string told;
        for (std::size_t f = 0; f < m_info.features.size(); ++f) {
            const bool telling =
                m_info.classes.empty() ? correlates(f, rows) : separates(f, rows) || determines(f, rows);
            if (!telling || m_info.origins[f] == told)
                continue;
            told = m_info.origins[f];
            m_problems.push_back(
                {"target_leakage",
                 told,
                 {},
                 std::int64_t(rows.size()),
                 of(told) + " alone tells the target \"" + m_info.target + "\"",
                 "Leave it out if it is only known once the target is: the model would learn nothing else"});
        }
    }

    double targetOf(std::int64_t row) const
    {
        if (m_info.classes.empty())
            return m_data.targets.const_data_ptr<float>()[row];
        const std::int64_t label = m_data.targets.const_data_ptr<std::int64_t>()[row];
        return label < 0 ? std::nan("") : double(label);
    }

    float input(std::int64_t row, std::size_t f) const
    {
        return m_data.inputs.const_data_ptr<float>()[std::size_t(row) * m_info.features.size() + f];
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
        const std::size_t classes = m_info.classes.size();
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

}

std::vector<Problem> examine(const Examined& data)
{
    return Examination(data).run();
}

}
