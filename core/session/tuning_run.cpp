// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/tuning_batch.h"
#include "core/session/tuning_slurm.h"
#include "core/session/tuning_work.h"

#include <cstdio>
#include <fstream>
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
constexpr auto gather = std::chrono::milliseconds(5); ///< in which trials that wait in a row tell what there is
// It is written again whenever the trial is begun again.
Status writeUnsynced(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream out(file, std::ios::trunc | std::ios::binary);
    out << text;
    out.close();
    return out ? Status{} : base::systemError("write", file, errno);
}

constexpr double againSeconds = 0.5; ///< until what could not be had is tried again

}

Status Tuner::Work::run(const std::function<bool(const tune::StudyState&)>& going)
{
    while (true) {
        takeOrders();
        if (going && !going(m_study.state())) {
            endAll();
            return {};
        }
        Status done = base::steadySeconds() < m_fillAt ? Status{} : fill();
        if (done && m_workers.empty() && m_held.empty() && base::steadySeconds() >= m_fillAt)
            return {};
        if (!done)
            m_fillAt = base::steadySeconds() + againSeconds;
        const Status heard = look();
        for (const Status& each : {done, heard})
            if (!each && each.error().kind != ErrorKind::Resource)
                return each;
        tellTrouble(!done ? base::describe(done.error()) : !heard ? base::describe(heard.error()) : m_noRoom);
    }
}

void Tuner::Work::takeOrders()
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

void Tuner::Work::tellTrouble(std::string trouble)
{
    if (trouble.empty())
        trouble = m_executor->trouble();
    // Its words may change with the bytes that are free; what it is does not.
    if (trouble.empty() != m_waits || (trouble.empty() && base::steadySeconds() < m_fillAt))
        return;
    m_waits = !trouble.empty();
    say(m_waits ? "the study is paused: " + trouble : "the study goes on");
}

Status Tuner::Work::fill()
{
    if (!m_options.only)
        CORE_CHECK(measure());
    std::erase_if(m_held, [&](std::int64_t each) { return trial(each).state != TrialState::Running; });
    std::vector<std::int64_t> next;
    do {
        next.clear();
        CORE_CHECK(choose(next));
        CORE_CHECK(begin(next));
        // None of them could even be begun: others may.
    } while (!next.empty() && m_workers.empty() && m_held.empty());
    return {};
}

Status Tuner::Work::choose(std::vector<std::int64_t>& next)
{
    for (const Trial& each : m_study.state().trials) {
        if (each.state != TrialState::Running || hasWorker(each.number) || !isWanted(each.number))
            continue;
        CORE_TRY(taken, takeUp(each.number));
        if (!taken && std::int64_t(m_workers.size() + next.size()) < places())
            next.push_back(each.number);
    }
    while (!m_options.only && std::int64_t(m_workers.size() + next.size()) < places()) {
        CORE_TRY(asked, m_study.ask());
        if (!asked)
            break;
        next.push_back(asked->number);
    }
    return {};
}

std::int64_t Tuner::Work::places() const
{
    const tune::StudyState& state = m_study.state();
    const std::int64_t wanted = state.spec.maxParallelJobs;
    if (m_batches && std::ranges::all_of(m_workers, &Worker::batched))
        return learnsNothing(state.spec) ? std::max(wanted, std::min(wanted, coresHere()) * trialsOfProcess) : wanted;
    return m_executor->here() && state.share ? std::min(wanted, state.share->atOnce) : wanted;
}

Status Tuner::Work::measure()
{
    const tune::StudyState& state = m_study.state();
    const std::int64_t cores = coresHere(), parallel = state.spec.maxParallelJobs;
    if (!m_executor->here() || (state.share && state.share->cores == cores && state.share->parallel == parallel))
        return {};
    tune::MachineShare share{cores, parallel, std::max<std::int64_t>(1, cores / parallel), parallel, "", {}};
    if (m_gpus.on()) {
        share.why = "trials run on GPUs";
    } else if (m_script) {
        share.why = "trials run a program, which takes the threads it wants";
    } else {
        share.atOnce = std::min(cores, parallel);
        auto base = trialExperiment(m_subject, {});
        if (base)
            base = asBatched(*base, state.spec, "cpu").value_or(*base);
        const auto measured = base ? measureTrial(*base, parallel, m_options.device) : base.error();
        if (measured)
            share = measured->share;
        else
            share.why = "could not be measured: " + measured.error().message;
    }
    CORE_CHECK(m_study.setShare(share));
    say(inWords(share));
    return {};
}

