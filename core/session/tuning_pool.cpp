// SPDX-License-Identifier: GPL-3.0-or-later
// Processes that train several trials each.
#include "core/base/forked.h"
#include "core/session/tuning_batch.h"
#include "core/session/tuning_worker.h"
#include "core/tensor/device.h"
#include "core/train/threads.h"

#include <algorithm>
#include <deque>
#include <map>

namespace core::session {

using base::Object;
using base::Result;

namespace {

/// A process and the trials that it was given. Its lines bear the trial's number.
class PoolProcess {
public:
    explicit PoolProcess(TrialProcess process) : m_process(std::move(process)) {}

    bool give(const TrialJob& job)
    {
        base::Array metrics;
        for (const std::string& metric : job.metrics)
            metrics.emplace_back(metric);
        if (!m_process.order({{"trial", job.trial},
                              {"experiment", job.experiment.string()},
                              {"metrics", std::move(metrics)},
                              {"run", job.run},
                              {"device", job.device}}))
            return false;
        m_lines[job.trial];
        return true;
    }
    void askToEnd(std::int64_t trial) { (void)m_process.order({{"trial", trial}, {"end", true}}); }
    void leave(std::int64_t trial) { m_lines.erase(trial); }

    std::deque<Object> told(std::int64_t trial)
    {
        for (Object& line : m_process.told())
            if (const base::Value* number = line.find("trial"))
                if (const auto open = m_lines.find(number->toInt()); open != m_lines.end())
                    open->second.push_back(std::move(line));
        return std::exchange(m_lines[trial], {});
    }
    std::string wait()
    {
        if (!m_trouble)
            m_trouble = m_process.wait();
        return m_trouble->empty() ? "ended before its trials" : *m_trouble;
    }
    bool gone() const { return m_process.closed(); }
    void kill() { m_process.kill(); }
    int handle() const { return m_process.handle(); }
    std::size_t load() const { return m_lines.size(); }

private:
    TrialProcess m_process;
    std::map<std::int64_t, std::deque<Object>> m_lines; ///< of the trials that are not done with
    std::optional<std::string> m_trouble;
};

class PooledTrial final : public TrialWorker {
public:
    PooledTrial(std::shared_ptr<PoolProcess> process, std::int64_t trial)
        : m_process(std::move(process)),
          m_trial(trial)
    {
    }
    ~PooledTrial() override
    {
        // Nobody listens any more to what still trains.
        if (!m_ended)
            m_process->askToEnd(m_trial);
        m_process->leave(m_trial);
    }

    std::vector<Object> told() override
    {
        std::vector<Object> lines;
        for (Object& line : m_process->told(m_trial)) {
            m_ended = m_ended || line.find("ended");
            lines.push_back(std::move(line));
        }
        return lines;
    }
    bool closed() const override { return m_ended || m_process->gone(); }
    void askToEnd() override { m_process->askToEnd(m_trial); }
    void kill() override { m_process->kill(); }
    std::string wait() override { return m_ended ? std::string() : m_process->wait(); }
    int handle() const override { return m_process->handle(); }

private:
    std::shared_ptr<PoolProcess> m_process;
    std::int64_t m_trial;
    bool m_ended = false;
};

class PooledExecutor final : public Executor {
public:
    PooledExecutor(std::filesystem::path program, std::filesystem::path runs, std::int64_t processes,
                   std::function<int()> serve)
        : m_program(std::move(program)),
          m_runs(std::move(runs)),
          m_serve(std::move(serve)),
          m_most(std::size_t(std::max<std::int64_t>(1, processes))),
          m_alone(localExecutor(m_program, m_runs))
    {
    }

    Result<std::vector<std::unique_ptr<TrialWorker>>> start(const std::vector<TrialJob>& jobs) override
    {
        std::vector<std::unique_ptr<TrialWorker>> workers;
        for (const TrialJob& job : jobs) {
            auto started = job.batched && job.run.empty() ? share(job) : alone(job);
            if (!started && workers.empty())
                return std::move(started).error();
            if (!started || !*started)
                break;
            workers.push_back(std::move(*started));
        }
        return workers;
    }

private:
    Result<std::unique_ptr<TrialWorker>> alone(const TrialJob& job)
    {
        CORE_TRY(started, m_alone->start({job}));
        return started.empty() ? std::unique_ptr<TrialWorker>() : std::move(started.front());
    }

    // By the process that has the least to do.
    Result<std::unique_ptr<TrialWorker>> share(const TrialJob& job)
    {
        std::erase_if(m_processes, [](const auto& each) { return each->gone(); });
        auto least = std::ranges::min_element(m_processes, {}, [](const auto& each) { return each->load(); });
        if (m_processes.size() < m_most && (least == m_processes.end() || (*least)->load() > 0)) {
            CORE_TRY(process, begin(job.log.parent_path() / "workers.log"));
            m_processes.push_back(std::make_shared<PoolProcess>(std::move(process)));
            least = m_processes.end() - 1;
        }
        const std::shared_ptr<PoolProcess> chosen = *least;
        // One that dies right now is noticed by the trial, which then has another try.
        (void)chosen->give(job);
        return std::unique_ptr<TrialWorker>(std::make_unique<PooledTrial>(chosen, job.trial));
    }

    Result<TrialProcess> begin(const std::filesystem::path& log)
    {
        // Where a network has one thread, those that wait for more would only be in the way.
        const Environment environment{{"OMP_NUM_THREADS", "1"}, {"OMP_WAIT_POLICY", "passive"}};
        // CUDA does not survive a fork.
        if (m_serve && base::isSingleThreaded() && !tensor::whyNoCuda().empty()) {
            const auto work = [this] {
                train::useThreads(1); // libraries have read the environment already
                return m_serve();
            };
            return TrialProcess::copy(work, "trial-worker", log, environment);
        }
        return TrialProcess::start({m_program.string(), "trial-worker", "--serve", "--runs", m_runs.string()}, log,
                                   environment, true, true);
    }

    std::filesystem::path m_program, m_runs;
    std::function<int()> m_serve;
    std::size_t m_most;
    std::unique_ptr<Executor> m_alone;
    std::vector<std::shared_ptr<PoolProcess>> m_processes;
};

}

std::unique_ptr<Executor> pooledExecutor(const std::filesystem::path& program, const std::filesystem::path& runs,
                                         std::int64_t processes, std::function<int()> serve)
{
    return std::make_unique<PooledExecutor>(program, runs, processes, std::move(serve));
}

}
