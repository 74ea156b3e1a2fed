// SPDX-License-Identifier: GPL-3.0-or-later
// The hidden command that trains one trial of a study in a process of its own, or several that standard input names,
// and tells of it on file 3, or at the end of a file that whoever listens reads.
#include "app/cli/command.h"
#include "app/cli/trial_voice.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/folds.h"
#include "core/session/script_trial.h"
#include "core/session/session.h"
#include "core/store/run_folder.h"
#include "core/store/run_names.h"
#include "core/store/run_record.h"
#include "core/tune/journal.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace app::cli {

using namespace core::base;
namespace events = core::events;
namespace session = core::session;

namespace {

constexpr auto lookAfter = std::chrono::milliseconds(50);
constexpr double workerPatience = 60; ///< seconds, for the worker before this one

// Tells the first objective after each evaluation; the step is how many epochs are done.
class Teller final : public events::EventSink {
public:
    Teller(std::string metric, const Voice& voice) : m_metric(std::move(metric)), m_voice(voice) {}

    /// What a run recorded before it was gone on with: who listens leaves out what was heard.
    void tellAgain(const core::store::RunRecord& record)
    {
        const auto series = record.scalars.find(m_metric);
        if (series == record.scalars.end() || !record.opened || record.opened->stepsPerEpoch <= 0)
            return;
        for (const events::Event& event : record.events)
            if (std::holds_alternative<events::PlanChanged>(event))
                return;
        m_every = m_metric.starts_with("train/");
        m_stepsPerEpoch = record.opened->stepsPerEpoch;
        for (std::size_t i = 0; i < series->second.steps.size() && i < series->second.values.size(); ++i)
            take(series->second.steps[i], series->second.values[i]);
    }

    void onScalars(const events::ScalarRow& row) override
    {
        if (row.group == m_group && m_stepsPerEpoch > 0 && m_place < row.count)
            take(row.step, row.values[m_place]);
    }
    void onEvent(const events::Event& event) override
    {
        if (const auto* opened = std::get_if<events::RunOpened>(&event)) {
            m_stepsPerEpoch = opened->stepsPerEpoch;
            for (std::size_t g = 0; g < opened->groups.size(); ++g)
                for (std::size_t i = 0; i < opened->groups[g].size(); ++i)
                    if (opened->groups[g][i] == m_metric) {
                        m_group = g;
                        m_place = i;
                    }
            m_every = m_metric.starts_with("train/");
        } else if (const auto* plan = std::get_if<events::PlanChanged>(&event)) {
            m_since = plan->step;
            m_epochs = plan->epochs;
            m_stepsPerEpoch = plan->stepsPerEpoch;
        }
    }

private:
    std::string m_metric;
    const Voice& m_voice;
    std::size_t m_group = std::size_t(-1), m_place = 0;
    std::int64_t m_stepsPerEpoch = 0, m_since = 0, m_told = 0;
    double m_epochs = 0;
    bool m_every = false; ///< it is told at every step, not at evaluations

