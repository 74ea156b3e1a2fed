// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/job_facts.h"

#include "core/base/clock.h"
#include "core/jobs/ledger.h"
#include "core/jobs/script.h"
#include "core/session/folds.h"
#include "core/session/inspect.h"
#include "core/session/script_run.h"
#include "core/spec/experiment.h"
#include "core/store/run_record.h"

#include <algorithm>

namespace core::session {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Result;
using base::Value;
namespace fs = std::filesystem;

namespace {

// Weights, gradients and two moments of four bytes each.
constexpr double bytesPerParameter = 16;

base::Status checkInstance(const spec::JobSpec& spec)
{
    if (spec.instance.empty())
        return {};
    CORE_TRY(table, jobs::priceTable());
    CORE_TRY(row, table.forTraining(spec.instance));
    if (spec.spot && !row.spotPricePerHour)
        return Error{ErrorKind::Spec, row.name + " is not had as spot", "/job/spot", "Choose another instance"};
    return {};
}

void makeWhole(Value& given, const fs::path& folder)
{
    Value* data = given.object().find("data");
    Value* channels = data && data->isObject() ? data->object().find("channels") : nullptr;
    if (!channels || !channels->isObject())
        return;
    for (auto& [name, path] : channels->object())
        if (path.isText() && !path.text().empty() && path.text().find("://") == std::string::npos)
            path = (folder / path.text()).lexically_normal().string();
}

}

Result<Value> jobExperiment(const JobSubject& subject, std::vector<std::string>* notes)
{
    Value given = subject.given;
    if (!given.isObject())
        return Error{ErrorKind::Spec,
                     "is " + std::string(given.typeName()) + ", not an object",
                     {},
                     "An experiment is written in braces: {…}"};
    given.object().erase("$schema");
    spec::Checked part = spec::checkJob(given["job"], subject.folder);
    if (!part.problems.empty())
        return part.problems.front();
    const auto spec = spec::jobFields().read(part.value);
    CORE_CHECK(checkInstance(spec));
    if (spec.command.empty()) {
        spec::Checked checked = spec::resolve(given, {catalog(), subject.folder});
        if (!checked.problems.empty())
            return checked.problems.front();
        if (notes)
            *notes = std::move(checked.notes);
        CORE_TRY(folds, foldsOf(checked.value));
        if (folds > 1)
            return Error{ErrorKind::Spec, "a job trains one run, not folds", "/split/kind",
                         "Train the folds with train, or split at random"};
        checked.value.object().set("job", std::move(part.value));
        return std::move(checked.value);
    }
    makeWhole(given, subject.folder);
    given.object().set("job", std::move(part.value));
    CORE_TRY(script, jobs::scriptJobOf(given, spec));
    CORE_TRY(rules, scriptRules(given));
    (void)script;
    (void)rules;
    return given;
}

Result<jobs::Job> submitJob(const Value& experiment, std::optional<std::int64_t> priority, const fs::path& runs)
{
    const std::string& name = experiment["name"].text();
    return jobs::JobQueue(runs).submit(name.empty() ? "experiment" : name, experiment,
                                       priority.value_or(experiment["job"]["priority"].toInt()));
}

Result<jobs::Job> requeueJob(const jobs::Job& job, const fs::path& runs)
{
    if (!jobs::isFinal(job.state()))
        return Error{ErrorKind::Usage, "the job has not ended", job.id, "It goes on by itself when its turn comes"};
    return jobs::JobQueue(runs).submit(job.name, job.experiment, job.priority);
}

JobProgress progressOf(const jobs::Job& job, double now)
{
    JobProgress progress;
    if (job.run.empty())
        return progress;
    const auto run = store::summarize(job.run);
    if (!run)
        return progress;
    progress.step = run->steps;
    progress.steps = run->totalSteps;
    double trained = 0;
    for (std::size_t i = 0; i < job.changes.size(); ++i)
        if (job.changes[i].state == jobs::JobState::Training)
            trained +=
                std::max(0.0, (i + 1 < job.changes.size() ? job.changes[i + 1].time : now) - job.changes[i].time);
    if (progress.step > 0 && progress.steps > progress.step && trained > 0)
        progress.secondsLeft = trained * double(progress.steps - progress.step) / double(progress.step);
    return progress;
}

namespace {

// What a checkpoint and a restart took, as measured; nothing where there was no interruption.
std::optional<Object> measuredIntervals(const jobs::Job& job, const jobs::Ledger& ledger, double pricePerHour)
{
    if (job.isScript() || job.run.empty() || ledger.interruptions == 0)
        return std::nullopt;
    const auto record = store::readRun(job.run);
    if (!record)
        return std::nullopt;
    double saving = 0, saves = 0;
    for (const events::Event& event : record->events)
        if (const auto* written = std::get_if<events::CheckpointWritten>(&event)) {
            saving += written->seconds;
            ++saves;
        }
    if (saves == 0 || saving <= 0)
        return std::nullopt;
    double restarting = 0, restarts = 0;
    const auto loss = record->scalars.find("train/loss");
    for (const jobs::StateChange& change : job.changes) {
        if (change.state != jobs::JobState::Training || change.launch < 2 || loss == record->scalars.end())
            continue;
        const auto first = std::ranges::lower_bound(loss->second.times, change.time);
        if (first != loss->second.times.end()) {
            restarting += *first - change.time;
            ++restarts;
        }
    }
    const Value* law = job.experiment.at("job.interruption");
    const double mtbf = law && (*law)["kind"].text() == "rate" ? 3600 / (*law)["per_hour"].toReal(1)
                                                               : ledger.trainingS / double(ledger.interruptions);
    if (mtbf <= 0)
        return std::nullopt;
    return jobs::intervalsObject(ledger.trainingS, {saving / saves, restarts > 0 ? restarting / restarts : 0, mtbf},
                                 pricePerHour);
}

Array transitionsOf(const jobs::Job& job)
{
    Array changes;
    for (const jobs::StateChange& change : job.changes)
        changes.push_back(Object{{"state", std::string(jobs::name(change.state))},
                                 {"time", change.time},
                                 {"launch", change.launch},
                                 {"on_demand", change.onDemand},
                                 {"step", change.step < 0 ? Value() : Value(change.step)},
                                 {"reason", change.reason}});
    return changes;
}

Object ledgerObject(const jobs::Job& job, const spec::JobSpec& spec, double now)
{
    std::optional<jobs::Instance> instance;
    std::string currency, date;
    if (!spec.instance.empty())
        if (const auto table = jobs::priceTable())
            if (const auto row = table->forTraining(spec.instance)) {
                instance = *row;
                currency = table->currency;
                date = table->date;
            }
    jobs::Ledger ledger = jobs::ledgerOf(job, instance, spec.instanceCount, spec.spot, now);
    ledger.currency = currency;
    ledger.priceDate = date;
    Object told = jobs::asObject(ledger);
    const double hour = instance ? instance->pricePerHour * double(spec.instanceCount) *
                                       (ledger.trainingS > 0 ? ledger.billableS / ledger.trainingS : 1)
                                 : 0;
    if (auto intervals = measuredIntervals(job, ledger, hour))
        told.set("intervals", std::move(*intervals));
    return told;
}

}

Result<Object> describeJob(const jobs::Job& job)
{
    const double now = base::wallSeconds();
    Object object{{"job", job.folder.string()},
                  {"name", job.name},
                  {"state", std::string(jobs::name(job.state()))},
                  {"status", std::string(jobs::primaryStatus(job.state()))},
                  {"priority", job.priority},
                  {"run", job.run.empty() ? Value() : Value(job.run)},
                  {"submitted", job.submitted()}};
    if (!job.changes.empty())
        object.set("reason", job.changes.back().reason);
    object.set("transitions", transitionsOf(job));
    if (!job.problem.empty())
        object.set("problem", job.problem);
    if (job.changes.empty())
        return object;
    const JobProgress progress = progressOf(job, now);
    object.set("progress", Object{{"step", progress.step},
                                  {"steps", progress.steps > 0 ? Value(progress.steps) : Value()},
                                  {"seconds_left", progress.secondsLeft ? Value(*progress.secondsLeft) : Value()}});
    object.set("notice",
               job.notice ? Value(Object{{"time", job.notice->time}, {"seconds", job.notice->seconds}}) : Value());
    CORE_TRY(spec, spec::readJob(job.experiment["job"]));
    object.set("ledger", ledgerObject(job, spec, now));
    object.set("log", jobs::logFile(job.folder).string());
    return object;
}

Result<Object> adviseForRun(const fs::path& run)
{
    CORE_TRY(record, store::readRun(run));
    if (!record.finished || !record.opened)
        return Error{ErrorKind::Usage, "has not ended: nothing of it was measured as a whole", run.string(),
                     "Name a run that has"};
    jobs::MeasuredProfile profile;
    profile.cpuSeconds = record.finished->trainSeconds;
    profile.modelGb = double(record.opened->parameters) * bytesPerParameter / 1e9;
    profile.trees = record.opened->parameters == 0;
    for (const events::Event& event : record.events)
        if (const auto* progress = std::get_if<events::Progress>(&event))
            profile.dataWait = progress->dataWait;
    if (record.opened->device != "cpu") // one was used: its time is that of one GPU
        profile.speedUp = 1e3, profile.cpuSeconds *= 1e3;
    CORE_TRY(table, jobs::priceTable());
    const jobs::DeviceAdvice advice = jobs::adviseDevices(profile, table);
    return Object{{"choice", advice.choice},
                  {"reason", advice.reason},
                  {"instance", advice.instance},
                  {"first", advice.first.empty() ? Value() : Value(advice.first)},
                  {"measured", Object{{"device", record.opened->device},
                                      {"train_seconds", record.finished->trainSeconds},
                                      {"parameters", record.opened->parameters},
                                      {"data_wait", profile.dataWait}}}};
}

}
