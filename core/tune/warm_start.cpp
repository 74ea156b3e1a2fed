// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/warm_start.h"

#include <algorithm>
#include <set>

namespace core::tune {

using namespace base;

namespace {

Error wrong(const std::string& parent, std::string message, std::string advice)
{
    return {ErrorKind::Spec, parent + " " + std::move(message), "/tuning/warm_start/parents", std::move(advice)};
}

const Parameter* parameterOf(const Space& space, const std::string& path)
{
    const auto found = std::ranges::find(space.parameters(), path, &Parameter::path);
    return found == space.parameters().end() ? nullptr : &*found;
}

void compareSpaces(const Space& space, const StudyState& parent, const Limits& limits, std::vector<Error>& problems)
{
    std::int64_t changes = 0;
    for (const Parameter& each : space.parameters()) {
        const Parameter* before = parameterOf(parent.space, each.path);
        changes += before == nullptr;
        if (before && before->range.type != each.range.type)
            problems.push_back(wrong(parent.name,
                                     "tuned " + each.path + " as " + std::string(name(before->range.type)) + ", not " +
                                         std::string(name(each.range.type)),
                                     "A parameter keeps its type"));
    }
    for (const Parameter& before : parent.space.parameters())
        changes += parameterOf(space, before.path) == nullptr;
    if (changes > limits.warmStartChanges)
        problems.push_back(wrong(parent.name,
                                 "differs in " + std::to_string(changes) + " parameters between tuned and fixed",
                                 "At most " + std::to_string(limits.warmStartChanges)));
}

// All of its trials have ended, also where nobody asked for another one since; or it came whole from elsewhere.
bool isOver(const StudyState& parent)
{
    if (!parent.ended.empty())
        return true;
    std::int64_t own = 0;
    for (const Trial& trial : parent.trials) {
        if (!isFinished(trial.state))
            return false;
        own += trial.source == "strategy" || trial.source == "person";
    }
    const bool imported = std::ranges::all_of(parent.trials, [](const Trial& each) { return each.source == "import"; });
    return own >= parent.maxJobs || (imported && !parent.trials.empty());
}

bool identical(const TuningSpec& spec)
{
    return spec.warmStart && spec.warmStart->type == "IDENTICAL_DATA_AND_ALGORITHM";
}

}

std::vector<Error> checkWarmStart(const TuningSpec& spec, const Space& space,
                                  const std::vector<const StudyState*>& parents, const Limits& limits,
                                  const std::vector<const Value*>& experiments)
{
    std::vector<Error> problems;
    if (parents.empty() || std::int64_t(parents.size()) > limits.parents)
        problems.push_back({ErrorKind::Spec, std::to_string(parents.size()) + " studies to start from",
                            "/tuning/warm_start/parents", "Name one to " + std::to_string(limits.parents)});
    for (std::size_t i = 0; i < parents.size(); ++i) {
        const StudyState& parent = *parents[i];
        if (!isOver(parent))
            problems.push_back(wrong(parent.name, "has not ended", "Wait for it, or stop it"));
        if (parent.spec.objective != spec.objective)
            problems.push_back(wrong(parent.name,
                                     "has another objective: " +
                                         (parent.spec.objective.empty()
                                              ? std::string("none")
                                              : parent.spec.objective[0].goal + " " + parent.spec.objective[0].metric),
                                     "Values of different objectives cannot be compared"));
        if (parent.history().best() == nullptr)
            problems.push_back(wrong(parent.name, "has no completed trial", "There is nothing to learn from it"));
        compareSpaces(space, parent, limits, problems);
        if (!identical(spec) || experiments.size() != parents.size() + 1 || !experiments[0] || !experiments[i + 1])
            continue;
        const Value &own = *experiments[0], &other = *experiments[i + 1];
        const bool algorithm =
            own["model"]["kind"] == other["model"]["kind"] && own["job"]["command"] == other["job"]["command"];
        if (!algorithm || !(own["data"] == other["data"]))
            problems.push_back(
                wrong(parent.name, algorithm ? "has other data" : "has another algorithm", "Take TRANSFER_LEARNING"));
    }
    return problems;
}

std::vector<Trial> warmStartTrials(const TuningSpec& spec, const Space& space,
                                   const std::vector<const StudyState*>& parents)
{
    std::vector<Trial> trials;
    std::set<std::pair<std::string, std::string>> known;
    for (const StudyState* parent : parents)
        for (const Trial& trial : parent->trials) {
            if (trial.state != TrialState::Completed && trial.state != TrialState::Stopped)
                continue;
            Trial made = trial;
            // What this study holds fixed says nothing here; what it tunes and the parent did not has no value.
            Object point;
            for (const auto& [path, value] : trial.parameters)
                if (parameterOf(space, path))
                    point.set(path, value);
            const bool fits = space.check(point, "").operator bool();
            if (!fits && identical(spec))
                continue;
            made.parameters = fits ? point : space.nearest(point);
            made.source = "warm_start";
            // A trial that a parent has from its own parents comes once, from the first that names it.
            const Value* origin = trial.notes.find("study");
            const Value* number = trial.notes.find("trial");
            const std::string from = origin ? origin->text() : parent->name;
            const std::int64_t of = number ? number->toInt() : trial.number;
            if (!known.insert({from, std::to_string(of)}).second)
                continue;
            made.notes = Object{{"study", from}, {"trial", of}};
            trials.push_back(std::move(made));
        }
    return trials;
}

const Trial* bestTrial(const StudyState& study)
{
    return study.history().best();
}

}
