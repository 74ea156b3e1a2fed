// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/rank_moments.h"

#include "core/debug/pipeline_trace.h"
#include "ui/models/run_model.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ui::models {

using core::events::RankFigure;
using core::events::RankMoment;

std::vector<RankMoment> rankMoments(const RunModel& run, std::size_t most)
{
    std::vector<RankMoment> moments;
    const plots::SeriesBuffer* rows = run.series(QString::fromStdString(core::events::rankScalar(0, RankFigure::Rows)));
    if (!rows || rows->empty())
        return moments;
    const std::size_t end = run.shownStep() ? rows->lowerBound(double(*run.shownStep()) + 1) : rows->size();
    const auto value = [&](const std::string& name, std::int64_t step) -> std::optional<double> {
        const plots::SeriesBuffer* series = run.series(QString::fromStdString(name));
        const std::size_t at = series ? series->lowerBound(double(step)) : 0;
        if (!series || at >= series->size() || series->step(at) != double(step))
            return {};
        return series->value(at);
    };
    for (std::size_t i = end - std::min(end, most); i < end; ++i)
        if (RankMoment moment = core::events::ranksAt(std::int64_t(rows->step(i)), value); !moment.ranks.empty())
            moments.push_back(std::move(moment));
    return moments;
}

const core::events::Finding* rankFinding(const RunModel& run, const std::string& rule)
{
    const auto& all = run.findings();
    const auto found = std::ranges::find_if(all, [&](const core::events::Finding& one) {
        return (one.rule == rule || one.rule.starts_with(rule + "-")) &&
               (!run.shownStep() || one.step <= *run.shownStep());
    });
    return found == all.end() ? nullptr : &*found;
}

namespace {

constexpr std::size_t mostSteps = 400, firstSteps = 5; // the first choose kernels and ask for memory

// Of the last steps that were measured, how long each rank computed as a share of their mean, so that what slows all of
// them is left out; deviations from the mean of N ranks are too small by √((N − 1) / N).
std::vector<double> sharesOfRanks(const RunModel& run)
{
    std::vector<const plots::SeriesBuffer*> ranks;
    while (std::int64_t(ranks.size()) < core::events::mostRanksTold) {
        const std::string name = core::events::rankScalar(std::int64_t(ranks.size()), RankFigure::Compute);
        const plots::SeriesBuffer* computed = run.series(QString::fromStdString(name));
        if (!computed)
            break;
        ranks.push_back(computed);
    }
    if (ranks.size() < 2)
        return {};
    std::size_t end = ranks.front()->size();
    for (const plots::SeriesBuffer* rank : ranks)
        end = std::min(end, rank->size());
    const double count = double(ranks.size()), wider = std::sqrt(count / (count - 1));
    std::vector<double> shares;
    for (std::size_t i = std::max(firstSteps, end - std::min(end, mostSteps)); i < end; ++i) {
        double mean = 0;
        for (const plots::SeriesBuffer* rank : ranks)
            mean += rank->value(i) / count;
        for (const plots::SeriesBuffer* rank : ranks)
            shares.push_back(1 + wider * (rank->value(i) / mean - 1));
    }
    return shares;
}

std::vector<double> secondsOfSteps(const RunModel& run)
{
    std::vector<double> seconds;
    for (const core::events::StepTimes& times : run.stepTimes())
        for (std::size_t i = 0; i < times.durations.size(); ++i)
            if (times.step + std::int64_t(i) >= std::int64_t(firstSteps))
                seconds.push_back(double(times.durations[i]));
    if (seconds.size() > mostSteps)
        seconds.erase(seconds.begin(), seconds.end() - std::ptrdiff_t(mostSteps));
    return seconds;
}

}

ScalingSource scalingFactsOf(const RunModel* run, const core::debug::ScalingFacts& usual)
{
    ScalingSource source{usual};
    core::debug::ScalingFacts& facts = source.facts;
    if (!run)
        return source;
    if (run->opened().parameters > 0)
        facts.bytes = 4.0 * double(run->opened().parameters);
    // The order of StepTimes::phases: forward, backward and optimizer come third to fifth.
    double forward = 0, backward = 0, update = 0, steps = 0;
    for (const core::events::StepTimes& times : run->stepTimes())
        if (times.phases.size() >= 5) {
            forward += times.phases[2];
            backward += times.phases[3];
            update += times.phases[4];
            steps += double(times.count);
        }
    if (steps > 0)
        update /= steps;
    if (run->spec()["distributed"]["strategy"].text() == "pipeline") {
        // Its steps' phases hold passes of several stages at once, and waiting for each other.
        const auto trace = core::debug::pipelineOf(run->folder().toStdString());
        if (!trace || trace->work.empty())
            return source;
        double passes[2] = {};
        for (const core::debug::PipelineTrace::Work& work : trace->work)
            passes[work.backward] += work.end - work.begin;
        facts.forwardSeconds = passes[0] + update;
        facts.backwardSeconds = passes[1];
        source.times = ScalingSource::Times::Stages;
    } else if (steps > 0 && forward + backward > 0) {
        facts.forwardSeconds = forward / steps + update;
        facts.backwardSeconds = backward / steps;
        const std::vector<double> shares = sharesOfRanks(*run);
        if (const double spread = core::debug::unevennessOf(shares.empty() ? secondsOfSteps(*run) : shares); spread > 0)
            facts.spread = spread;
        source.times = ScalingSource::Times::Steps;
    }
    return source;
}

}
