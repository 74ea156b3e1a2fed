// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"
#include "core/data/formats/cell.h"

#include <algorithm>
#include <cmath>

namespace core::data::checks::outliers {

namespace {

constexpr double farRanges = 3;
constexpr double mostShare = 0.01; // more than that is a long tail
constexpr std::int64_t fewestRows = 20, quartileRows = 100'000;

// The tail of a distribution reaches far without a break; what stands apart comes after a gap.
std::vector<std::int64_t> apart(std::vector<std::pair<double, std::int64_t>> far, double last, double gap)
{
    std::sort(far.begin(), far.end());
    std::size_t first = 0;
    for (; first < far.size() && far[first].first - last < gap; ++first)
        last = far[first].first;
    std::vector<std::int64_t> rows;
    for (; first < far.size(); ++first)
        rows.push_back(far[first].second);
    return rows;
}

// `among`: rows that tell the quartiles; `part`: of every row.
std::vector<std::int64_t> farOut(const Examined& data, std::int64_t f, const std::vector<std::int64_t>& among,
                                 const std::vector<std::uint8_t>& part)
{
    const float* values = data.inputs.const_data_ptr<float>();
    const std::int64_t rows = data.info.rows, width = data.inputs.size(1);
    std::vector<float> known;
    for (const std::int64_t row : among)
        if (const float x = values[row * width + f]; std::isfinite(x))
            known.push_back(x);
    if (std::int64_t(known.size()) < fewestRows)
        return {};
    const auto quantile = [&](double q) {
        const auto at = known.begin() + std::ptrdiff_t(q * double(known.size() - 1));
        std::nth_element(known.begin(), at, known.end());
        return double(*at);
    };
    const double low = quantile(0.25), high = quantile(0.75), range = high - low;
    std::vector<std::pair<double, std::int64_t>> below, above; // and how far beyond the fence
    double lowest = low, highest = high;
    for (std::int64_t row = 0; range > 0 && row < rows; ++row) {
        const double x = values[row * width + f];
        if (part[std::size_t(row)] == 3 || !std::isfinite(x))
            continue;
        if (x < low - farRanges * range)
            below.emplace_back(-x, row);
        else if (x > high + farRanges * range)
            above.emplace_back(x, row);
        lowest = x < low - farRanges * range ? lowest : std::min(lowest, x);
        highest = x > high + farRanges * range ? highest : std::max(highest, x);
    }
    std::vector<std::int64_t> far = apart(std::move(below), -lowest, range);
    for (const std::int64_t row : apart(std::move(above), highest, range))
        far.push_back(row);
    std::sort(far.begin(), far.end());
    return far;
}

// The value as it was read: a feature has fewer digits.
double valueAt(const Examined& data, std::int64_t row, std::int64_t f)
{
    for (const Column* column : data.columns)
        if (column->name == data.info.origins[std::size_t(f)] && column->kind == ColumnKind::Number)
            return column->numbers[std::size_t(row)];
    return data.inputs.const_data_ptr<float>()[row * data.inputs.size(1) + f];
}

struct Spec {};

class Outliers final : public Check {
public:
    explicit Outliers(Spec) {}

    int rank() const override { return 2; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<Problem> problems;
        if (data.info.modality != Modality::Table || data.inputs.dim() != 2 || data.inputs.scalar_type() != at::kFloat)
            return problems;
        const std::vector<std::int64_t> among = spreadRows(data.info.rows, quartileRows);
        const std::vector<std::uint8_t> part = partOfRows(data);
        for (std::size_t f = 0; f < data.info.features.size(); ++f) {
            if (data.info.features[f] != data.info.origins[f])
                continue;
            const std::vector<std::int64_t> rows = farOut(data, std::int64_t(f), among, part);
            if (rows.empty() || double(rows.size()) > mostShare * double(data.inputs.size(0)))
                continue;
            const std::int64_t count = std::int64_t(rows.size());
            const std::vector<std::int64_t> shown = firstFew(rows);
            const double value = valueAt(data, shown.front(), std::int64_t(f));
            problems.push_back({"outliers", data.info.origins[f], shown, count,
                                ofColumn(data.info.origins[f]) + " has " + countText(count, "value", "values") +
                                    " far from all others, such as " + textOf(value) + ": " + rowsText(shown, count),
                                "Look at the rows: a slip of the hand is corrected or left out, a rare truth is kept",
                                "One far value sets the scale of the whole column, and a squared loss bends to it."});
            problems.back().action = count == 1 ? "Leave this row out" : "Leave these rows out";
            problems.back().changes = {dropRows(data.experiment, rows)};
        }
        return problems;
    }
};

}

void enroll(Checks& all)
{
    all.add<Outliers>("outliers", "Outliers",
                      "Numbers far outside of what their column holds: beyond three times the interquartile range from "
                      "the quartiles (Tukey 1977, far out), and as far as that range from the next value inwards.",
                      base::Fields<Spec>{});
}

}
