// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/optuna_journal.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/tune/feasible.h"
#include "core/tune/journal.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

using namespace base;

namespace {

// Python's JSON: what is no number stands as a bare word.
std::string number(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value > 0 ? "Infinity" : "-Infinity";
    return writeJson(Value(value));
}

std::string quoted(const std::string& text)
{
    return writeJson(Value(text));
}

std::string when(double seconds)
{
    constexpr double lastSecond = 253402300799; // of the year 9999, Python's last
    const std::int64_t all = std::llround(std::isfinite(seconds) ? std::clamp(seconds, 0.0, lastSecond) * 1e6 : 0);
    std::string micros = std::to_string(all % 1'000'000);
    micros.insert(0, 6 - micros.size(), '0');
    std::string text = isoTime(double(all / 1'000'000));
    text.pop_back();
    return "\"" + text + "." + micros + "+00:00\"";
}

// What Optuna takes for a choice; anything else becomes its JSON as text.
Value simple(const Value& value)
{
    return value.isArray() || value.isObject() ? Value(writeJson(value)) : value;
}

std::string distributionOf(const Distribution& range)
{
    if (range.type == Type::Categorical) {
        Array choices;
        for (const Value& value : range.values)
            choices.push_back(simple(value));
        return R"({"name":"CategoricalDistribution","attributes":{"choices":)" + writeJson(choices) + "}}";
    }
    const std::string log = range.scale == Scale::Log ? "true" : "false";
    if (range.type == Type::Integer)
        return R"({"name":"IntDistribution","attributes":{"log":)" + log + R"(,"step":)" +
               std::to_string(std::int64_t(range.step.value_or(1))) + R"(,"low":)" +
               std::to_string(std::int64_t(range.min)) + R"(,"high":)" + std::to_string(std::int64_t(range.max)) + "}}";
    return R"({"name":"FloatDistribution","attributes":{"step":)" + (range.step ? number(*range.step) : "null") +
           R"(,"low":)" + number(range.min) + R"(,"high":)" + number(range.max) + R"(,"log":)" + log + "}}";
}

std::string valuesOf(const Trial& trial)
{
    if (trial.values.size() > 1) {
        std::string list;
        for (const double value : trial.values)
            list += (list.empty() ? "" : ",") + number(value);
        return R"("value":null,"values":[)" + list + "]";
    }
    std::string value = trial.values.empty() ? "null" : number(trial.values[0]);
    if (trial.state == TrialState::Stopped && !trial.reports.empty() && !std::isnan(trial.reports.back().value))
        value = number(trial.reports.back().value);
    return R"("value":)" + value + R"(,"values":null)";
}

int stateOf(TrialState state)
{
    switch (state) {
    case TrialState::Completed:
        return 1;
    case TrialState::Stopped:
        return 2;
    case TrialState::Failed:
    case TrialState::Skipped:
        return 3;
    case TrialState::Waiting:
        return 4;
    default:
        return 0;
    }
}

std::string notesOf(const Trial& trial)
{
    Object notes = trial.notes;
    if (constraintsOf(trial))
        notes.erase(constraintsNote);
    if (trial.stop)
        notes.set("stopped", trial.stop->message);
    if (!trial.error.empty())
        notes.set("error", trial.error);
    if (!trial.run.empty())
        notes.set("run", trial.run);
    return writeJson(notes);
}

// A list where they are numbered, which every Optuna with constraints reads; names are of Optuna 5.
std::string systemAttributesOf(const Trial& trial)
{
    const Object* constraints = constraintsOf(trial);
    if (!constraints || constraints->empty())
        return {};
    std::string list, named;
    bool numbered = true;
    std::size_t place = 0;
    for (const auto& [name, value] : *constraints) {
        const std::string text = number(numberOf(value));
        numbered = numbered && name == std::to_string(place++);
        list += (list.empty() ? "" : ",") + text;
        named += (named.empty() ? "" : ",") + quoted(std::string(constraintsNote) + ":" + name) + ":" + text;
    }
    return numbered ? quoted(std::string(constraintsNote)) + ":[" + list + "]" : named;
}

std::string trialLine(const Space& space, const Trial& trial)
{
    std::string distributions, params, reports;
    for (const auto& [path, value] : trial.parameters) {
        const auto parameter = std::ranges::find(space.parameters(), path, &Parameter::path);
        // A value from before the ranges were changed has none that Optuna would take.
        if (parameter == space.parameters().end() || !parameter->range.contains(value))
            continue;
        const char* comma = params.empty() ? "" : ",";
        distributions += comma + quoted(path) + ":" + quoted(distributionOf(parameter->range));
        const bool category = parameter->range.type == Type::Categorical;
        params += comma + quoted(path) + ":" +
                  (category ? std::to_string(*parameter->range.indexOf(value)) : number(value.toReal()));
    }
    for (const Report& report : trial.reports)
        reports += (reports.empty() ? "\"" : ",\"") + std::to_string(report.step) + "\":" + number(report.value);
    return R"({"op_code":4,"worker_id":"descent","study_id":0,"datetime_start":)" +
           (trial.started > 0 ? when(trial.started) : "null") + R"(,"state":)" + std::to_string(stateOf(trial.state)) +
           "," + valuesOf(trial) +
           (isFinished(trial.state) ? R"(,"datetime_complete":)" + when(std::max(trial.ended, trial.started)) : "") +
           R"(,"distributions":{)" + distributions + R"(},"params":{)" + params + R"(},"user_attrs":)" +
           notesOf(trial) + R"(,"system_attrs":{)" + systemAttributesOf(trial) + R"(},"intermediate_values":{)" +
           reports + "}}\n";
}

}

std::string writeOptunaJournal(const StudyState& study)
{
    std::string directions, metrics;
    for (const ObjectiveSpec& objective : study.spec.objective) {
        directions += (directions.empty() ? "" : ",") + std::string(objective.maximizes() ? "2" : "1");
        metrics += (metrics.empty() ? "" : ",") + quoted(objective.metric);
    }
    std::string text = R"({"op_code":0,"worker_id":"descent","study_name":)" +
                       quoted(study.name.empty() ? "study" : study.name) + R"(,"directions":[)" + directions + "]}\n";
    text +=
        R"({"op_code":3,"worker_id":"descent","study_id":0,"system_attr":{"study:metric_names":[)" + metrics + "]}}\n";
    for (const Trial& trial : study.trials)
        text += trialLine(study.space, trial);
    return text;
}

}
