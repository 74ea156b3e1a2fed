// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/job_work.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/job_facts.h"
#include "core/session/script_run.h"
#include "core/spec/kinds.h"
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

// Another kind keeps of the one before what it knows too.
Status applyJobSet(Value& given, const std::string& set)
{
    constexpr std::string_view kind = ".kind";
    CORE_TRY(change, core::spec::parseSet(set));
    const auto& [path, value] = change;
    core::spec::exchangeLaw(given, path, value.text());
    if (path.ends_with(kind) && given.at(path))
        return core::spec::chooseKind(given, path.substr(0, path.size() - kind.size()), value, session::catalog());
    return core::spec::applySet(given, set);
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
    for (const std::string& set : sets)
        CORE_CHECK(applyJobSet(given, set));
    std::error_code failed;
    std::vector<std::string> notes;
    auto experiment = session::jobExperiment({std::move(given), fs::absolute(file, failed).parent_path()}, &notes);
    for (const std::string& note : notes)
        std::cerr << "note: " << note << "\n";
    return experiment;
}

namespace {

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
    // A script works in its job's folder, and whoever takes the job over may stand elsewhere.
    CORE_TRY(file, jobs::JobFile::open(fs::absolute(folder)));
    const fs::path runs = fs::absolute(options.runs);
    CORE_TRY(spec, core::spec::readJob(file.job().experiment["job"]));
    std::signal(SIGINT, onJobSignal);
    std::signal(SIGTERM, onJobSignal);
    jobs::RunnerWatch watch;
    watch.changed = [&](const jobs::StateChange& change) { tellChange(file.job().id, change); };
    watch.mustLeave = [] { return jobSignal != 0; };
    if (spec.command.empty()) {
        ExperimentWork work(file.job(), runs, options.device);
        CORE_TRY(state, jobs::runJob(file, spec, work, watch));
        (void)state;
    } else {
        CORE_TRY(script, jobs::scriptJobOf(file.job().experiment, spec));
        session::ScriptRunWork work(file.job(), script, spec, runs);
        CORE_TRY(state, jobs::runJob(file, spec, work, watch));
        if (jobs::isFinal(state)) {
            CORE_CHECK(work.end(file.job().changes.back()));
            if (const std::string run = work.run(); !run.empty())
                CORE_CHECK(file.setRun(run));
        }
    }
    return file.job();
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
