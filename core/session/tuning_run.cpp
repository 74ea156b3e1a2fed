// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/tuning.h"
#include "core/session/tuning_worker.h"

#include <algorithm>
#include <cstdio>
#include <poll.h>
#include <thread>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Result;
using base::Status;
using base::Value;
using tune::Trial;
using tune::TrialState;

namespace {

constexpr int lookMs = 100;
constexpr double endSeconds = 20; ///< that a worker has to write its checkpoint

}

class Tuner::Work {
public:
    Work(StudyFolder folder, tune::Study study, Options options, StudySubject subject)
        : m_folder(std::move(folder)),
          m_study(std::move(study)),
          m_options(std::move(options)),
          m_subject(std::move(subject))
    {
    }
    ~Work() { endAll(); }

    const StudyFolder& folder() const { return m_folder; }
    const tune::StudyState& state() const { return m_study.state(); }

    Status run(const std::function<bool(const tune::StudyState&)>& going)
    {
        while (true) {
            takeOrders();
            if (going && !going(m_study.state())) {
                endAll();
                return {};
            }
            CORE_CHECK(fill());
            if (m_workers.empty())
                return {};
            CORE_CHECK(look());
        }
    }

    void post(Order order, std::function<void(const Status&)> done)
    {
        const std::lock_guard lock(m_mutex);
        m_orders.push_back({std::move(order), std::move(done)});
    }

private:
    struct Worker {
        std::int64_t trial = 0;
        TrialProcess process;
        std::optional<tune::Stop> stop = {}; ///< why it was asked to end
        std::optional<Value> end = {};       ///< what it said of its end
        double began = 0, asked = 0;         ///< steady seconds; when it was asked to end
    };
    struct Posted {
        Order order;
        std::function<void(const Status&)> done;
    };

    void takeOrders()
    {
        std::deque<Posted> orders;
        {
            const std::lock_guard lock(m_mutex);
            orders.swap(m_orders);
        }
        for (const Posted& each : orders) {
            const Status done = each.order(m_study);
            if (each.done)
                each.done(done);
        }
    }

    const Trial& trial(std::int64_t number) const { return m_study.state().trials[std::size_t(number)]; }
    bool hasWorker(std::int64_t number) const
    {
        return std::ranges::find(m_workers, number, &Worker::trial) != m_workers.end();
    }

    // As many workers as there may be.
    Status fill()
    {
        const tune::StudyState& state = m_study.state();
        // Those that ran when the coordinator was lost go on first.
        for (const Trial& each : state.trials)
            if (each.state == TrialState::Running && !hasWorker(each.number) && isWanted(each.number))
                CORE_CHECK(begin(each.number));
        if (m_options.only)
            return {};
        while (std::int64_t(m_workers.size()) < state.spec.maxParallelJobs) {
            CORE_TRY(next, m_study.ask());
            if (!next)
                break;
            CORE_CHECK(begin(next->number));
        }
        return {};
    }

    bool isWanted(std::int64_t number) const { return !m_options.only || m_options.only == number; }

    Status begin(std::int64_t number)
    {
        const Trial& what = trial(number);
        char label[16];
        std::snprintf(label, sizeof label, "t%03d", int(number));
        const auto file = writeExperiment(what, label);
        if (!file)
            return m_study.fail(number, base::describe(file.error()));
        std::vector<std::string> command{m_options.program.string(), "trial-worker", file->string(),  "--runs",
                                         m_options.runs.string(),    "--device",     m_options.device};
        for (const tune::ObjectiveSpec& each : m_study.state().spec.objective)
            command.insert(command.end(), {"--metric", each.metric});
        if (!what.run.empty())
            command.insert(command.end(), {"--run", what.run});
        auto process = TrialProcess::start(command, m_folder.path / (std::string(label) + ".log"));
        if (!process)
            return m_study.died(number, base::describe(process.error()));
        m_workers.push_back({number, std::move(*process), {}, {}, base::steadySeconds()});
        return {};
    }

    // What a trial is stands beside the study, so that anybody can train it again by hand.
    Result<std::filesystem::path> writeExperiment(const Trial& what, const std::string& label) const
    {
        CORE_TRY(tree, trialExperiment(m_subject, what.parameters));
        CORE_CHECK(tree.setAt("name", m_folder.id() + "-" + label));
        const std::int64_t many = m_study.state().spec.maxParallelJobs;
        if (const Value* threads = tree.at("train.threads"); many > 1 && threads && threads->isText())
            CORE_CHECK(tree.setAt("train.threads",
                                  std::max<std::int64_t>(1, std::int64_t(std::thread::hardware_concurrency()) / many)));
        std::filesystem::path file = m_folder.path / (label + ".experiment.json");
        CORE_CHECK(base::writeFileAtomically(file, base::writeJson(tree, 2) + "\n"));
        return file;
    }

    Status look()
    {
        std::vector<pollfd> handles;
        for (const Worker& each : m_workers)
            handles.push_back({each.process.handle(), POLLIN, 0});
        ::poll(handles.data(), handles.size(), lookMs);
        for (std::size_t i = 0; i < m_workers.size();) {
            CORE_CHECK(hear(m_workers[i]));
            if (!m_workers[i].process.closed()) {
                CORE_CHECK(judge(m_workers[i]));
                ++i;
                continue;
            }
            Worker ended = std::move(m_workers[i]);
            m_workers.erase(m_workers.begin() + std::ptrdiff_t(i));
            CORE_CHECK(finish(ended));
        }
        return {};
    }

