// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning.h"
#include "app/cli/command.h"
#include "app/cli/study_control.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/tuning_orders.h"
#include "core/tune/analysis.h"
#include "core/tune/feasible.h"
#include "core/tune/records.h"

#include <csignal>
#include <iostream>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
namespace tune = core::tune;

namespace {

volatile std::sig_atomic_t tuneSignal = 0;

extern "C" void onStudySignal(int number)
{
    tuneSignal = number;
    std::signal(number, SIG_DFL);
}

std::filesystem::path thisProgram()
{
    std::error_code failed;
    return std::filesystem::read_symlink("/proc/self/exe", failed);
}

Value toValue(const std::vector<double>& values)
{
    Array all;
    for (const double value : values)
        all.push_back(tune::numberAsValue(value));
    return values.size() == 1 ? all.front() : values.empty() ? Value() : Value(std::move(all));
}

Object toObject(const tune::Trial& trial)
{
    Object object{{"number", trial.number},
                  {"state", std::string(tune::name(trial.state))},
                  {"parameters", trial.parameters},
                  {"value", toValue(trial.values)},
                  {"run", trial.run}};
    if (trial.stop)
        object.set("stop", Object{{"rule", trial.stop->rule},
                                  {"step", trial.stop->step},
                                  {"value", tune::numberAsValue(trial.stop->value)},
                                  {"limit", tune::numberAsValue(trial.stop->limit)},
                                  {"message", trial.stop->message}});
    if (!trial.error.empty())
        object.set("error", trial.error);
    for (const char* key : {"held", "job", "constraints"})
        if (const Value* note = trial.notes.find(key))
            object.set(key, *note);
    return object;
}

// Why there is no best; empty while there may be one, or is.
std::string whyNoBest(const tune::StudyState& state)
{
    std::int64_t failed = 0;
    const tune::Trial* last = nullptr;
    for (const tune::Trial& trial : state.trials)
        if (trial.state == tune::TrialState::Failed) {
            ++failed;
            last = &trial;
        } else if (trial.state != tune::TrialState::Skipped) {
            return {};
        }
    if (failed == 0)
        return {};
    return "no trial has a value: " + std::to_string(failed) + " failed, the last since " + last->error;
}

// What a study of points by hand waits for; empty: it does not.
std::string whatToPick(const session::StudyFolder& folder, const tune::StudyState& state)
{
    const auto sampler = tune::allSamplers().make(state.spec.strategy);
    const bool goesOn = state.count(tune::TrialState::Waiting) + state.count(tune::TrialState::Running) > 0;
    if (!state.ended.empty() || goesOn || !sampler || !(*sampler)->waitsForPeople())
        return {};
    std::string point;
    for (const tune::Parameter& parameter : state.space.parameters())
        point += " " + parameter.path + "=…";
    return "the study waits for a point of yours: study enqueue " + folder.id() + point +
           ", then tune again; or study ask and study tell for trials outside";
}

Object toObject(const session::StudyFolder& folder, const tune::StudyState& state)
{
    Array trials;
    std::int64_t stopped = 0;
    for (const tune::Trial& trial : state.trials) {
        trials.push_back(toObject(trial));
        stopped += trial.state == tune::TrialState::Stopped;
    }
    const tune::Trial* best = state.history().best();
    Object object{{"study", folder.path.string()},
                  {"trials", std::move(trials)},
                  {"best", best ? Value(toObject(*best)) : Value()},
                  {"stopped_early", stopped},
                  {"ended", state.ended}};
    if (state.share)
        object.set("share", tune::records::asValue(*state.share));
    if (const std::string why = whyNoBest(state); !why.empty())
        object.set("problem", why);
    if (const std::string what = whatToPick(folder, state); !what.empty())
        object.set("waits", what);
    return object;
}

Value orNull(const std::optional<double>& number)
{
    return number ? Value(*number) : Value();
}

// What a study would take, before it is made.
Outcome planned(const session::StudyPlan& plan)
{
    Array metrics, warnings;
    for (const std::string& metric : plan.metrics)
        metrics.emplace_back(metric);
    for (const Error& warning : plan.warnings)
        warnings.emplace_back(core::base::describe(warning));
    const tune::Estimate& estimate = plan.estimate;
    Object object{{"jobs", estimate.jobs},
                  {"max_parallel_jobs", plan.spec.maxParallelJobs},
                  {"strategy", plan.spec.strategy.kind},
                  {"trial_seconds", plan.trial ? Value(plan.trial->seconds) : Value()},
                  {"seconds", orNull(estimate.seconds)},
                  {"all_trials_seconds", orNull(estimate.trialSeconds)},
                  {"cost", orNull(estimate.cost)},
                  {"executor", plan.spec.executor},
                  {"share", plan.share() ? tune::records::asValue(*plan.share()) : Value()},
                  {"metrics", std::move(metrics)},
                  {"warnings", std::move(warnings)}};
    std::string text = std::to_string(estimate.jobs) + " trials by " + plan.spec.strategy.kind;
    if (plan.trial) {
        text += ", about " + duration(plan.trial->seconds) + " each";
        text += estimate.seconds ? "; all of them about " + duration(*estimate.seconds) : std::string();
        if (const auto share = plan.share())
            text += "\n" + session::inWords(*share);
    }
    if (estimate.cost)
        text += "\nabout " + shown(*estimate.cost) + " at " + shown(*plan.spec.pricePerHour) + " an hour of a trial";
    text += "\nmetrics of a run:";
    for (const std::string& metric : plan.metrics)
        text += " " + metric;
    for (const Error& warning : plan.warnings)
        text += "\n" + core::base::describe(warning);
    return {std::move(object), text + "\n"};
}

std::string parametersOf(const tune::Trial& trial)
{
    std::string text;
    for (const auto& [path, value] : trial.parameters)
        text += (text.empty() ? "" : ", ") + path + " " + (value.isReal() ? shown(value.toReal()) : writeJson(value));
    return text;
}

std::string lineOf(const tune::Trial& trial)
{
    std::string text = "trial " + std::to_string(trial.number) + " " + std::string(tune::name(trial.state));
    for (const double value : trial.values)
        text += " " + shown(value);
    text += ": " + parametersOf(trial);
    if (trial.stop)
        text += "\n  " + (trial.stop->message.empty() ? "stopped by a person" : trial.stop->message);
    if (!trial.error.empty())
        text += "\n  " + trial.error;
    if (const std::string why = tune::whyInfeasible(trial); !why.empty())
        text += "\n  infeasible: " + why;
    for (const char* key : {"held", "job"})
        if (const Value* note = trial.notes.find(key))
            text += std::string("\n  ") + key + ": " + note->text();
    return text;
}

std::string inWords(const session::StudyFolder& folder, const tune::StudyState& state)
{
    std::string text;
    for (const tune::Trial& trial : state.trials)
        text += lineOf(trial) + "\n";
    if (const tune::Trial* best = state.history().best())
        text += "best: trial " + std::to_string(best->number) + ", " + state.spec.objective.front().metric + " " +
                shown(best->values.front()) + "\n  " + parametersOf(*best) + "\n";
    if (const std::string why = whyNoBest(state); !why.empty())
        text += why + "\n";
    if (const std::string what = whatToPick(folder, state); !what.empty())
        text += what + "\n";
    if (!state.ended.empty())
        text += "ended: " + state.ended + "\n";
    if (state.share)
        text += session::inWords(*state.share) + "\n";
    return text + "study " + folder.path.string() + "\n";
}

struct TuneOptions {
    std::string experiment, device = "auto", resume = "auto", executor, study;
    std::vector<std::string> sets, parents;
    std::optional<std::int64_t> maxJobs, maxParallelJobs;
    std::int64_t trial = 0;
    bool dryRun = false;
};

Result<session::StudySubject> given(const TuneOptions& options)
{
    CORE_TRY(text, readFile(options.experiment));
    CORE_TRY(tree, parseJson(text));
    for (const std::string& set : options.sets)
        CORE_CHECK(core::spec::applySet(tree, set));
    const auto number = [&](const char* key, const std::optional<std::int64_t>& value) -> Status {
        return value ? tree.setAt(std::string("tuning.") + key, *value) : Status{};
    };
    CORE_CHECK(number("max_jobs", options.maxJobs));
    CORE_CHECK(number("max_parallel_jobs", options.maxParallelJobs));
    if (!options.parents.empty()) {
        Array parents;
        for (const std::string& parent : options.parents)
            parents.emplace_back(parent);
        CORE_CHECK(tree.setAt("tuning.warm_start.parents", std::move(parents)));
    }
    std::error_code failed;
    return session::StudySubject{std::move(tree), std::filesystem::absolute(options.experiment, failed).parent_path()};
}

// A study of the same experiment that has not ended.
std::optional<session::StudyFolder> unfinished(const session::StudySubject& subject, const std::filesystem::path& runs)
{
    for (const session::StudyFolder& study : session::listStudies(runs)) {
        const auto other = session::readSubject(study);
        const auto read = session::readStudy(study);
        if (other && *other == subject && read && read->state.ended.empty())
            return study;
    }
    return {};
}

Result<session::StudyFolder> studyOf(const TuneOptions& options, const std::filesystem::path& runs)
{
    CORE_TRY(subject, given(options));
    if (options.resume == "auto")
        if (const auto found = unfinished(subject, runs)) {
            // A study that is told from outside has free names, which no run knows.
            CORE_CHECK(session::planStudy(subject, session::PlanDepth::Text, options.device, options.executor));
            std::cerr << "goes on with " << found->id() << std::endl;
            return *found;
        }
    CORE_TRY(plan, session::planStudy(subject, session::PlanDepth::Measure, options.device, options.executor));
    for (const Error& warning : plan.warnings)
        std::cerr << core::base::describe(warning) << std::endl;
    CORE_TRY(made, session::createStudy(subject, plan.spec, runs, plan.share()));
    std::cerr << made.id() << ": " << plan.estimate.jobs << " trials, " << plan.spec.maxParallelJobs << " at once, by "
              << plan.spec.strategy.kind
              << (plan.estimate.seconds ? ", about " + duration(*plan.estimate.seconds) : std::string()) << std::endl;
    if (const auto share = plan.share())
        std::cerr << session::inWords(*share) << std::endl;
    return made;
}

Result<Outcome> conductStudy(const session::StudyFolder& folder, const session::Tuner::Options& how)
{
    CORE_TRY(tuner, session::Tuner::open(folder, how));
    std::signal(SIGINT, onStudySignal);
    std::signal(SIGTERM, onStudySignal);
    std::vector<tune::TrialState> seen(tuner->state().trials.size(), tune::TrialState::Waiting);
    for (std::size_t i = 0; i < seen.size(); ++i)
        seen[i] = tuner->state().trials[i].state;
    session::StudyOrders orders(folder);
    CORE_CHECK(tuner->run([&](const tune::StudyState& state) {
        orders.take(*tuner);
        seen.resize(state.trials.size(), tune::TrialState::Waiting);
        for (std::size_t i = 0; i < seen.size(); ++i)
            if (seen[i] != state.trials[i].state) {
                seen[i] = state.trials[i].state;
                if (tune::isFinished(seen[i]))
                    std::cerr << lineOf(state.trials[i]) << std::endl;
            }
        return tuneSignal == 0;
    }));
    Outcome outcome{toObject(folder, tuner->state()), inWords(folder, tuner->state())};
    outcome.status = tuneSignal == SIGTERM ? 143 : tuneSignal ? 130 : 0;
    return outcome;
}

session::Tuner::Options hostOf(const TuneOptions& options, const Common& common)
{
    session::Tuner::Options how{common.runsFolder(), thisProgram(), options.device, {}, options.executor};
    how.say = [](const std::string& what) { std::cerr << what << std::endl; };
    how.serve = [runs = common.runs] { return serveTrials(runs); };
    return how;
}

Result<Outcome> runTune(const TuneOptions& options, const Common& common)
{
    if (options.dryRun) {
        CORE_TRY(subject, given(options));
        CORE_TRY(plan, session::planStudy(subject, session::PlanDepth::Measure, options.device, options.executor));
        return planned(plan);
    }
    CORE_TRY(folder, studyOf(options, common.runsFolder()));
    CORE_TRY(read, session::readStudy(folder));
    if (read.state.paused)
        CORE_CHECK(session::orderStudy(folder, Object{{"do", "resume"}}));
    return conductStudy(folder, hostOf(options, common));
}

Result<Outcome> runRevive(const TuneOptions& options, const Common& common)
{
    CORE_TRY(folder, session::findStudy(options.study, common.runsFolder()));
    session::Tuner::Options how = hostOf(options, common);
    how.only = options.trial;
    {
        CORE_TRY(study, tune::Study::open(folder.journal()));
        CORE_CHECK(study.revive(options.trial));
        CORE_CHECK(study.start(options.trial));
    }
    CORE_TRY(outcome, conductStudy(folder, how));
    CORE_TRY(read, session::readStudy(folder));
    const tune::Trial& trial = read.state.trials[std::size_t(options.trial)];
    outcome.object = toObject(trial);
    outcome.object.set("study", folder.path.string());
    outcome.text = lineOf(trial) + "\n";
    return outcome;
}

Result<Outcome> runShow(const TuneOptions& options, const Common& common)
{
    CORE_TRY(folder, session::findStudy(options.study, common.runsFolder()));
    CORE_TRY(read, session::readStudy(folder));
    return Outcome{toObject(folder, read.state), inWords(folder, read.state)};
}

}