Result<bool> Tuner::Work::takeUp(std::int64_t number)
{
    if (!m_inherited.contains(number))
        return false;
    CORE_TRY(worker, m_executor->takeUp(jobOf(number)));
    m_inherited.erase(number);
    if (!worker)
        return false;
    m_workers.push_back({number, std::move(worker)});
    return true;
}

TrialJob Tuner::Work::jobOf(std::int64_t number) const
{
    const Trial& what = trial(number);
    char label[24];
    std::snprintf(label, sizeof label, "t%03lld", static_cast<long long>(number));
    TrialJob job{number, what.started, label, m_folder.path / (std::string(label) + ".experiment.json"),
                 m_folder.path / (std::string(label) + ".log")};
    for (const tune::ObjectiveSpec& each : m_study.state().spec.objective)
        job.metrics.push_back(each.metric);
    job.run = what.run;
    job.device = m_options.device;
    return job;
}

Status Tuner::Work::begin(const std::vector<std::int64_t>& numbers)
{
    std::vector<TrialJob> jobs;
    std::vector<std::optional<GpuClaim>> claims;
    for (const std::int64_t number : numbers) {
        TrialJob job = jobOf(number);
        const auto tree = experimentOf(trial(number), job);
        if (!tree) {
            CORE_CHECK(m_study.fail(number, base::describe(tree.error())));
            continue;
        }
        std::optional<GpuClaim> claim;
        if (m_gpus.on()) {
            CORE_TRY(placed, place(number, *tree, claims));
            if (!placed)
                continue;
            job.device = "cuda:" + std::to_string(placed->gpu);
            claim = placed;
        }
        // What a trial is stands beside the study, so that anybody can train it again by hand.
        const std::string text = base::writeJson(*tree, 2) + "\n";
        CORE_CHECK(job.batched ? writeUnsynced(job.experiment, text) : base::writeFileAtomically(job.experiment, text));
        jobs.push_back(std::move(job));
        claims.push_back(claim);
    }
    if (jobs.empty())
        return {};
    CORE_TRY(workers, m_executor->start(jobs));
    for (std::size_t i = 0; i < workers.size(); ++i)
        m_workers.push_back({jobs[i].trial, std::move(workers[i]), {}, {}, {}, {}, claims[i], jobs[i].batched});
    return {};
}

Result<std::optional<GpuClaim>> Tuner::Work::place(std::int64_t number, const Value& tree,
                                                   const std::vector<std::optional<GpuClaim>>& now)
{
    std::vector<GpuClaim> claims;
    for (const auto& each : now)
        claims.push_back(*each);
    for (const Worker& each : m_workers)
        if (each.claim)
            claims.push_back(*each.claim);
    CORE_TRY(placed, m_gpus.place(number, tree, claims));
    const auto& [where, bytes] = placed;
    if (where.gpu) {
        m_held.erase(number);
        CORE_CHECK(hold(number, {}));
        return std::optional(GpuClaim{*where.gpu, bytes});
    }
    if (where.never) {
        m_held.erase(number);
        CORE_CHECK(m_study.fail(number, "no GPU can train it: " + where.why));
        return std::optional<GpuClaim>{};
    }
    if (m_held.insert(number).second) {
        CORE_CHECK(hold(number, where.why));
        say("trial " + std::to_string(number) + " is held back: " + where.why);
    }
    m_fillAt = base::steadySeconds() + againSeconds;
    return std::optional<GpuClaim>{};
}

Status Tuner::Work::note(std::int64_t number, const char* key, const std::string& text)
{
    const Value* there = trial(number).notes.find(key);
    if ((there ? there->text() : std::string()) == text)
        return {};
    return m_study.note(number, key, text.empty() ? Value() : Value(text));
}