    void take(std::int64_t step, double value)
    {
        const std::int64_t steps = m_every ? step + 1 : step;
        if (m_every && (steps - m_since) % m_stepsPerEpoch != 0)
            return;
        const double epochs = m_epochs + double(steps - m_since) / double(m_stepsPerEpoch);
        const auto done = std::int64_t(epochs + 0.999999);
        if (done > m_told)
            m_voice.tell({{"step", m_told = done}, {"value", core::tune::numberAsValue(value)}});
    }
};

struct WorkerOptions {
    std::string experiment, run, lines, device = "auto";
    std::vector<std::string> sets, metrics;
    bool serves = false;
    std::shared_ptr<Voice> voice = std::make_shared<Voice>();
};

Object metricsOf(const std::vector<std::pair<std::string, double>>& metrics)
{
    Object object;
    for (const auto& [name, value] : metrics)
        object.set(name, core::tune::numberAsValue(value));
    return object;
}

// Trains to the end or until it is asked to end; in what state it is left.
events::RunFinished trainThrough(session::Session& run, const Voice& voice)
{
    std::atomic<bool> asked = false;
    const auto stop = [&] {
        if (!asked.exchange(true))
            (void)run.post(session::Stop{true});
    };
    run.start();
    voice.endBy(stop);
    do {
        voice.flush();
        if (voice.mustEnd())
            stop();
    } while (!run.waitFor(Voice::lookAfter));
    voice.endBy({});
    return run.wait();
}

Status end(const events::RunFinished& result, const std::vector<std::pair<std::string, double>>& metrics,
           const Voice& voice)
{
    const bool failed = result.state == events::RunState::Failed;
    voice.tell({{"ended", std::string(events::name(result.state))},
                {"steps", result.steps},
                {"metrics", metricsOf(metrics)},
                {"error", failed ? core::base::describe(result.error) : std::string()}});
    syncTold();
    return {};
}

// A trial of folds tells each fold's value as a step of its own; its own is their mean.
Status trainFolds(const Value& resolved, std::int64_t folds, const session::Options& how, const WorkerOptions& options)
{
    std::vector<std::vector<std::pair<std::string, double>>> metrics;
    events::RunFinished last;
    for (std::int64_t fold = 0; fold < folds; ++fold) {
        CORE_TRY(run, session::Session::create(session::ofFold(resolved, fold), how));
        if (fold == 0)
            options.voice->tell({{"run", run->folder().string()}});
        last = trainThrough(*run, *options.voice);
        if (last.state != events::RunState::Completed && last.state != events::RunState::EarlyStopped)
            return end(last, {}, *options.voice);
        metrics.push_back(last.metrics);
        for (const auto& [name, value] : last.metrics)
            if (name == options.metrics.front())
                options.voice->tell({{"step", fold + 1}, {"value", core::tune::numberAsValue(value)}});
    }
    std::vector<std::pair<std::string, double>> means;
    for (const session::FoldMetric& each : session::overFolds(metrics))
        means.emplace_back(each.name, each.mean);
    return end(last, means, *options.voice);
}

Result<std::unique_ptr<session::Session>> openTrial(const Value& resolved, const session::Options& how,
                                                    const WorkerOptions& options)
{
    // What cannot be gone on with is begun anew.
    if (!options.run.empty()) {
        auto again = session::Session::resume(options.run, how);
        if (again || core::store::isBeingWritten(options.run))
            return again;
    }
    return session::Session::create(resolved, how);
}

// The run of this trial that nobody was told of any more: its name is the trial's alone.
std::string untoldRun(const Value& resolved, const std::filesystem::path& runs)
{
    const std::string name = core::store::sanitisedName(resolved["name"].text());
    std::error_code none;
    std::string first;
    if (name.empty())
        return first;
    for (const auto& entry : std::filesystem::directory_iterator(runs, none)) {
        const std::string id = entry.path().filename().string();
        const bool numbered = id.size() > name.size() + 1 && id.starts_with(name + "-") &&
                              id.find_first_not_of("0123456789", name.size() + 1) == id.npos;
        if (numbered && core::store::isRun(entry.path()) && (first.empty() || entry.path().string() < first))
            first = entry.path().string();
    }
    return first;
}

// A program of a person's own; what it keeps stands beside the trial's experiment.
Status workOnScript(const Value& experiment, const WorkerOptions& options, const Common& common)
{
    constexpr std::string_view ending = ".experiment.json";
    const std::string stem = options.experiment.ends_with(ending)
                                 ? options.experiment.substr(0, options.experiment.size() - ending.size())
                                 : options.experiment;
    const Voice& voice = *options.voice;
    session::ScriptTrial trial{experiment, stem + ".job", common.runsFolder(), options.metrics.front()};
    trial.mustEnd = [&voice] {
        voice.flush();
        return voice.mustEnd();
    };
    trial.opened = [&voice](const std::string& run) { voice.tell({{"run", run}}); };
    trial.report = [&voice](std::int64_t step, double value) {
        voice.tell({{"step", step}, {"value", core::tune::numberAsValue(value)}});
    };
    CORE_TRY(ended, session::runScriptTrial(trial));
    events::RunFinished result;
    result.state = ended.interrupted        ? events::RunState::Interrupted
                   : !ended.failure.empty() ? events::RunState::Failed
                                            : events::RunState::Completed;
    result.steps = ended.steps;
    if (!ended.failure.empty())
        result.error = {ErrorKind::Run, ended.failure, options.experiment, {}};
    return end(result, ended.metrics, voice);
}

Status work(WorkerOptions options, const Common& common)
{
    if (const auto written = readJson(options.experiment); written && session::isScript(*written))
        return workOnScript(*written, options, common);
    CORE_TRY(resolved, loadExperiment(options.experiment, options.sets));
    CORE_TRY(folds, session::foldsOf(resolved));
    if (options.run.empty() && folds <= 1)
        options.run = untoldRun(resolved, common.runsFolder());
    Teller teller(options.metrics.front(), *options.voice);
    if (!options.run.empty()) {
        // The worker before may still be saving.
        const double until = steadySeconds() + workerPatience;
        while (core::store::isBeingWritten(options.run) && steadySeconds() < until && !options.voice->mustEnd())
            std::this_thread::sleep_for(lookAfter);
        options.voice->tell({{"run", options.run}});
    }
    const session::Options how{common.runsFolder(), options.device};
    // The worker before may have died between what it recorded, or its end, and the word of it.
    if (!options.run.empty() && folds <= 1)
        if (const auto record = core::store::readRun(options.run)) {
            teller.tellAgain(*record);
            if (record->finished && record->state != events::RunState::Stopped &&
                record->state != events::RunState::Interrupted)
                return end(*record->finished, record->finished->metrics, *options.voice);
        }
    if (folds > 1)
        return trainFolds(resolved, folds, how, options);
    CORE_TRY(run, openTrial(resolved, how, options));
    options.voice->tell({{"run", run->folder().string()}});
    const auto listening = run->events().subscribe(teller);
    const events::RunFinished result = trainThrough(*run, *options.voice);
    return end(result, result.metrics, *options.voice);
}

Status trainAndTell(const WorkerOptions& options, const Common& common)
{
    Status done = work(options, common);
    if (done)
        return done;
    // What is short now may be there later: that is no fault of the trial.
    const bool later = done.error().kind == ErrorKind::Resource;
    options.voice->tell({{"ended", later ? "no_room" : "failed"},
                         {"metrics", Object{}},
                         {"error", core::base::describe(done.error())}});
    return done;
}

/// Trains the trials that it is given, some of them at once: while one is saved, others train.
class Workshop {
public:
    explicit Workshop(const Common& common) : m_common(common)
    {
        for (int i = 0; i < atOnce; ++i)
            m_threads.emplace_back([this](const std::stop_token& stop) { trainOn(stop); });
    }
    ~Workshop()
    {
        for (const auto& [trial, voice] : m_voices)
            voice->askToEnd();
        for (std::jthread& each : m_threads)
            each.request_stop();
    }

