// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/progress.h"
#include "app/cli/ranks.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/session/folds.h"
#include "core/session/rules.h"
#include "core/session/session.h"
#include "core/store/run_folder.h"

#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>
#include <thread>
#include <unistd.h>

namespace app::cli {

using namespace core::base;
namespace events = core::events;
namespace session = core::session;

namespace {

volatile std::sig_atomic_t caught = 0;
std::atomic<bool> stopPosted = false;

// The first asks for a checkpoint and the end; the second ends at once.
extern "C" void onSignal(int number)
{
    caught = number;
    std::signal(number, SIG_DFL);
}

// With the fixes of the rules that were in force when it ended, which may not be those that it began with.
Value findingsOf(const session::Session& run)
{
    const std::vector<events::Finding> findings = run.findings();
    if (findings.empty())
        return Array{};
    const auto record = core::store::readRun(run.folder());
    const Value spec = record ? session::withRulesOf(run.spec(), record->events) : run.spec();
    return session::toList(findings, core::spec::read(spec).rules, run.spec(),
                           record ? record->events : std::vector<events::Event>{});
}

Object describe(const session::Session& run, const events::RunFinished& result, double seconds)
{
    Object object{{"run", run.folder().string()},
                  {"status", std::string(events::name(result.state))},
                  {"epochs", result.epochs},
                  {"steps", result.steps},
                  {"seconds", seconds},
                  {"train_seconds", result.trainSeconds},
                  {"metrics", metricsObject(result.metrics)}};
    if (result.bestEpoch >= 0)
        object.set("best", Object{{"metric", result.bestMetric},
                                  {"value", result.bestValue},
                                  {"epoch", result.bestEpoch},
                                  {"step", result.bestStep}});
    else
        object.set("best", nullptr);
    object.set("findings", findingsOf(run));
    object.set("digest", result.digest);
    return object;
}

std::string sentence(const session::Session& run, const events::RunFinished& result)
{
    std::string text = std::string(events::name(result.state)) + " after " + std::to_string(result.steps) + " steps, " +
                       duration(result.trainSeconds) + "\n";
    for (const auto& [name, value] : result.metrics)
        text += "  " + name + std::string(name.size() < 24 ? 24 - name.size() : 1, ' ') + shown(value) + "\n";
    if (result.bestEpoch >= 0)
        text += "best " + result.bestMetric + " " + shown(result.bestValue) + " at epoch " +
                std::to_string(result.bestEpoch) + "\n";
    return text + "run " + run.folder().string() + "\n";
}

struct TrainOptions {
    std::string experiment;
    std::vector<std::string> sets;
    std::string device = "auto";
    std::string resume = "never";
    std::string runFile;
    std::int64_t haltAt = -1;
};

// Stops the whole process before an update, so that whoever drives it may do something at that very point.
class Halt final : public events::EventSink {
public:
    explicit Halt(std::int64_t at) : m_at(at) {}
    void onScalars(const events::ScalarRow& row) override
    {
        if (m_at < 0 || row.group != 0 || row.step < m_at)
            return;
        m_at = -1;
        ::kill(::getpid(), SIGSTOP);
        // A notice that came meanwhile is heard before the next step, not some steps later.
        const double continued = steadySeconds();
        while (!stopPosted && steadySeconds() - continued < (caught ? 60 : 0.1))
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    void onEvent(const events::Event&) override {}

private:
    std::int64_t m_at;
};

// For whoever drives the process: which run it is, and where it halts.
Result<Outcome> conductDriven(session::Session& run, double started, const TrainOptions& options)
{
    if (!options.runFile.empty())
        CORE_CHECK(writeFileAtomically(options.runFile, run.folder().string()));
    Halt halt(options.haltAt);
    const auto watching = run.events().subscribe(halt);
    return conduct(run, started);
}

}

// Before there is a run, so that none is left without its end.
void listenForSignals()
{
    std::signal(SIGINT, onSignal);
    std::signal(SIGTERM, onSignal);
}

Result<Outcome> conduct(session::Session& run, double started, Object more)
{
    events::RunFinished result;
    int signalled = 0;
    {
        ProgressLine line;
        const auto watching = run.events().subscribe(line);
        run.start();
        for (int looks = 0; !run.finished(); ++looks) {
            if (caught && !signalled) {
                signalled = caught;
                (void)run.post(session::Stop{true});
                stopPosted = true;
            }
            // A short run's end is seen at once; beside a long one a look now and then does.
            std::this_thread::sleep_for(std::chrono::milliseconds(looks < 200 ? 5 : 25));
        }
        result = run.wait();
    }
    const double seconds = core::base::steadySeconds() - started;
    const bool interrupted = result.state == events::RunState::Interrupted;
    // Another rank was lost: nothing is, since there is a checkpoint.
    if (interrupted && result.error.kind == ErrorKind::Run && !result.error.message.empty() && !signalled) {
        Error error = result.error;
        error.where = run.folder().string() + ", " + error.where;
        error.advice += (error.advice.empty() ? "" : ". ") + std::string("The run can be gone on with: resume");
        return error;
    }
    if (!result.error.message.empty() && interrupted) {
        std::cerr << "descent-cli: " << core::base::describe(result.error) << std::endl;
    } else if (!result.error.message.empty()) {
        Error error = result.error;
        if (result.state == events::RunState::Failed && error.kind != ErrorKind::Resource &&
            error.kind != ErrorKind::Data && error.kind != ErrorKind::Spec)
            error.kind = ErrorKind::Run;
        return error;
    }
    Object object = describe(run, result, seconds);
    for (auto& [key, value] : more)
        object.set(key, value);
    return Outcome{std::move(object), sentence(run, result), interrupted ? (signalled == SIGTERM ? 143 : 130) : 0};
}

namespace {

// Each fold in a run of its own; what is told is their mean and spread.
Result<Outcome> crossValidate(const Value& resolved, std::int64_t folds, const session::Options& how, double started)
{
    Array each;
    std::vector<std::vector<std::pair<std::string, double>>> metrics;
    std::string text;
    Object whole;
    int status = 0;
    for (std::int64_t fold = 0; fold < folds && status == 0; ++fold) {
        CORE_TRY(run, session::Session::create(session::ofFold(resolved, fold), how));
        std::cerr << "fold " << fold + 1 << " of " << folds << std::endl;
        CORE_TRY(outcome, conduct(*run, core::base::steadySeconds()));
        status = outcome.status;
        if (fold == 0)
            whole = outcome.object;
        std::vector<std::pair<std::string, double>> values;
        for (const auto& [name, value] : outcome.object.find("metrics")->object())
            values.emplace_back(name, value.toReal());
        metrics.push_back(std::move(values));
        Object told{{"fold", fold}};
        for (const auto& [key, value] : outcome.object)
            told.set(key, value);
        whole.set("status", outcome.object.find("status")->text());
        each.push_back(std::move(told));
    }
    Object means, spreads;
    for (const session::FoldMetric& metric : session::overFolds(metrics)) {
        means.set(metric.name, metric.mean);
        spreads.set(metric.name, metric.spread);
        text += "  " + metric.name + std::string(metric.name.size() < 24 ? 24 - metric.name.size() : 1, ' ') +
                shown(metric.mean) + " ± " + shown(metric.spread) + "\n";
    }
    text = "cross-validation, " + std::to_string(each.size()) + " of " + std::to_string(folds) + " folds\n" + text;
    whole.set("metrics", std::move(means));
    whole.set("spread", std::move(spreads));
    whole.set("seconds", core::base::steadySeconds() - started);
    whole.set("folds", std::move(each));
    return Outcome{std::move(whole), std::move(text), status};
}

}

void addTraining(Program& program)
{
    auto options = std::make_shared<TrainOptions>();
    Common& common = program.common;

    CLI::App* train = program.app.add_subcommand("train", "Train one run");
    train->add_option("experiment", options->experiment, "Experiment file (*.experiment.json)")->required();
    train->add_option("--set", options->sets, "Change a setting: PATH=VALUE, such as train.optimizer.lr=0.1")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    train->add_option("--runs", common.runs, "Folder of the runs");
    train->add_option("--device", options->device, "auto, cpu, cuda, cuda:N; cuda:0,1: a rank on each")
        ->capture_default_str();
    train->add_option("--resume", options->resume, "auto: go on with an interrupted run of the same experiment")
        ->check(CLI::IsMember({"auto", "never"}))
        ->capture_default_str();
    // Of the program's own, for jobs.
    train->add_option("--run-file", options->runFile, "Goes on with the run that this file names, else names it there")
        ->group("");
    train->add_option("--halt-at", options->haltAt, "Stops itself (SIGSTOP) when so many updates are done")->group("");
    program.on(train, [options, &common]() -> Result<Outcome> {
        const double started = core::base::steadySeconds();
        listenForSignals();
        CORE_TRY(place, session::placeHere());
        if (place) {
            // One object for all ranks, whose outputs become one.
            if (common.json && place->rank > 0 && place->oneOutput) {
                common.json = false;
                common.silent = true;
            }
            CORE_TRY(shared,
                     loadSpread(options->experiment, place->size, options->sets, options->device, place->localSize));
            return trainAsRank(*place, shared,
                               {common.runsFolder(), options->device, options->resume, place->localSize}, started);
        }
        CORE_TRY(resolved, loadForDevices(options->experiment, options->sets, options->device));
        session::Options how{common.runsFolder(), options->device};
        if (!options->runFile.empty())
            if (const auto known = readFile(options->runFile, 1 << 16)) {
                CORE_TRY(run, session::Session::resume(*known, how));
                return conductDriven(*run, started, *options);
            }
        if (options->resume == "auto")
            if (const auto found = session::findInterrupted(resolved, how.runs)) {
                CORE_TRY(run, session::Session::resume(*found, how));
                return conduct(*run, started);
            }
        CORE_TRY(folds, session::foldsOf(resolved));
        if (folds > 1)
            return crossValidate(resolved, folds, how, started);
        CORE_TRY(run, session::Session::create(resolved, how));
        return conductDriven(*run, started, *options);
    });

    auto folder = std::make_shared<std::string>();
    CLI::App* resume = program.app.add_subcommand("resume", "Go on with an interrupted run");
    resume->add_option("run", *folder, "The run's folder or id")->required();
    resume->add_option("--runs", common.runs, "Folder of the runs");
    resume->add_option("--device", options->device, "auto, cpu, cuda, cuda:N");
    program.on(resume, [options, folder, &common]() -> Result<Outcome> {
        const double started = core::base::steadySeconds();
        listenForSignals();
        CORE_TRY(path, core::store::findRun(*folder, common.runsFolder()));
        CORE_TRY(run, session::Session::resume(path, {common.runsFolder(), options->device}));
        return conduct(*run, started);
    });
}

}
