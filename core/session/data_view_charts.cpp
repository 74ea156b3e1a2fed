// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/data_view_work.h"

#include <algorithm>
#include <cmath>

namespace core::session {

using data::CellColumn;
using data::ColumnKind;
using data::SplitName;

namespace {

constexpr std::size_t mostCorrelated = 60;
constexpr std::int64_t correlatedRows = 50'000;

}

DataView::Correlations DataView::correlations() const
{
    Correlations made;
    const auto& cells = m_work->cells;
    for (std::size_t c = 0; c < cells.size() && made.columns.size() < mostCorrelated; ++c)
        if (cells[c].kind == ColumnKind::Number)
            made.columns.push_back(c);
    const std::size_t k = made.columns.size();
    made.values.assign(k * k, std::nan(""));
    const std::int64_t step = std::max<std::int64_t>(1, rows() / correlatedRows);
    for (std::size_t a = 0; a < k; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            const CellColumn &first = cells[made.columns[a]], &second = cells[made.columns[b]];
            double n = 0, meanX = 0, meanY = 0, xx = 0, yy = 0, xy = 0;
            for (std::int64_t row = 0; row < rows(); row += step) {
                const double x = first.number(row), y = second.number(row);
                if (!std::isfinite(x) || !std::isfinite(y))
                    continue;
                ++n;
                const double dx = x - meanX, dy = y - meanY;
                meanX += dx / n;
                meanY += dy / n;
                xx += dx * (x - meanX);
                yy += dy * (y - meanY);
                xy += dx * (y - meanY);
            }
            if (xx > 0 && yy > 0)
                made.values[a * k + b] = made.values[b * k + a] = xy / std::sqrt(xx * yy);
        }
    return made;
}

std::vector<double> DataView::missingMap(std::size_t stretches) const
{
    std::vector<double> shares(m_work->cells.size() * stretches);
    for (std::size_t c = 0; c < m_work->cells.size(); ++c)
        for (std::size_t s = 0; s < stretches; ++s) {
            const std::int64_t begin = rows() * std::int64_t(s) / std::int64_t(stretches);
            const std::int64_t end = rows() * std::int64_t(s + 1) / std::int64_t(stretches);
            std::int64_t gaps = 0;
            for (std::int64_t row = begin; row < end; ++row)
                gaps += m_work->cells[c].missing(row);
            shares[c * stretches + s] = end > begin ? double(gaps) / double(end - begin) : 0;
        }
    return shares;
}

std::vector<TimeBin> DataView::timeLine(std::size_t column, std::size_t stretches) const
{
    const std::vector<double>& times = m_work->times();
    std::vector<std::int64_t> order;
    for (std::int64_t row = 0; row < rows(); ++row)
        if (!m_work->cells[column].missing(row) &&
            (times.empty() || std::size_t(row) >= times.size() || !std::isnan(times[std::size_t(row)])))
            order.push_back(row);
    const auto timeOf = [&](std::int64_t row) {
        return std::size_t(row) < times.size() ? times[std::size_t(row)] : double(row);
    };
    if (!times.empty())
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return timeOf(a) < timeOf(b); });
    std::vector<TimeBin> line;
    const std::size_t each = std::max<std::size_t>(1, order.size() / std::max<std::size_t>(stretches, 1));
    for (std::size_t begin = 0; begin < order.size();) {
        TimeBin bin{timeOf(order[begin]), HUGE_VAL, -HUGE_VAL, 0, part(order[begin])};
        std::size_t end = begin;
        // Where series of different parts run side by side, not every step begins a bin.
        for (; end < std::min(order.size(), begin + each) &&
               (part(order[end]) == bin.part || 8 * (end - begin) < each - 1);
             ++end) {
            const double value = m_work->cells[column].number(order[end]);
            bin.low = std::min(bin.low, value);
            bin.high = std::max(bin.high, value);
            bin.mean += (value - bin.mean) / double(end - begin + 1);
        }
        line.push_back(bin);
        begin = end;
    }
    return line;
}

std::vector<std::int64_t> DataView::textLengths(std::size_t most) const
{
    std::vector<std::int64_t> lengths;
    if (info().modality != data::Modality::Text)
        return lengths;
    const data::RowSet& train = m_work->module.rows(SplitName::Train);
    const std::size_t step = std::max<std::size_t>(1, train.size() / std::max<std::size_t>(most, 1));
    for (std::size_t i = 0; i < train.size(); i += step)
        if (const auto sample = m_work->module.sample(train[i])) {
            bool inWord = false;
            std::int64_t words = 0;
            for (const char c : sample->text) {
                const bool space = c == ' ' || c == '\n' || c == '\t';
                words += !space && !inWord;
                inWord = !space;
            }
            lengths.push_back(words);
        }
    return lengths;
}

}
