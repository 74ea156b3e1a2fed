// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace core::data::checks::duplicate_columns {

namespace {

constexpr std::int64_t examinedRows = 20'000;
constexpr std::size_t mostFeatures = 300;
constexpr double sameCorrelation = 0.99999;

// Of mean 0 and variance 1; empty where the column is constant or has gaps.
std::vector<float> standardized(const at::Tensor& inputs, const std::vector<std::int64_t>& rows, std::int64_t f)
{
    const float* data = inputs.const_data_ptr<float>();
    const std::int64_t width = inputs.size(1);
    double mean = 0, square = 0, n = 0;
    for (const std::int64_t row : rows) {
        const double x = data[row * width + f];
        if (!std::isfinite(x))
            return {};
        const double d = x - mean;
        mean += d / ++n;
        square += d * (x - mean);
    }
    if (!(square > 0))
        return {};
    const double scale = std::sqrt(n / square);
    std::vector<float> values;
    for (const std::int64_t row : rows)
        values.push_back(float((data[row * width + f] - mean) * scale));
    return values;
}

struct Spec {};

class DuplicateColumns final : public Check {
public:
    explicit DuplicateColumns(Spec) {}

    int rank() const override { return 2; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<Problem> problems;
        if (data.info.modality != Modality::Table || data.inputs.dim() != 2 || data.inputs.scalar_type() != at::kFloat)
            return problems;
        const std::vector<std::int64_t> rows = spreadRows(data.inputs.size(0), examinedRows);
        const std::size_t features = std::min<std::size_t>(data.info.features.size(), mostFeatures);
        std::vector<std::vector<float>> columns;
        for (std::size_t f = 0; f < features; ++f)
            columns.push_back(standardized(data.inputs, rows, std::int64_t(f)));
        std::set<std::pair<std::string, std::string>> told; // columns of one text column say it once
        for (std::size_t b = 1; b < features; ++b)
            for (std::size_t a = 0; a < b; ++a) {
                const std::string &one = data.info.origins[a], &other = data.info.origins[b];
                if (columns[a].empty() || columns[b].empty() || one == other)
                    continue;
                double r = 0;
                for (std::size_t i = 0; i < columns[a].size(); ++i)
                    r += double(columns[a][i]) * columns[b][i];
                if (std::abs(r / double(columns[a].size())) < sameCorrelation || !told.insert({one, other}).second)
                    continue;
                problems.push_back(
                    {"duplicate_columns",
                     data.info.origins[b],
                     {},
                     std::int64_t(rows.size()),
                     ofColumn(data.info.origins[b]) + " says the same as column \"" + data.info.origins[a] + "\"",
                     "Leave one of them out",
                     "Their weights share one task, and neither can be read for itself; what they say "
                     "counts twice where distances are taken."});
                problems.back().action = "Leave \"" + data.info.origins[b] + "\" out";
                problems.back().changes = {withoutColumn(data, data.info.origins[b])};
                break;
            }
        return problems;
    }
};

}

void enroll(Checks& all)
{
    all.add<DuplicateColumns>("duplicate_columns", "Columns that repeat",
                              "Columns that are another one over again, or scaled.", base::Fields<Spec>{});
}

}
