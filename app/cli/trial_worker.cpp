// SPDX-License-Identifier: GPL-3.0-or-later
// The hidden command that trains one trial of a study in a process of its own, and tells of it on file 3, or at the end
// of a file that whoever listens reads.
#include "app/cli/command.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/folds.h"
#include "core/session/session.h"
#include "core/store/run_folder.h"
#include "core/store/run_names.h"
#include "core/store/run_record.h"
#include "core/tune/journal.h"

#include <csignal>
#include <fcntl.h>
#include <memory>
#include <thread>
#include <unistd.h>

namespace app::cli {

using namespace core::base;
namespace events = core::events;
namespace session = core::session;

namespace {

constexpr auto againAfter = std::chrono::milliseconds(50);
constexpr double patience = 60; ///< seconds, for a disk or for the worker before this one

int toldAt = 3;
bool toldToFile = false;

volatile std::sig_atomic_t askedToEnd = 0;

extern "C" void onTrialEndAsked(int)
{
    askedToEnd = 1;
}

// Whoever listens at a pipe may be gone: then the training ends by itself soon. A file may be on a disk that is full
// for a while.
void tell(const Object& line)
{
    const std::string text = writeJson(line) + "\n";
    std::size_t done = 0;
    double until = 0;
    while (done < text.size()) {
        const ssize_t count = ::write(toldAt, text.data() + done, text.size() - done);
        done += count > 0 ? std::size_t(count) : 0;
        if (count > 0 || errno == EINTR)
            continue;
        if (!toldToFile)
            return;
        if (askedToEnd && until == 0)
            until = steadySeconds() + patience;
        if (until > 0 && steadySeconds() > until)
            return;
        std::this_thread::sleep_for(againAfter);
    }
}

// Its end is synced: the machine may be another's soon. False if this worker is not wanted any more.
Result<bool> tellTo(const std::string& file)
{
    std::error_code none;
    if (std::filesystem::exists(file + ".void", none))
        return false;
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (opened < 0)
        return systemError("open", file, errno);
    // One that was started twice may have left half a line.
    if (::lseek(opened, 0, SEEK_END) > 0 && ::write(opened, "\n", 1) != 1)
        return systemError("write", file, errno);
    toldAt = opened;
    toldToFile = true;
    return true;
}

// Tells the first objective after each evaluation; the step is how many epochs are done.
class Teller final : public events::EventSink {
public:
    explicit Teller(std::string metric) : m_metric(std::move(metric)) {}

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
            tell({{"step", m_told = done}, {"value", core::tune::numberAsValue(value)}});
    }
};

struct Options {
    std::string experiment, run, lines, device = "auto";
    std::vector<std::string> sets, metrics;
};

Object metricsOf(const std::vector<std::pair<std::string, double>>& metrics)
{
    Object object;
    for (const auto& [name, value] : metrics)
        object.set(name, core::tune::numberAsValue(value));
    return object;
}

// Trains to the end or until it is asked to end; in what state it is left.
events::RunFinished trainThrough(session::Session& run)
{
    run.start();
    bool asked = false;
    while (!run.finished()) {
        if (askedToEnd && !asked) {
            asked = true;
            (void)run.post(session::Stop{true});
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return run.wait();
}

Status end(const events::RunFinished& result, const std::vector<std::pair<std::string, double>>& metrics)
{
    const bool failed = result.state == events::RunState::Failed;
    tell({{"ended", std::string(events::name(result.state))},
          {"steps", result.steps},
          {"metrics", metricsOf(metrics)},
          {"error", failed ? core::base::describe(result.error) : std::string()}});
    if (toldToFile)
        (void)::fsync(toldAt);
    return {};
}

// A trial of folds tells each fold's value as a step of its own; its own is their mean.
Status trainFolds(const Value& resolved, std::int64_t folds, const session::Options& how, const Options& options)
{
    std::vector<std::vector<std::pair<std::string, double>>> metrics;
    events::RunFinished last;
    for (std::int64_t fold = 0; fold < folds; ++fold) {
        CORE_TRY(run, session::Session::create(session::ofFold(resolved, fold), how));
        if (fold == 0)
            tell({{"run", run->folder().string()}});
        last = trainThrough(*run);
        if (last.state != events::RunState::Completed && last.state != events::RunState::EarlyStopped)
            return end(last, {});
        metrics.push_back(last.metrics);
        for (const auto& [name, value] : last.metrics)
            if (name == options.metrics.front())
                tell({{"step", fold + 1}, {"value", core::tune::numberAsValue(value)}});
    }
    std::vector<std::pair<std::string, double>> means;
    for (const session::FoldMetric& each : session::overFolds(metrics))
        means.emplace_back(each.name, each.mean);
    return end(last, means);
}

Result<std::unique_ptr<session::Session>> openTrial(const Value& resolved, const session::Options& how,
                                                    const Options& options)
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

Status work(Options options, const Common& common)
{
    CORE_TRY(resolved, loadExperiment(options.experiment, options.sets));
    CORE_TRY(folds, session::foldsOf(resolved));
    if (options.run.empty() && folds <= 1)
        options.run = untoldRun(resolved, common.runsFolder());
    Teller teller(options.metrics.front());
    if (!options.run.empty()) {
        // The worker before may still be saving.
        const double until = steadySeconds() + patience;
        while (core::store::isBeingWritten(options.run) && steadySeconds() < until && !askedToEnd)
            std::this_thread::sleep_for(againAfter);
        tell({{"run", options.run}});
    }
    const session::Options how{common.runsFolder(), options.device};
    // The worker before may have died between what it recorded, or its end, and the word of it.
    if (!options.run.empty() && folds <= 1)
        if (const auto record = core::store::readRun(options.run)) {
            teller.tellAgain(*record);
            if (record->finished && record->state != events::RunState::Stopped &&
                record->state != events::RunState::Interrupted)
                return end(*record->finished, record->finished->metrics);
        }
    if (folds > 1)
        return trainFolds(resolved, folds, how, options);
    CORE_TRY(run, openTrial(resolved, how, options));
    tell({{"run", run->folder().string()}});
    const auto listening = run->events().subscribe(teller);
    const events::RunFinished result = trainThrough(*run);
    return end(result, result.metrics);
}

}

void addTrialWorker(Program& program)
{
    auto options = std::make_shared<Options>();
    Common& common = program.common;
    CLI::App* worker = program.app.add_subcommand("trial-worker", "Trains one trial of a study");
    worker->group({}); // not for people
    worker->add_option("experiment", options->experiment)->required();
    worker->add_option("--set", options->sets)->expected(1)->allow_extra_args(false)->take_all();
    worker->add_option("--metric", options->metrics)->required()->expected(1)->allow_extra_args(false)->take_all();
    worker->add_option("--runs", common.runs);
    worker->add_option("--run", options->run);
    worker->add_option("--device", options->device);
    worker->add_option("--tell", options->lines);
    program.on(worker, [options, &common]() -> Result<Outcome> {
        std::signal(SIGTERM, onTrialEndAsked);
        std::signal(SIGINT, SIG_IGN);
        if (!options->lines.empty()) {
            CORE_TRY(wanted, tellTo(options->lines));
            if (!wanted)
                return Outcome{};
        }
        Status done = work(*options, common);
        if (!done) {
            // What is short now may be there later: that is no fault of the trial.
            const bool later = done.error().kind == ErrorKind::Resource;
            tell({{"ended", later ? "no_room" : "failed"},
                  {"metrics", Object{}},
                  {"error", core::base::describe(done.error())}});
            return std::move(done).error();
        }
        return Outcome{};
    });
}

}
