// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_executor.h"
#include "core/session/tuning_worker.h"

namespace core::session {

using base::Result;

std::vector<std::string> workerCommand(const TrialJob& job, const std::filesystem::path& program,
                                       const std::filesystem::path& runs)
{
    std::vector<std::string> command{program.string(), "trial-worker", job.experiment.string(), "--runs", runs.string(),
                                     "--device",       job.device};
    for (const std::string& metric : job.metrics)
        command.insert(command.end(), {"--metric", metric});
    if (!job.run.empty())
        command.insert(command.end(), {"--run", job.run});
    return command;
}

namespace {

// One that could not even be started.
class NoWorker final : public TrialWorker {
public:
    explicit NoWorker(std::string why) : m_why(std::move(why)) {}
    std::vector<base::Object> told() override { return {}; }
    bool closed() const override { return true; }
    void askToEnd() override {}
    void kill() override {}
    std::string wait() override { return m_why; }

private:
    std::string m_why;
};

class LocalExecutor final : public Executor {
public:
    LocalExecutor(std::filesystem::path program, std::filesystem::path runs)
        : m_program(std::move(program)),
          m_runs(std::move(runs))
    {
    }

    Result<std::vector<std::unique_ptr<TrialWorker>>> start(const std::vector<TrialJob>& jobs) override
    {
        std::vector<std::unique_ptr<TrialWorker>> workers;
        for (const TrialJob& job : jobs) {
            // Devices have their numbers in the order of the bus, as the driver counts them.
            Environment environment{{"CUDA_DEVICE_ORDER", "PCI_BUS_ID"}};
            if (job.threads > 0)
                environment.emplace_back("OMP_NUM_THREADS", std::to_string(job.threads));
            auto process =
                TrialProcess::start(workerCommand(job, m_program, m_runs), job.log, environment, false, true);
            if (process) {
                workers.push_back(std::make_unique<TrialProcess>(std::move(*process)));
                continue;
            }
            if (process.error().kind != base::ErrorKind::Resource)
                workers.push_back(std::make_unique<NoWorker>("did not start: " + base::describe(process.error())));
            else if (workers.empty())
                return std::move(process).error();
            else
                break;
        }
        return workers;
    }

private:
    std::filesystem::path m_program, m_runs;
};

}

std::unique_ptr<Executor> localExecutor(const std::filesystem::path& program, const std::filesystem::path& runs)
{
    return std::make_unique<LocalExecutor>(program, runs);
}

}
