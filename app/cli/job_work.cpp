// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/job_work.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/jobs/ledger.h"
#include "core/jobs/script_work.h"
#include "core/session/folds.h"
#include "core/session/import_run.h"
#include "core/store/checkpoint.h"
#include "core/store/run_record.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>

namespace app::cli {

using namespace core::base;
namespace events = core::events;
namespace jobs = core::jobs;
namespace session = core::session;
namespace store = core::store;
namespace fs = std::filesystem;

namespace {

constexpr double lookEvery = 0.1;

volatile std::sig_atomic_t jobSignal = 0;

extern "C" void onJobSignal(int number)
{
    jobSignal = number;
    std::signal(number, SIG_DFL);
}

fs::path programHere()
{
    std::error_code failed;
    return fs::read_symlink("/proc/self/exe", failed);
}

bool hasEnded(events::RunState state)
{
    return state == events::RunState::Completed || state == events::RunState::EarlyStopped;
}

}

ExperimentWork::ExperimentWork(const jobs::Job& job, fs::path runs, std::string device)
    : m_job(job.folder),
      m_runs(std::move(runs)),
      m_experiment(job.experiment),
      m_device(std::move(device))
{
    m_experiment.object().erase("job");
    m_experiment.object().erase("tuning");
}

Status ExperimentWork::prepare()
{
    return writeFileAtomically(m_job / "job.experiment.json", writeJson(m_experiment, 2) + "\n");
}

Result<jobs::Launch> ExperimentWork::launch(std::optional<std::int64_t> haltAt)
{
    jobs::Launch launch;
    launch.log = jobs::logFile(m_job);
    launch.output = m_job / "result.json";
    // Whoever ran it may have died after its end.
    const auto known = run().empty() ? Result<store::RunSummary>(Error{}) : store::summarize(run());
    if (known && hasEnded(known->state)) {
        launch.command = {programHere().string(), "runs", "show", run(), "--runs", m_runs.string(), "--json"};
        return launch;
    }
    m_before = known ? known->steps : 0;
    m_begun = false;
    launch.command = {programHere().string(),
                      "train",
                      (m_job / "job.experiment.json").string(),
                      "--runs",
                      m_runs.string(),
                      "--run-file",
                      (m_job / "run").string(),
                      "--device",
                      m_device,
                      "--json"};
    if (haltAt)
        launch.command.insert(launch.command.end(), {"--halt-at", std::to_string(*haltAt)});
    return launch;
}

std::int64_t ExperimentWork::savedStep()
{
    std::int64_t step = 0;
    if (!run().empty())
        for (const store::CheckpointFile& file : store::listCheckpoints(fs::path(run()) / "checkpoints"))
            step = std::max(step, file.step);
    return step;
}

std::int64_t ExperimentWork::step()
{
    if (run().empty())
        return 0;
    const auto record = store::readRun(run());
    if (!record)
        return -1;
    const auto loss = record->scalars.find("train/loss");
    std::int64_t steps = record->finished ? record->finished->steps : 0;
    if (loss != record->scalars.end() && !loss->second.steps.empty())
        steps = std::max(steps, loss->second.steps.back() + (record->finished ? 0 : 1));
    return steps;
}

// Recorded again where it goes on: what stood there before does not count.
bool ExperimentWork::begun()
{
    const double now = steadySeconds();
    if (m_begun || run().empty() || now - m_looked < lookEvery)
        return m_begun;
    m_looked = now;
    const auto known = store::summarize(run());
    return m_begun =
               known && known->steps > 0 && (known->steps != m_before || known->state == events::RunState::Running);
}

std::string ExperimentWork::failure()
{
    const auto told = readJson(m_job / "result.json");
    return told ? (*told)["error"]["message"].text() : std::string();
}

std::string ExperimentWork::run()
{
    if (m_run.empty())
        if (const auto named = readFile(m_job / "run", 1 << 16))
            m_run = *named;
    return m_run;
}

Result<Value> jobExperiment(const std::string& file, const std::vector<std::string>& sets)
{
    auto read = readJson(file);
    if (!read) {
        Error error = read.error();
        error.kind = ErrorKind::Spec;
        return error;
    }
    Value given = std::move(*read);
    if (!given.isObject())
        return Error{ErrorKind::Spec, "is " + std::string(given.typeName()) + ", not an object", file,
                     "An experiment is written in braces: {…}"};
    for (const std::string& set : sets) {
        if (const auto change = core::spec::parseSet(set))
            core::spec::exchangeLaw(given, change->first, change->second.text());
        CORE_CHECK(core::spec::applySet(given, set));
    }
    std::error_code failed;
    const fs::path folder = fs::absolute(file, failed).parent_path();
    core::spec::Checked part = core::spec::checkJob(given["job"], folder);
    if (!part.problems.empty())
        return part.problems.front();
    const auto spec = core::spec::jobFields().read(part.value);
    if (!spec.instance.empty()) {
        CORE_TRY(table, jobs::priceTable());
        CORE_TRY(row, table.forTraining(spec.instance));
        if (spec.spot && !row.spotPricePerHour)
            return Error{ErrorKind::Spec, row.name + " is not had as spot", "/job/spot", "Choose another instance"};
    }
    if (spec.command.empty()) {
        CORE_TRY(resolved, loadExperiment(file, sets));
        CORE_TRY(folds, session::foldsOf(resolved));
        if (folds > 1)
            return Error{ErrorKind::Spec, "a job trains one run, not folds", "/split/kind",
                         "Train the folds with train, or split at random"};
        resolved.object().set("job", std::move(part.value));
        return resolved;
    }
    if (Value* channels =
            given.object().find("data") ? given.object().find("data")->object().find("channels") : nullptr;
        channels && channels->isObject())
        for (auto& [name, path] : channels->object())
            if (path.isText() && !path.text().empty() && path.text().find("://") == std::string::npos)
                path = (folder / path.text()).lexically_normal().string();
    given.object().set("job", std::move(part.value));
    CORE_TRY(script, jobs::scriptJobOf(given, spec));
    (void)script;
    return given;
}

Result<jobs::Job> submitJob(const Value& experiment, std::int64_t priority, const fs::path& runs)
{
    const std::string& name = experiment["name"].text();
    const jobs::JobQueue queue(runs);
    return queue.submit(name.empty() ? "experiment" : name, experiment, priority);
}

namespace {

// A script's scalars as a run, so that rules, plots and comparisons work on them.
Status keepScalars(jobs::JobFile& file, const fs::path& runs)
{
    const auto text = readFile(file.job().folder / "scalars.csv");
    if (!text || std::ranges::count(*text, '\n') < 2 || !file.job().run.empty())
        return {};
    const fs::path named = file.job().folder / (file.job().id + ".csv");
    CORE_CHECK(writeFileAtomically(named, *text));
    CORE_TRY(run, session::importRun(named, runs));
    return file.setRun(run.string());
}

void tellChange(const std::string& id, const jobs::StateChange& change)
{
    std::cerr << id << ": " << jobs::name(change.state)
              << (change.launch > 1 && change.state == jobs::JobState::Training
                      ? " (launch " + std::to_string(change.launch) + ")"
                      : std::string())
              << (change.step > 0 ? " at step " + std::to_string(change.step) : std::string())
              << (change.reason.empty() ? "" : ", " + change.reason) << std::endl;
}

}

Result<jobs::Job> workOnJob(const fs::path& folder, const JobOptions& options)
{
    CORE_TRY(file, jobs::JobFile::open(folder));
    CORE_TRY(spec, core::spec::readJob(file.job().experiment["job"]));
    std::signal(SIGINT, onJobSignal);
    std::signal(SIGTERM, onJobSignal);
    jobs::RunnerWatch watch;
    watch.changed = [&](const jobs::StateChange& change) { tellChange(file.job().id, change); };
    watch.mustLeave = [] { return jobSignal != 0; };
    if (spec.command.empty()) {
        ExperimentWork work(file.job(), options.runs, options.device);
        CORE_TRY(state, jobs::runJob(file, spec, work, watch));
        (void)state;
    } else {
        CORE_TRY(script, jobs::scriptJobOf(file.job().experiment, spec));
        jobs::ScriptWork work(folder, script, spec);
        CORE_TRY(state, jobs::runJob(file, spec, work, watch));
        if (jobs::isFinal(state))
            CORE_CHECK(keepScalars(file, options.runs));
    }
    return file.job();
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

}

Result<Object> describeJob(const jobs::Job& job)
{
    Object object{{"job", job.folder.string()},
                  {"name", job.name},
                  {"state", std::string(jobs::name(job.state()))},
                  {"status", std::string(jobs::primaryStatus(job.state()))},
                  {"priority", job.priority},
                  {"run", job.run.empty() ? Value() : Value(job.run)},
                  {"submitted", job.submitted()}};
    if (!job.changes.empty())
        object.set("reason", job.changes.back().reason);
    Array changes;
    for (const jobs::StateChange& change : job.changes)
        changes.push_back(Object{{"state", std::string(jobs::name(change.state))},
                                 {"time", change.time},
                                 {"launch", change.launch},
                                 {"on_demand", change.onDemand},
                                 {"step", change.step < 0 ? Value() : Value(change.step)},
                                 {"reason", change.reason}});
    object.set("transitions", std::move(changes));
    if (!job.problem.empty())
        object.set("problem", job.problem);
    if (job.changes.empty())
        return object;
    CORE_TRY(spec, core::spec::readJob(job.experiment["job"]));
    std::optional<jobs::Instance> instance;
    std::string currency, date;
    if (!spec.instance.empty())
        if (const auto table = jobs::priceTable())
            if (const auto row = table->forTraining(spec.instance)) {
                instance = *row;
                currency = table->currency;
                date = table->date;
            }
    jobs::Ledger ledger = jobs::ledgerOf(job, instance, spec.instanceCount, spec.spot, wallSeconds());
    ledger.currency = currency;
    ledger.priceDate = date;
    Object told = jobs::asObject(ledger);
    const double hour = instance ? instance->pricePerHour * double(spec.instanceCount) *
                                       (ledger.trainingS > 0 ? ledger.billableS / ledger.trainingS : 1)
                                 : 0;
    if (auto intervals = measuredIntervals(job, ledger, hour))
        told.set("intervals", std::move(*intervals));
    object.set("ledger", std::move(told));
    object.set("log", jobs::logFile(job.folder).string());
    return object;
}

std::string jobSentence(const Object& described)
{
    const Value all = described;
    const Value& ledger = all["ledger"];
    std::string text = all["job"].text() + "\n  " + all["state"].text();
    if (!all["reason"].text().empty())
        text += ": " + all["reason"].text();
    text += "\n";
    if (ledger.isObject()) {
        text += "  trained " + duration(ledger["training_s"].toReal()) + ", waited " +
                duration(ledger["waiting_s"].toReal()) + ", " + std::to_string(ledger["launches"].toInt()) +
                (ledger["launches"].toInt() == 1 ? " launch, " : " launches, ") +
                std::to_string(ledger["interruptions"].toInt()) +
                (ledger["interruptions"].toInt() == 1 ? " interruption" : " interruptions");
        if (ledger["lost_steps"].toInt() > 0)
            text += ", " + std::to_string(ledger["lost_steps"].toInt()) + " steps done again";
        text += "\n";
        if (ledger["cost"].isNumber()) {
            char money[160];
            std::snprintf(money, sizeof money, "  %.4g %s by the price table of %s, saved %.1f %%\n",
                          ledger["cost"].toReal(), ledger["currency"].text().c_str(),
                          ledger["price_date"].text().c_str(), ledger["saving_percent"].toReal());
            text += money;
        }
        if (const Value& intervals = ledger["intervals"]; intervals.isObject())
            text += "  a checkpoint every " + shown(intervals["daly_s"].toReal()) + " s would cost least (Daly), " +
                    shown(intervals["young_s"].toReal()) + " s by Young\n";
    }
    if (all["run"].isText())
        text += "  run " + all["run"].text() + "\n";
    return text;
}

int jobStatus(const jobs::Job& job)
{
    if (job.state() == jobs::JobState::Failed || job.state() == jobs::JobState::MaxWaitTimeExceeded)
        return 4;
    if (!jobs::isFinal(job.state()))
        return jobSignal == SIGTERM ? 143 : 130;
    return 0;
}

}
