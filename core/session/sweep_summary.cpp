// SPDX-License-Identifier: GPL-3.0-or-later
// What a set of runs says together.
#include "core/session/sweep_set.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace core::session {

using base::Array;
using base::Object;
using base::Value;

namespace {

// Welford's running mean and sum of squares; `std` holds the latter until the end.
void addTo(Spread& spread, double value)
{
    if (!std::isfinite(value))
        return;
    const double away = value - spread.mean;
    spread.mean += away / double(++spread.n);
    spread.std += away * (value - spread.mean);
}

void finish(Spread& spread)
{
    spread.std = spread.n > 1 ? std::sqrt(spread.std / double(spread.n - 1)) : 0;
}

SweepPoint& pointAt(SweepCurve& curve, const PlannedRun& plan)
{
    for (SweepPoint& point : curve.points)
        if (point.x == plan.x)
            return point;
    curve.points.push_back({plan.x, plan.label});
    return curve.points.back();
}

Value valueOfPoint(const SweepPoint& point)
{
    Object values;
    for (const auto& [name, spread] : point.values)
        values.set(name, Object{{"mean", spread.mean}, {"std", spread.std}, {"n", spread.n}});
    return Object{{"x", point.x},         {"label", point.label},       {"planned", point.planned},
                  {"ended", point.ended}, {"diverged", point.diverged}, {"values", std::move(values)}};
}

std::string csvCell(const std::string& text)
{
    if (text.find_first_of(",\"\n") == std::string::npos)
        return text;
    std::string made = "\"";
    for (const char c : text)
        made += c == '"' ? std::string("\"\"") : std::string(1, c);
    return made + "\"";
}

}

SweepSummary SweepSet::summary() const
{
    SweepSummary summary;
    for (const SweepSeries& series : m_series)
        summary.curves.push_back({series, {}});
    std::set<std::string> names;
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        const SweepRun& run = m_runs[i];
        SweepPoint& point = pointAt(summary.curves[run.plan.series], run.plan);
        point.runs.push_back(i);
        ++point.planned;
        point.ended += run.ended;
        point.diverged += run.diverged;
        // Figures of a run that ran away would say nothing of the others.
        if (!run.ended || run.diverged)
            continue;
        for (const auto& [name, value] : run.values) {
            addTo(point.values[name], value);
            names.insert(name);
        }
    }
    for (SweepCurve& curve : summary.curves) {
        std::ranges::sort(curve.points, {}, &SweepPoint::x);
        for (SweepPoint& point : curve.points)
            for (auto& [name, spread] : point.values)
                finish(spread);
    }
    summary.metric = names.empty() || names.count("validation/accuracy") ? "accuracy" : "loss";
    summary.higherIsBetter = summary.metric == "accuracy";
    return summary;
}

std::string SweepSet::closing() const
{
    const auto sweep = makeSweep(m_kind, m_settings);
    const auto failed = std::ranges::count_if(m_runs, [](const SweepRun& run) { return !run.problem.empty(); });
    std::string text = sweep ? (*sweep)->closing(summary()) : std::string();
    if (failed > 0)
        text += (text.empty() ? "" : " ") + std::to_string(failed) + (failed == 1 ? " run" : " runs") + " failed.";
    return text;
}

Value SweepSet::toValue() const
{
    Array runs, curves, notes;
    for (const SweepRun& run : m_runs) {
        Object values;
        for (const auto& [name, value] : run.values)
            values.set(name, value);
        runs.push_back(Object{{"series", m_series[run.plan.series].name},
                              {"x", run.plan.x},
                              {"seed", run.plan.seed},
                              {"label", run.plan.label},
                              {"run", run.id.empty() ? Value{} : Value((folder() / run.id).string())},
                              {"ended", run.ended},
                              {"diverged", run.diverged},
                              {"problem", run.problem.empty() ? Value{} : Value(run.problem)},
                              {"values", std::move(values)}});
    }
    const SweepSummary said = summary();
    for (const SweepCurve& curve : said.curves) {
        Array points;
        for (const SweepPoint& point : curve.points)
            points.push_back(valueOfPoint(point));
        curves.push_back(Object{{"name", curve.series.name},
                                {"note", curve.series.note},
                                {"axis", curve.series.axis.name},
                                {"points", std::move(points)}});
    }
    for (const std::string& note : m_notes)
        notes.push_back(note);
    return Object{{"set", m_file.string()},      {"kind", m_kind},
                  {"settings", m_settings},      {"status", complete() ? "completed" : "interrupted"},
                  {"metric", said.metric},       {"runs", std::move(runs)},
                  {"series", std::move(curves)}, {"closing", closing()},
                  {"notes", std::move(notes)}};
}

std::string SweepSet::csv() const
{
    const SweepSummary said = summary();
    std::set<std::string> names;
    for (const SweepCurve& curve : said.curves)
        for (const SweepPoint& point : curve.points)
            for (const auto& [name, spread] : point.values)
                names.insert(name);
    std::string text = "series,x,ended,diverged";
    for (const std::string& name : names)
        text += "," + name + " mean," + name + " std";
    text += "\n";
    const auto exact = [](double value) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.9g", value);
        return std::string(digits);
    };
    for (const SweepCurve& curve : said.curves)
        for (const SweepPoint& point : curve.points) {
            text += csvCell(curve.series.name) + "," + exact(point.x) + "," + std::to_string(point.ended) + "," +
                    std::to_string(point.diverged);
            for (const std::string& name : names) {
                const Spread* spread = point.find(name);
                text += spread ? "," + exact(spread->mean) + "," + exact(spread->std) : std::string(",,");
            }
            text += "\n";
        }
    return text;
}

}