    void take(const Value& line)
    {
        const std::int64_t trial = line["trial"].toInt();
        const std::lock_guard lock(m_mutex);
        if (line["end"].toBool(false)) {
            if (const auto known = m_voices.find(trial); known != m_voices.end())
                known->second->askToEnd();
            return;
        }
        WorkerOptions options;
        options.experiment = line["experiment"].text();
        options.run = line["run"].text();
        options.device = line["device"].text();
        for (const Value& metric : line["metrics"].array())
            options.metrics.push_back(metric.text());
        options.voice = m_voices[trial] = std::make_shared<Voice>(trial);
        m_waiting.push_back(std::move(options));
        m_wake.notify_one();
    }

private:
    static constexpr int atOnce = 3;

    void trainOn(const std::stop_token& stop)
    {
        while (true) {
            WorkerOptions options;
            {
                std::unique_lock lock(m_mutex);
                if (!m_wake.wait(lock, stop, [&] { return !m_waiting.empty(); }))
                    return;
                options = std::move(m_waiting.front());
                m_waiting.pop_front();
            }
            if (options.voice->mustEnd())
                options.voice->tell({{"ended", "interrupted"}, {"steps", 0}, {"metrics", Object{}}, {"error", ""}});
            else
                (void)trainAndTell(options, m_common);
        }
    }

    const Common& m_common;
    std::mutex m_mutex; ///< of what follows
    std::condition_variable_any m_wake;
    std::deque<WorkerOptions> m_waiting;
    std::map<std::int64_t, std::shared_ptr<Voice>> m_voices;
    std::vector<std::jthread> m_threads; ///< last: joined before what they use goes
};

// Until standard input ends, or this process is asked to.
void serve(const Common& common)
{
    Workshop workshop(common);
    std::string text;
    while (!isEndAsked()) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, 1000) <= 0)
            continue;
        char bytes[4096];
        const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (count == 0 || (count < 0 && errno != EINTR))
            return;
        text.append(bytes, std::size_t(std::max<ssize_t>(count, 0)));
        for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
            if (const auto line = parseJson(std::string_view(text).substr(0, end)); line && line->isObject())
                workshop.take(*line);
            text.erase(0, end + 1);
        }
    }
}

}

int serveTrials(const std::string& runs)
{
    letEndBeAsked();
    serve({.runs = runs});
    return 0;
}

void addTrialWorker(Program& program)
{
    auto options = std::make_shared<WorkerOptions>();
    Common& common = program.common;
    CLI::App* worker = program.app.add_subcommand("trial-worker", "Trains one trial of a study");
    worker->group({}); // not for people
    worker->add_option("experiment", options->experiment);
    worker->add_flag("--serve", options->serves);
    worker->add_option("--set", options->sets)->expected(1)->allow_extra_args(false)->take_all();
    worker->add_option("--metric", options->metrics)->expected(1)->allow_extra_args(false)->take_all();
    worker->add_option("--runs", common.runs);
    worker->add_option("--run", options->run);
    worker->add_option("--device", options->device);
    worker->add_option("--tell", options->lines);
    program.on(worker, [options, &common]() -> Result<Outcome> {
        if (options->serves)
            return Outcome{{}, {}, serveTrials(common.runs)};
        letEndBeAsked();
        if (!options->lines.empty()) {
            CORE_TRY(wanted, tellTo(options->lines));
            if (!wanted)
                return Outcome{};
        }
        if (options->experiment.empty() || options->metrics.empty())
            return Error{ErrorKind::Usage, "says not what to train", "trial-worker", "Give a file and --metric"};
        CORE_CHECK(trainAndTell(*options, common));
        return Outcome{};
    });
}

}
