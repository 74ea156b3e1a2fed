// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/study_state.h"

#include "core/tune/journal.h"
#include "core/tune/records.h"

#include <algorithm>
#include <map>

namespace core::tune {

using namespace base;

namespace {

using States = std::vector<TrialState>;

Error cannot(const std::string& message, const std::string& advice)
{
    return {ErrorKind::Usage, message, "study", advice};
}

// The trial of a record, if it is in a state that the record may follow.
Result<Trial*> trialIn(StudyState& study, const Object& record, const States& states)
{
    const Value* number = record.find("trial");
    if (!number || !number->isInt() || number->toInt() < 0 || number->toInt() >= std::int64_t(study.trials.size()))
        return cannot("there is no such trial",
                      "The study has " + std::to_string(study.trials.size()) + ", counted from 0");
    Trial& trial = study.trials[std::size_t(number->toInt())];
    if (std::ranges::count(states, trial.state))
        return &trial;
    std::string may;
    for (const TrialState state : states)
        may += (may.empty() ? "" : ", ") + std::string(name(state));
    return cannot("trial " + std::to_string(trial.number) + " is " + std::string(name(trial.state)),
                  "\"" + record.find("op")->text() + "\" is for trials that are " + may);
}

struct Fold {
    StudyState& study;
    const Object& record;

    const Value& at(const char* key) const
    {
        static const Value none;
        const Value* value = record.find(key);
        return value ? *value : none;
    }
    double time() const { return at("time").toReal(); }

    Status takeSpec() const
    {
        TuningSpec spec = tuningFields().read(at("spec"));
        const bool same = study.created == 0 || spec.objective == study.spec.objective;
        if (spec.objective.empty() || !same)
            return cannot(same ? "a study has an objective" : "the objective of a study stays",
                          "Its trials are told by it");
        CORE_TRY(space, spaceOf(spec));
        study.spec = std::move(spec);
        study.space = std::move(space);
        study.maxJobs = jobsOf(study.spec, study.space);
        return {};
    }

    Status create() const
    {
        if (study.created != 0 || study.order != 0)
            return cannot("the study is there already", "Open it");
        CORE_CHECK(takeSpec());
        study.name = at("name").text();
        study.created = time();
        return {};
    }

    Result<Trial> made() const
    {
        if (at("trial").toInt(-1) != std::int64_t(study.trials.size()) || !at("parameters").isObject())
            return cannot("trials are numbered one after the other",
                          "The next is " + std::to_string(study.trials.size()));
        Trial trial;
        trial.number = at("trial").toInt();
        trial.parameters = at("parameters").object();
        trial.notes = at("notes").object();
        if (at("source").isText())
            trial.source = at("source").text();
        const auto state = trialState(at("state").text());
        if (!state)
            return cannot("\"" + at("state").text() + "\" is no state of a trial", "waiting, running, completed, …");
        trial.state = *state;
        trial.asked = study.order + 1;
        return trial;
    }

    Status add() const
    {
        CORE_TRY(trial, made());
        if (trial.state != TrialState::Running && trial.state != TrialState::Waiting)
            return cannot("a new trial runs or waits", "One that has ended is imported");
        if (trial.state == TrialState::Running)
            trial.started = time();
        study.trials.push_back(std::move(trial));
        return {};
    }

    Status import() const
    {
        CORE_TRY(trial, made());
        for (const Value& value : at("values").array())
            trial.values.push_back(numberOf(value));
        if (trial.state == TrialState::Completed && trial.values.size() != study.spec.objective.size())
            return cannot("a completed trial has " + std::to_string(trial.values.size()) + " values",
                          "It has one for each of the " + std::to_string(study.spec.objective.size()) + " objectives");
        for (const Value& report : at("reports").array())
            if (report.isArray() && report.array().size() == 2)
                trial.reports.push_back({report.array()[0].toInt(), numberOf(report.array()[1]), study.order + 1});
        std::ranges::stable_sort(trial.reports, {}, &Report::step);
        if (at("stop").isObject())
            trial.stop = records::stopOf(at("stop"));
        trial.error = at("error").text();
        trial.run = at("run").text();
        trial.started = at("started").toReal();
        trial.ended = at("ended").toReal();
        if (isFinished(trial.state))
            trial.finished = study.order + 1;
        study.trials.push_back(std::move(trial));
        return {};
    }

    Status start() const
    {
        CORE_TRY(trial, trialIn(study, record, {TrialState::Waiting}));
        trial->state = TrialState::Running;
        trial->started = time();
        return {};
    }

    Status report() const
    {
        // One that is being paused tells what it had still to tell.
        CORE_TRY(trial, trialIn(study, record, {TrialState::Running, TrialState::Paused}));
        const Report made{at("step").toInt(), numberOf(at("value")), study.order + 1};
        auto& reports = trial->reports;
        const auto place = std::ranges::lower_bound(reports, made.step, {}, &Report::step);
        // A step that is reported again, as a resumed run does, says the same: the newest stands.
        if (place != reports.end() && place->step == made.step)
            *place = made;
        else
            reports.insert(place, made);
        return {};
    }

    Status end(TrialState state, const States& from) const
    {
        CORE_TRY(trial, trialIn(study, record, from));
        trial->state = state;
        trial->ended = time();
        trial->finished = study.order + 1;
        trial->error = at("error").text();
        if (state == TrialState::Stopped)
            trial->stop = records::stopOf(at("stop"));
        return {};
    }

