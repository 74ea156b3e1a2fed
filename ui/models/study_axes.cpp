// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/study_axes.h"

#include "ui/models/trials_table.h"

#include <algorithm>
#include <cmath>

namespace ui::models {

using core::tune::Distribution;
using core::tune::StudyState;
using core::tune::Trial;
using core::tune::TrialState;
using plots::Tick;
using plots::TrialMark;

namespace {

constexpr std::int64_t fewValues = 6;
constexpr double logFactor = 20; ///< above it losses go by a logarithm
constexpr int axisTicks = 5;

// Of what lies near one: 0.9, 0.99, … and the ends, as far as they have room.
std::vector<Tick> nearOneTicks(const Distribution& range)
{
    constexpr double room = 0.09; // of the axis
    std::vector<double> values{range.min, range.max};
    for (double left = 0.1; left > 1e-9; left /= 10) {
        const double value = 1 - left;
        if (value <= range.min || value >= range.max)
            continue;
        const auto near = [&](double other) { return std::abs(range.toUnit(value) - range.toUnit(other)) < room; };
        if (std::ranges::none_of(values, near))
            values.push_back(value);
    }
    // A range far from one has none of these.
    if (values.size() == 2)
        return plots::linearTicks(range.min, range.max, axisTicks, plots::ValueFormat::Number);
    std::ranges::sort(values);
    std::vector<Tick> ticks;
    for (const double value : values)
        ticks.push_back({value, valueText(core::base::Value(value))});
    return ticks;
}

}

std::vector<Tick> ticksOf(const Distribution& range)
{
    std::vector<Tick> ticks;
    const auto count = range.count();
    if (range.type == core::tune::Type::Categorical || (count && *count <= fewValues)) {
        for (std::int64_t i = 0; i < count.value_or(0); ++i)
            ticks.push_back({range.toUnit(range.at(i)), valueText(range.at(i))});
        return ticks;
    }
    std::vector<Tick> raw;
    if (range.scale == core::tune::Scale::Log)
        raw = plots::logTicks(range.min, range.max, axisTicks);
    else if (range.scale == core::tune::Scale::Linear)
        raw = plots::linearTicks(range.min, range.max, axisTicks, plots::ValueFormat::Number,
                                 range.type == core::tune::Type::Integer);
    else
        raw = nearOneTicks(range);
    for (const Tick& tick : raw)
        if (tick.value >= range.min && tick.value <= range.max) {
            const bool whole = range.type == core::tune::Type::Integer;
            ticks.push_back({range.toUnit(whole ? core::base::Value(std::int64_t(std::llround(tick.value)))
                                                : core::base::Value(tick.value)),
                             tick.label});
        }
    return ticks;
}

bool wantsLog(const std::vector<double>& values)
{
    if (values.empty())
        return false;
    const auto [low, high] = std::ranges::minmax_element(values);
    return *low > 0 && *high / *low > logFactor;
}

plots::ValueFormat formatOf(const StudyState& study, std::size_t objective)
{
    return study.spec.objective[objective].metric.ends_with("accuracy") ? plots::ValueFormat::Percent
                                                                        : plots::ValueFormat::Number;
}

std::optional<double> valueOf(const Trial& trial, std::size_t objective)
{
    if (objective < trial.values.size())
        return trial.values[objective];
    return objective == 0 ? valueOf(trial) : std::nullopt;
}

std::vector<double> valuesOf(const StudyState& study, std::size_t objective)
{
    std::vector<double> values;
    for (const Trial& trial : study.trials)
        if (const auto value = valueOf(trial, objective); value && std::isfinite(*value))
            values.push_back(*value);
    return values;
}

TrialMark markOf(const Trial& trial)
{
    switch (trial.state) {
    case TrialState::Completed:
        return TrialMark::Whole;
    case TrialState::Stopped:
    case TrialState::Skipped:
        return TrialMark::Stopped;
    case TrialState::Failed:
        return TrialMark::Failed;
    default:
        return TrialMark::Going;
    }
}

QString metricTitle(const std::string& metric)
{
    QString name = QString::fromStdString(metric).replace('/', ' ').replace('_', ' ');
    if (!name.isEmpty())
        name[0] = name[0].toUpper();
    return name;
}

ValueAxis::ValueAxis(const std::vector<double>& values, plots::ValueFormat shown) : format(shown)
{
    if (values.empty())
        return;
    const auto [low, high] = std::ranges::minmax_element(values);
    log = wantsLog(values);
    range =
        *high > *low ? plots::niceRange(*low, *high, log, axisTicks, format) : plots::Range{*low - 0.5, *high + 0.5};
}

ValueAxis::ValueAxis(const StudyState& study, std::size_t objective)
    : ValueAxis(valuesOf(study, objective), formatOf(study, objective))
{
}

double ValueAxis::place(double value) const
{
    if (log)
        return value > 0 ? std::log(value / range.lo) / std::log(range.hi / range.lo) : 0;
    return (value - range.lo) / range.span();
}

double ValueAxis::value(double place) const
{
    return log ? range.lo * std::pow(range.hi / range.lo, place) : range.lo + place * range.span();
}

std::vector<Tick> ValueAxis::ticks(int count) const
{
    std::vector<Tick> placed;
    for (const Tick& tick : log ? plots::logTicks(range.lo, range.hi, count, format)
                                : plots::linearTicks(range.lo, range.hi, count, format))
        placed.push_back({place(tick.value), tick.label});
    return placed;
}

}
