// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/trial.h"

#include "core/tune/feasible.h"

#include <algorithm>
#include <array>

namespace core::tune {

namespace {

constexpr std::array<std::pair<TrialState, std::string_view>, 7> states{{{TrialState::Waiting, "waiting"},
                                                                         {TrialState::Running, "running"},
                                                                         {TrialState::Paused, "paused"},
                                                                         {TrialState::Completed, "completed"},
                                                                         {TrialState::Stopped, "stopped"},
                                                                         {TrialState::Failed, "failed"},
                                                                         {TrialState::Skipped, "skipped"}}};

}

std::string_view name(TrialState state)
{
    return states[std::size_t(state)].second;
}

std::optional<TrialState> trialState(std::string_view name)
{
    for (const auto& [state, word] : states)
        if (word == name)
            return state;
    return {};
}

bool isFinished(TrialState state)
{
    return state == TrialState::Completed || state == TrialState::Stopped || state == TrialState::Failed ||
           state == TrialState::Skipped;
}

const Report* Trial::reportAt(std::int64_t step) const
{
    const auto found = std::ranges::lower_bound(reports, step, {}, &Report::step);
    return found != reports.end() && found->step == step ? &*found : nullptr;
}

std::optional<std::int64_t> Trial::lastStep() const
{
    return reports.empty() ? std::nullopt : std::optional(reports.back().step);
}

double History::asLoss(double value, std::size_t objective) const
{
    return objectives[objective].maximizes() ? -value : value;
}

double History::loss(const Trial& trial, std::size_t objective) const
{
    return objective < trial.values.size() ? asLoss(trial.values[objective], objective) : std::nan("");
}

bool History::compares(const Trial& trial) const
{
    return !transfers || trial.source != "warm_start";
}

std::optional<double> History::lastLoss(const Trial& trial) const
{
    if (!compares(trial))
        return {};
    if (trial.state == TrialState::Completed)
        return loss(trial);
    if (trial.state == TrialState::Stopped && !trial.reports.empty() && std::isfinite(trial.reports.back().value))
        return asLoss(trial.reports.back().value);
    return {};
}

const Trial* History::best() const
{
    const Trial* best = nullptr;
    for (const Trial& trial : trials)
        if (trial.state == TrialState::Completed && compares(trial) && isFeasible(trial) &&
            (!best || loss(trial) < loss(*best)))
            best = &trial;
    return best;
}

}