void addTuning(Program& program)
{
    auto options = std::make_shared<TuneOptions>();
    Common& common = program.common;
    const auto shared = [&](CLI::App* command) {
        command->add_option("--runs", common.runs, "Folder of the runs and studies");
        command->add_option("--device", options->device, "auto, cpu, cuda, cuda:N");
    };
    CLI::App* tuned = program.app.add_subcommand("tune", "Search for good settings: train the trials of a study");
    tuned->add_option("experiment", options->experiment, "Experiment file with a part \"tuning\"")->required();
    tuned->add_option("--set", options->sets, "Change a setting: PATH=VALUE, such as tuning.max_jobs=20")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    tuned->add_option("--resume", options->resume, "auto: go on with an unfinished study of the same experiment")
        ->check(CLI::IsMember({"auto", "never"}))
        ->capture_default_str();
    tuned->add_option("--max-jobs", options->maxJobs, "How many trials");
    tuned->add_option("--max-parallel-jobs", options->maxParallelJobs, "How many at once");
    tuned->add_option("--warm-start", options->parents, "Studies to learn from")->expected(1)->take_all();
    const auto executor = [&](CLI::App* command) {
        command
            ->add_option("--executor", options->executor,
                         "Where trials run: local (processes of this machine) or slurm (jobs over a shared folder); "
                         "else as tuning.executor says")
            ->check(CLI::IsMember({"local", "slurm"}));
    };
    executor(tuned);
    tuned->add_flag("--dry-run", options->dryRun,
                    "Only tell how many trials, how long and at what cost: a few steps are trained to know it");
    shared(tuned);
    program.on(tuned, [options, &common] { return runTune(*options, common); });

    CLI::App* trial = program.app.add_subcommand("trial", "One trial of a study");
    trial->require_subcommand(1);
    CLI::App* revive = trial->add_subcommand("revive", "Go on with a stopped trial from where it was, to its end");
    revive->add_option("study", options->study, "The study's folder or id")->required();
    revive->add_option("number", options->trial, "The trial")->required();
    executor(revive);
    shared(revive);
    program.on(revive, [options, &common] { return runRevive(*options, common); });

    CLI::App* study = program.app.add_subcommand("study", "Studies that were made");
    study->require_subcommand(1);
    CLI::App* show = study->add_subcommand("show", "Its trials, as far as they are; also while it goes on");
    show->add_option("study", options->study, "The study's folder or id")->required();
    shared(show);
    program.on(show, [options, &common] { return runShow(*options, common); });
    addOutside(program, study);
    addExchange(program, study);
    addControl(program, study, trial);
}

}
