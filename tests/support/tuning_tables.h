// SPDX-License-Identifier: GPL-3.0-or-later
// tests/golden/tuning_tables.json: what small networks came to at points by chance (write_tuning_tables.py made it).
#pragma once

#include "core/base/files.h"
#include "core/base/json.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tests {

/// By name: `parameters` as in a study, and `rows` of their values with the loss at the end.
inline core::base::Result<core::base::Value> readTuningTables()
{
    CORE_TRY(text, core::base::readFile(DESCENT_SOURCE_DIR "/tests/golden/tuning_tables.json"));
    return core::base::parseJson(text);
}

/// A table of what runs of our own came to as a function: a point's value is that of the nearest one recorded.
class RecordedTable {
public:
    explicit RecordedTable(const core::base::Value& table)
    {
        for (const auto& each : table["parameters"].array())
            m_ranges.push_back({each["path"].text(), each["scale"].text(), each["min"].toReal(), each["max"].toReal(),
                                each["values"].isArray()});
        for (const auto& row : table["rows"].array())
            m_rows.push_back(row.array());
        for (const auto& row : m_rows)
            m_least = std::min(m_least, row.back().toReal());
    }

    /// How far above the table's best value.
    double at(const core::base::Object& point) const
    {
        double least = std::numeric_limits<double>::infinity(), found = 0;
        for (const auto& row : m_rows) {
            double sum = 0;
            for (std::size_t i = 0; i < m_ranges.size(); ++i)
                sum += apart(m_ranges[i], *point.find(m_ranges[i].path), row[i]);
            if (sum < least) {
                least = sum;
                found = row.back().toReal();
            }
        }
        return found - m_least;
    }

    /// The loss that so large a share of the rows is better than, above the best.
    double quantile(double share) const
    {
        std::vector<double> losses;
        for (const auto& row : m_rows)
            losses.push_back(row.back().toReal() - m_least);
        std::ranges::sort(losses);
        return losses[std::size_t(share * double(losses.size() - 1))];
    }
    std::size_t rows() const { return m_rows.size(); }

private:
    struct Range {
        std::string path, scale;
        double min, max;
        bool category;

        double scaled(double x) const
        {
            return scale == "log" ? std::log(x) : scale == "reverse_log" ? -std::log1p(-x) : x;
        }
    };
    std::vector<Range> m_ranges;
    std::vector<core::base::Array> m_rows;
    double m_least = std::numeric_limits<double>::infinity();

    static double apart(const Range& range, const core::base::Value& a, const core::base::Value& b)
    {
        if (range.category)
            return a == b ? 0 : 1;
        const double width = range.scaled(range.max) - range.scaled(range.min);
        const double share = (range.scaled(a.toReal()) - range.scaled(b.toReal())) / width;
        return share * share;
    }
};

}
