// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"
#include "core/data/formats/cell.h"

#include <algorithm>
#include <cmath>

namespace core::data::checks::drift {

namespace {

constexpr std::size_t mostRows = 50'000;
constexpr std::int64_t fewestRows = 30, together = 16;
constexpr double leastDistance = 0.15, significance = 0.001;

// Of features `first`, … up to a cache line of them, so that rows are visited once for all; each sorted.
std::vector<std::vector<float>> valuesOf(const Examined& data, const std::vector<std::int64_t>& rows,
                                         std::int64_t first)
{
    const std::int64_t width = data.inputs.size(1);
    std::vector<std::vector<float>> values(std::size_t(std::min(together, width - first)));
    const std::size_t step = std::max<std::size_t>(1, rows.size() / mostRows);
    for (std::size_t i = 0; i < rows.size(); i += step) {
        const float* x = data.inputs.const_data_ptr<float>() + rows[i] * width + first;
        for (std::vector<float>& column : values)
            if (const float value = *x++; std::isfinite(value))
                column.push_back(value);
    }
    for (std::vector<float>& column : values)
        std::sort(column.begin(), column.end());
    return values;
}

// The largest distance between two cumulative distributions; both sorted.
double ksDistance(const std::vector<float>& a, const std::vector<float>& b)
{
    double most = 0;
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        const float at = std::min(a[i], b[j]);
        while (i < a.size() && a[i] == at)
            ++i;
        while (j < b.size() && b[j] == at)
            ++j;
        most = std::max(most, std::abs(double(i) / double(a.size()) - double(j) / double(b.size())));
    }
    return most;
}

double medianOf(const std::vector<float>& sorted)
{
    return sorted[sorted.size() / 2];
}

struct Spec {};

class Drift final : public Check {
public:
    explicit Drift(Spec) {}

    int rank() const override { return 1; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<Problem> problems;
        if (data.info.modality != Modality::Table || data.inputs.dim() != 2 || data.inputs.scalar_type() != at::kFloat)
            return problems;
        std::vector<std::vector<float>> trained, judged;
        for (std::size_t f = 0; f < data.info.features.size(); ++f) {
            const std::size_t place = f % std::size_t(together);
            if (place == 0) {
                trained = valuesOf(data, data.parts[0], std::int64_t(f));
                judged = valuesOf(data, data.parts[1], std::int64_t(f));
            }
            const std::string& column = data.info.origins[f];
            if (!problems.empty() && problems.back().column == column)
                continue;
            const std::vector<float>&a = trained[place], &b = judged[place];
            if (std::int64_t(a.size()) < fewestRows || std::int64_t(b.size()) < fewestRows)
                continue;
            const double n = double(a.size()), m = double(b.size());
            const double distance = ksDistance(a, b);
            const double beyondChance =
                std::sqrt(-0.5 * std::log(significance / 2 / double(data.info.features.size())) * (n + m) / (n * m));
            if (distance <= std::max(leastDistance, beyondChance))
                continue;
            problems.push_back({"drift",
                                column,
                                {},
                                std::int64_t(b.size()),
                                ofColumn(column) + " is spread differently in validation than in training (distance " +
                                    textOf(std::round(distance * 100) / 100) + ", median " + textOf(medianOf(a)) +
                                    " in training, " + textOf(medianOf(b)) + " in validation)",
                                "If rows are divided by time, that is how the world moves: train on newer rows, or "
                                "leave the column out; else divide by chance",
                                "The model is asked about values that it has hardly seen; validation is worse than "
                                "training without any overfitting."});
            if (data.inputFacts.size() > 1) {
                problems.back().action = "Leave the column out";
                problems.back().changes = {withoutColumn(data, column)};
            }
        }
        return problems;
    }
};

}

void enroll(Checks& all)
{
    all.add<Drift>("drift", "Validation differs from training",
                   "Columns whose values in validation are spread differently from those in training: the "
                   "Kolmogorov-Smirnov distance is above 0.15 and beyond chance (p < 0.001 over all columns).",
                   base::Fields<Spec>{});
}

}
