// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/futures.h"

#include "core/train/early_stopping.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace core::session {

using base::Error;
using base::ErrorKind;

namespace futures_work {

constexpr double noticeable = 1e-3; ///< of a figure's size: less is neither better nor worse

const char* const usual[] = {"validation/loss", "validation/accuracy", "validation/rmse", "train_eval/loss",
                             "train/loss"};

std::int64_t lastStep(const store::Series& series)
{
    return series.steps.empty() ? -1 : series.steps.back();
}

// The last value at or before a step.
double valueAt(const store::Series& series, std::int64_t step)
{
    const auto after = std::ranges::upper_bound(series.steps, step);
    return after == series.steps.begin() ? std::nan("") : series.values[std::size_t(after - series.steps.begin()) - 1];
}

const store::Series* find(const store::RunRecord& run, const std::string& name)
{
    const auto found = run.scalars.find(name);
    return found == run.scalars.end() || found->second.steps.empty() ? nullptr : &found->second;
}

std::string watchedOf(const store::RunRecord& run)
{
    if (run.finished && !run.finished->bestMetric.empty())
        return run.finished->bestMetric;
    for (auto event = run.events.rbegin(); event != run.events.rend(); ++event)
        if (const auto* best = std::get_if<events::BestChanged>(&*event))
            return best->metric;
    for (const char* name : usual)
        if (find(run, name))
            return name;
    return {};
}

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

// 1 if `with` is better by more than the spread, −1 if worse.
int verdictOf(const FutureFigure& figure)
{
    const bool bad = !std::isfinite(figure.without), worse = !std::isfinite(figure.with);
    if (bad || worse)
        return int(bad) - int(worse);
    const double gain = (figure.with - figure.without) * (figure.higherIsBetter ? 1 : -1);
    const double least =
        std::max(figure.spread, noticeable * std::max(std::abs(figure.with), std::abs(figure.without)));
    return gain > least ? 1 : gain < -least ? -1 : 0;
}

base::Result<FutureFigure> figureOf(const std::string& name, const store::RunRecord& without,
                                    std::span<const store::RunRecord> with, std::int64_t step)
{
    FutureFigure figure{name, train::higherIsBetter(name)};
    figure.without = valueAt(*find(without, name), step);
    std::vector<double> values;
    for (const store::RunRecord& run : with) {
        const store::Series* series = find(run, name);
        if (!series)
            return Error{ErrorKind::Data, run.id + " has no " + name, run.folder.string(), {}};
        values.push_back(valueAt(*series, step));
        figure.with += values.back() / double(with.size());
    }
    if (values.size() > 1) {
        double sum = 0;
        for (const double value : values)
            sum += (value - figure.with) * (value - figure.with);
        figure.spread = std::sqrt(sum / double(values.size() - 1));
    }
    figure.verdict = verdictOf(figure);
    return figure;
}

}

base::Result<Verdict> judge(const store::RunRecord& without, std::span<const store::RunRecord> with, std::string metric)
{
    using namespace futures_work;
    if (with.empty())
        return Error{ErrorKind::Usage, "there is no branch to compare with", without.folder.string(), {}};
    if (metric.empty())
        metric = watchedOf(without);
    const store::Series* watched = find(without, metric);
    if (!watched)
        return Error{ErrorKind::Data, without.id + " has recorded no " + (metric.empty() ? "figure" : metric),
                     without.folder.string(), "Name one that both runs have"};
    Verdict verdict;
    verdict.seeds = std::int64_t(with.size());
    verdict.parted = with.front().opened ? std::max<std::int64_t>(0, with.front().opened->parentStep) : 0;
    std::int64_t both = -1;
    for (const store::RunRecord& run : with) {
        const store::Series* series = find(run, metric);
        const std::int64_t last = series ? lastStep(*series) : -1;
        both = both < 0 ? last : std::min(both, last);
    }
    // What died of NaN goes no further: its last figure stands for what would have come.
    const bool died = without.finished && without.finished->state == events::RunState::Failed;
    verdict.at = died ? both : std::min(both, lastStep(*watched));
    if (verdict.at < verdict.parted || both < 0)
        return Error{ErrorKind::Data,
                     "the branch has no " + metric + " yet after step " + std::to_string(verdict.parted),
                     with.front().folder.string(), "Let it train to its next evaluation"};
    std::vector<std::string> names{metric};
    for (const auto& [name, series] : without.scalars)
        if (name != metric && name.starts_with("validation/") && name.find("per_class") == name.npos &&
            std::ranges::all_of(with, [&](const store::RunRecord& run) { return find(run, name); }))
            names.push_back(name);
    for (const std::string& name : names)
        if (find(without, name)) {
            CORE_TRY(figure, figureOf(name, without, with, verdict.at));
            verdict.figures.push_back(std::move(figure));
        }
    return verdict;
}

std::string Verdict::sentence() const
{
    const FutureFigure& first = figures.front();
    std::string text = "At step " + std::to_string(at) + " " + first.name + " is " + futures_work::number(first.with);
    if (first.spread >= 0)
        text += " ± " + futures_work::number(first.spread) + " over " + std::to_string(seeds) + " seeds";
    text += " with the change and " + futures_work::number(first.without) + " without: ";
    return text + (first.verdict > 0 ? "better." : first.verdict < 0 ? "worse." : "no difference that counts.");
}

base::Value toValue(const Verdict& verdict)
{
    base::Array figures;
    for (const FutureFigure& figure : verdict.figures)
        figures.push_back(base::Object{{"metric", figure.name},
                                       {"without", figure.without},
                                       {"with", figure.with},
                                       {"spread", figure.spread < 0 ? base::Value{} : base::Value(figure.spread)},
                                       {"verdict", figure.verdict > 0   ? "better"
                                                   : figure.verdict < 0 ? "worse"
                                                                        : "same"}});
    return base::Object{{"step", verdict.at},
                        {"parted", verdict.parted},
                        {"seeds", verdict.seeds},
                        {"metric", verdict.figures.front().name},
                        {"verdict", base::Value(figures.front()["verdict"])},
                        {"sentence", verdict.sentence()},
                        {"figures", std::move(figures)}};
}

}
