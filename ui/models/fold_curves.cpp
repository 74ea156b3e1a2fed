// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/fold_curves.h"

#include "ui/models/run_model.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ui::models {

using core::base::Value;
using plots::SeriesBuffer;

namespace {

bool isFold(const RunModel& run)
{
    return run.spec()["split"]["fold"].isInt();
}

/// The cross-validation that a fold belongs to.
Value withoutFold(const RunModel& run)
{
    Value spec = run.spec();
    (void)spec.setAt("split.fold", nullptr);
    return spec;
}

/// One fold's values at the epochs of another, which are asked for in rising order.
class Walk {
public:
    Walk(const RunModel& run, const SeriesBuffer& series) : m_run(run), m_series(series) {}

    /// Between two points as the line is drawn; nothing where the fold has none.
    std::optional<double> at(double epoch)
    {
        constexpr double same = 1e-9;
        while (m_next < m_series.size() && epochOf(m_next) < epoch - same)
            ++m_next;
        if (m_next == m_series.size())
            return {};
        const double right = epochOf(m_next);
        if (right <= epoch + same)
            return m_series.value(m_next);
        if (m_next == 0)
            return {};
        const double left = epochOf(m_next - 1), share = (epoch - left) / (right - left);
        return m_series.value(m_next - 1) + share * (m_series.value(m_next) - m_series.value(m_next - 1));
    }

private:
    double epochOf(std::size_t i) const { return m_run.epochOf(m_series.step(i)); }

    const RunModel& m_run;
    const SeriesBuffer& m_series;
    std::size_t m_next = 0;
};

}

bool FoldCurves::update(const std::vector<const RunModel*>& runs)
{
    const auto first = std::ranges::find_if(runs, [](const RunModel* run) { return isFold(*run); });
    std::vector<const RunModel*> all, ended;
    QString signature;
    if (first != runs.end()) {
        const Value whole = withoutFold(**first);
        for (const RunModel* run : runs)
            if (isFold(*run) && withoutFold(*run) == whole)
                all.push_back(run);
    }
    for (const RunModel* run : all) {
        const auto same = [&](const RunModel* other) {
            return other->spec()["split"]["fold"] == run->spec()["split"]["fold"];
        };
        // Trained twice, a fold still counts once.
        if (!run->live() && run->finished() && std::ranges::none_of(ended, same))
            ended.push_back(run);
        signature += QString::number(quintptr(run), 16) + QString::number(run->live());
    }
    if (ended.size() < 2)
        ended.clear();
    for (const RunModel* run : ended)
        for (const QString& name : run->seriesNames())
            signature += QString::number(run->series(name)->version(), 36) + ',';
    if (signature == m_signature)
        return false;
    m_signature = signature;
    m_all = std::move(all);
    m_folds = std::move(ended);
    m_bands.clear();
    if (m_folds.empty())
        return true;
    m_epochs = m_folds.front()->epochs();
    for (const QString& name : m_folds.front()->seriesNames())
        if (name != "train/lr" && name.count('/') == 1)
            join(name);
    return true;
}

bool FoldCurves::holds(const RunModel& run) const
{
    return std::ranges::find(m_all, &run) != m_all.end();
}

const FoldCurves::Band* FoldCurves::band(const QString& series) const
{
    const auto found = m_bands.find(series);
    return found == m_bands.end() || found->second.mean.empty() ? nullptr : &found->second;
}

void FoldCurves::join(const QString& series)
{
    std::vector<Walk> walks;
    for (const RunModel* run : m_folds) {
        const SeriesBuffer* buffer = run->series(series);
        if (!buffer)
            return;
        walks.emplace_back(*run, *buffer);
    }
    const SeriesBuffer& grid = *m_folds.front()->series(series);
    Band& band = m_bands[series];
    const double n = double(walks.size());
    for (std::size_t i = 0; i < grid.size(); ++i) {
        const double step = grid.step(i), epoch = m_folds.front()->epochOf(step);
        double mean = 0, square = 0, count = 0;
        for (Walk& walk : walks) {
            const std::optional<double> value = walk.at(epoch);
            if (!value)
                break;
            const double away = *value - mean;
            mean += away / ++count;
            square += away * (*value - mean);
        }
        if (count < n)
            continue;
        const double spread = std::sqrt(square / (n - 1));
        band.mean.append(step, mean, grid.time(i));
        band.lower.append(step, mean - spread, grid.time(i));
        band.upper.append(step, mean + spread, grid.time(i));
    }
}

}