Result<Value> Tuner::Work::experimentOf(const Trial& what, TrialJob& job) const
{
    CORE_TRY(tree, trialExperiment(m_subject, what.parameters));
    CORE_CHECK(tree.setAt("name", m_folder.id() + "-" + job.label));
    const tune::StudyState& state = m_study.state();
    if (const auto fused = m_batches ? asBatched(tree, state.spec, "cpu") : std::nullopt) {
        tree = *fused;
        job.batched = job.run.empty();
    }
    const Value* threads = tree.at("train.threads");
    if (threads && threads->isText() && (state.share || !m_executor->here()))
        CORE_CHECK(
            tree.setAt("train.threads", m_executor->here() ? state.share->threads : state.spec.slurm.cpusPerTask));
    if (const Value* chosen = tree.at("train.threads"); chosen && chosen->isInt())
        job.threads = chosen->toInt();
    return std::move(tree);
}

Status Tuner::Work::look()
{
    std::vector<pollfd> handles;
    for (const Worker& each : m_workers)
        if (each.process->handle() >= 0 && each.told.empty())
            handles.push_back({each.process->handle(), POLLIN, 0});
    ::poll(handles.data(), handles.size(), lookMs);
    // Small networks tell something every millisecond. Where others wait for their turn already, nobody waits for this.
    if (std::int64_t(m_workers.size()) > m_study.state().spec.maxParallelJobs)
        std::this_thread::sleep_for(gather);
    for (std::size_t i = 0; i < m_workers.size();) {
        CORE_CHECK(hear(m_workers[i]));
        if (!m_workers[i].process->closed()) {
            CORE_CHECK(judge(m_workers[i]));
            ++i;
            continue;
        }
        CORE_CHECK(finish(m_workers[i]));
        m_workers.erase(m_workers.begin() + std::ptrdiff_t(i));
    }
    return {};
}

void Tuner::Work::endAll()
{
    for (Worker& each : m_workers)
        each.process->askToEnd();
    const double until = base::steadySeconds() + m_executor->endSeconds();
    while (!m_workers.empty()) {
        for (std::size_t i = 0; i < m_workers.size();) {
            (void)hear(m_workers[i]);
            if (!m_workers[i].process->closed() && base::steadySeconds() < until) {
                ++i;
                continue;
            }
            if (!m_workers[i].process->closed())
                m_workers[i].process->kill();
            Worker ended = std::move(m_workers[i]);
            m_workers.erase(m_workers.begin() + std::ptrdiff_t(i));
            ended.process->wait();
            const std::string how = ended.end ? (*ended.end)["ended"].text() : std::string();
            if (trial(ended.trial).state == TrialState::Running && (how == "completed" || how == "early_stopped"))
                (void)tell(ended);
        }
        if (!m_workers.empty()) {
            pollfd any{m_workers.front().process->handle(), POLLIN, 0};
            ::poll(&any, any.fd >= 0 ? 1 : 0, lookMs);
        }
    }
}

namespace {

Result<std::unique_ptr<Executor>> executorOf(const StudyFolder& folder, const Tuner::Options& options,
                                             const tune::TuningSpec& spec)
{
    if (options.executors)
        return options.executors();
    const std::string kind = options.executor.empty() ? spec.executor : options.executor;
    if (kind == "slurm")
        return slurmExecutor(spec.slurm, folder.path, options.program, options.runs);
    if (kind != "local")
        return Error{ErrorKind::Usage, "\"" + kind + "\" is no place to train", "executor", "Known: local, slurm"};
    return pooledExecutor(options.program, options.runs, std::min(spec.maxParallelJobs, coresHere()), options.serve);
}

}

Tuner::Tuner(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
Tuner::~Tuner() = default;

Result<std::unique_ptr<Tuner>> Tuner::open(const StudyFolder& folder, const Options& options)
{
    CORE_TRY(study, tune::Study::open(folder.journal()));
    CORE_TRY(subject, readSubject(folder));
    Options how = options;
    how.runs = std::filesystem::absolute(options.runs);
    CORE_TRY(executor, executorOf(folder, how, study.state().spec));
    return std::unique_ptr<Tuner>(new Tuner(
        std::make_unique<Work>(folder, std::move(study), std::move(how), std::move(subject), std::move(executor))));
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