    Status tell() const
    {
        const std::size_t objectives = study.spec.objective.size();
        if (at("values").array().size() != objectives)
            return cannot("a trial has " + std::to_string(at("values").array().size()) + " values",
                          "It takes one for each of the " + std::to_string(objectives) + " objectives");
        CORE_TRY(trial, trialIn(study, record, {TrialState::Running, TrialState::Paused}));
        trial->values.clear();
        for (const Value& value : at("values").array())
            trial->values.push_back(numberOf(value));
        const bool numbers = std::ranges::none_of(trial->values, [](double value) { return std::isnan(value); });
        trial->state = numbers ? TrialState::Completed : TrialState::Failed;
        trial->error = numbers ? "" : "the value of the objective is no number";
        if (!numbers)
            trial->values.clear();
        trial->ended = time();
        trial->finished = study.order + 1;
        return {};
    }

    Status retry() const
    {
        CORE_TRY(trial, trialIn(study, record, {TrialState::Running, TrialState::Paused}));
        trial->state = TrialState::Waiting;
        trial->error = at("error").text();
        ++trial->attempt;
        return {};
    }

    Status pause() const
    {
        if (at("trial").isNull()) {
            if (study.paused)
                return cannot("the study is paused already", "Resume it");
            study.paused = true;
            return {};
        }
        CORE_TRY(trial, trialIn(study, record, {TrialState::Running, TrialState::Waiting}));
        trial->state = TrialState::Paused;
        return {};
    }

    Status resume() const
    {
        if (at("trial").isNull()) {
            if (!study.paused)
                return cannot("the study is not paused", "Pause it first");
            study.paused = false;
            return {};
        }
        CORE_TRY(trial, trialIn(study, record, {TrialState::Paused}));
        trial->state = TrialState::Waiting;
        return {};
    }

    Status revive() const
    {
        CORE_TRY(trial, trialIn(study, record,
                                {TrialState::Stopped, TrialState::Failed, TrialState::Completed, TrialState::Skipped}));
        trial->state = TrialState::Waiting;
        trial->notes.set("revived", trial->stop ? Value(trial->stop->rule) : Value(true));
        trial->stop.reset();
        trial->error.clear();
        trial->values.clear();
        trial->ended = 0;
        trial->finished = 0;
        study.ended.clear();
        return {};
    }

    Status note() const
    {
        CORE_TRY(trial, trialIn(study, record,
                                {TrialState::Waiting, TrialState::Running, TrialState::Paused, TrialState::Completed,
                                 TrialState::Stopped, TrialState::Failed, TrialState::Skipped}));
        if (at("op").text() == "run")
            trial->run = at("run").text();
        else if (at("value").isNull())
            trial->notes.erase(at("key").text());
        else
            trial->notes.set(at("key").text(), at("value"));
        return {};
    }

    Status change() const
    {
        TuningSpec before = study.spec;
        CORE_CHECK(takeSpec());
        study.earlier.push_back(std::move(before));
        study.ended.clear();
        return {};
    }

    Status share() const
    {
        study.share = records::shareOf(at("share"));
        return {};
    }

    Status endStudy() const
    {
        study.ended = at("why").text();
        return {};
    }
};

}

Status StudyState::apply(const Object& record)
{
    using enum TrialState;
    const Fold fold{*this, record};
    const std::string& op = fold.at("op").text();
    static const std::map<std::string, Status (*)(const Fold&)> folds{
        {"create", [](const Fold& f) { return f.create(); }},
        {"add", [](const Fold& f) { return f.add(); }},
        {"import", [](const Fold& f) { return f.import(); }},
        {"start", [](const Fold& f) { return f.start(); }},
        {"report", [](const Fold& f) { return f.report(); }},
        {"tell", [](const Fold& f) { return f.tell(); }},
        {"stop",
         [](const Fold& f) {
             return f.end(Stopped, {Waiting, Running, Paused});
         }},
        {"fail",
         [](const Fold& f) {
             return f.end(Failed, {Waiting, Running, Paused});
         }},
        {"skip",
         [](const Fold& f) {
             return f.end(Skipped, {Waiting, Running, Paused});
         }},
        {"retry", [](const Fold& f) { return f.retry(); }},
        {"pause", [](const Fold& f) { return f.pause(); }},
        {"resume", [](const Fold& f) { return f.resume(); }},
        {"revive", [](const Fold& f) { return f.revive(); }},
        {"note", [](const Fold& f) { return f.note(); }},
        {"run", [](const Fold& f) { return f.note(); }},
        {"change", [](const Fold& f) { return f.change(); }},
        {"share", [](const Fold& f) { return f.share(); }},
        {"end", [](const Fold& f) { return f.endStudy(); }}};
    const auto found = folds.find(op);
    if (found == folds.end())
        return cannot("\"" + op + "\" is nothing that happens to a study", "This file is of a newer version");
    if (created == 0 && order == 0 && op != "create")
        return cannot("the study has no beginning", "Its first record is \"create\"");
    Status status = found->second(fold);
    if (status)
        ++order;
    return status;
}

StudyRead foldStudy(const std::vector<Object>& records)
{
    StudyRead read;
    for (const Object& record : records)
        if (!read.state.apply(record))
            ++read.leftOut;
    return read;
}

History StudyState::history() const
{
    const bool transfers = spec.warmStart && spec.warmStart->type == "TRANSFER_LEARNING";
    return {space, spec.objective, trials, std::uint64_t(spec.seed), maxJobs, spec.maxParallelJobs, transfers};
}

std::int64_t StudyState::count(TrialState state) const
{
    return std::ranges::count(trials, state, &Trial::state);
}

}