    Status hear(Worker& worker)
    {
        for (Object& line : worker.process.told()) {
            if (const Value* run = line.find("run"); run && run->isText() && trial(worker.trial).run != run->text())
                CORE_CHECK(m_study.setRun(worker.trial, run->text()));
            const Value *step = line.find("step"), *value = line.find("value");
            const TrialState now = trial(worker.trial).state;
            if (step && value && (now == TrialState::Running || now == TrialState::Paused)) {
                // What was told before it was gone on with is told again.
                if (const auto last = trial(worker.trial).lastStep(); last && step->toInt() <= *last)
                    continue;
                CORE_TRY(stop, m_study.report(worker.trial, step->toInt(), tune::numberOf(*value)));
                if (stop && !worker.stop && now == TrialState::Running)
                    end(worker, std::move(*stop));
            }
            if (line.find("ended"))
                worker.end = Value(std::move(line));
        }
        return {};
    }

    static void end(Worker& worker, tune::Stop why)
    {
        worker.stop = std::move(why);
        worker.asked = base::steadySeconds();
        worker.process.askToEnd();
    }

    // What the clock or a person says of it.
    Status judge(Worker& worker)
    {
        const double now = base::steadySeconds();
        if (worker.asked > 0) {
            if (now - worker.asked > endSeconds)
                worker.process.kill();
            return {};
        }
        const Trial& what = trial(worker.trial);
        if (what.state != TrialState::Running)
            end(worker, {"person"});
        else if (const auto most = m_study.state().spec.maxTrialRuntime; most && now - worker.began > *most)
            end(worker, {"max_trial_runtime",
                         what.lastStep().value_or(0),
                         now - worker.began,
                         *most,
                         {},
                         "it ran longer than " + tune::plainNumber(*most) + " s"});
        return {};
    }

    Status finish(Worker& worker)
    {
        const std::string trouble = worker.process.wait();
        const Trial& what = trial(worker.trial);
        if (what.state != TrialState::Running)
            return {};
        const std::string ended = worker.end ? (*worker.end)["ended"].text() : std::string();
        if (ended == "completed" || ended == "early_stopped")
            return tell(worker);
        if (worker.stop)
            return m_study.stop(worker.trial, *worker.stop);
        if (ended == "failed")
            return m_study.fail(worker.trial, (*worker.end)["error"].text());
        return m_study.died(worker.trial, "its worker " + (trouble.empty() ? "ended without a word" : trouble));
    }

    Status tell(const Worker& worker)
    {
        std::vector<double> values;
        for (const tune::ObjectiveSpec& each : m_study.state().spec.objective) {
            const Value& value = (*worker.end)["metrics"][each.metric];
            if (value.isNull())
                return m_study.fail(worker.trial, "\"" + each.metric + "\" was not recorded");
            values.push_back(tune::numberOf(value));
        }
        return m_study.tell(worker.trial, values);
    }

    // Their trials stay running: they go on when the study does.
    void endAll()
    {
        for (Worker& each : m_workers)
            each.process.askToEnd();
        const double until = base::steadySeconds() + endSeconds;
        while (!m_workers.empty()) {
            for (std::size_t i = 0; i < m_workers.size();) {
                (void)hear(m_workers[i]);
                if (!m_workers[i].process.closed() && base::steadySeconds() < until) {
                    ++i;
                    continue;
                }
                if (!m_workers[i].process.closed())
                    m_workers[i].process.kill();
                Worker ended = std::move(m_workers[i]);
                m_workers.erase(m_workers.begin() + std::ptrdiff_t(i));
                ended.process.wait();
                const std::string how = ended.end ? (*ended.end)["ended"].text() : std::string();
                if (trial(ended.trial).state == TrialState::Running && (how == "completed" || how == "early_stopped"))
                    (void)tell(ended);
            }
            if (!m_workers.empty()) {
                pollfd any{m_workers.front().process.handle(), POLLIN, 0};
                ::poll(&any, 1, lookMs);
            }
        }
    }

    StudyFolder m_folder;
    tune::Study m_study;
    Options m_options;
    StudySubject m_subject;
    std::vector<Worker> m_workers;
    std::mutex m_mutex; ///< of what follows
    std::deque<Posted> m_orders;
};

Tuner::Tuner(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
Tuner::~Tuner() = default;

Result<std::unique_ptr<Tuner>> Tuner::open(const StudyFolder& folder, const Options& options)
{
    CORE_TRY(study, tune::Study::open(folder.journal()));
    CORE_TRY(subject, readSubject(folder));
    Options how = options;
    how.runs = std::filesystem::absolute(options.runs);
    return std::unique_ptr<Tuner>(
        new Tuner(std::make_unique<Work>(folder, std::move(study), std::move(how), std::move(subject))));
}

const StudyFolder& Tuner::folder() const
{
    return m_work->folder();
}

const tune::StudyState& Tuner::state() const
{
    return m_work->state();
}

Status Tuner::run(const std::function<bool(const tune::StudyState&)>& going)
{
    return m_work->run(going);
}

void Tuner::post(Order order, std::function<void(const Status&)> done)
{
    m_work->post(std::move(order), std::move(done));
}

}
