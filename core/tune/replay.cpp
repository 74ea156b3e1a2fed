// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/replay.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

namespace {

struct Told {
    std::int64_t order;
    std::size_t trial;
    const Report* report; ///< nullptr: the trial has ended
};

}

Replayed replayPruner(const Pruner& pruner, const History& history)
{
    std::vector<Told> told;
    std::vector<Trial> trials = history.trials;
    Replayed found;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        for (const Report& report : history.trials[i].reports)
            told.push_back({report.order, i, &report});
        if (isFinished(trials[i].state))
            told.push_back({trials[i].finished, i, nullptr});
        found.steps += std::int64_t(trials[i].reports.size());
        trials[i].reports.clear();
        trials[i].values.clear();
        trials[i].stop.reset();
        trials[i].state = TrialState::Running;
    }
    std::ranges::stable_sort(told, {}, &Told::order);
    const History now{history.space, history.objectives, trials,
                      history.seed,  history.maxJobs,    history.maxParallelJobs};
    std::vector<bool> stopped(trials.size());
    for (const Told& each : told) {
        Trial& trial = trials[each.trial];
        if (stopped[each.trial])
            continue;
        if (!each.report) {
            trial.state = history.trials[each.trial].state;
            trial.values = history.trials[each.trial].values;
            continue;
        }
        trial.reports.insert(std::ranges::upper_bound(trial.reports, each.report->step, {}, &Report::step),
                             *each.report);
        if (trial.reports.back().step != each.report->step)
            continue;
        if (auto why = pruner.judge(now, trial)) {
            stopped[each.trial] = true;
            trial.state = TrialState::Stopped;
            trial.stop = why;
            const auto saved = std::int64_t(history.trials[each.trial].reports.size() - trial.reports.size());
            found.stopped.push_back({trial.number, std::move(*why), saved});
            found.stepsSaved += saved;
        }
    }
    const Trial *best = history.best(), *left = now.best();
    if (best)
        found.best = best->number;
    if (left)
        found.bestLeft = left->number;
    found.regret = best && left ? history.loss(*left) - history.loss(*best) : best ? std::nan("") : 0;
    return found;
}

}
