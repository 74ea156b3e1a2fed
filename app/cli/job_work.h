// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"
#include "core/jobs/instances.h"
#include "core/jobs/job.h"
#include "core/jobs/runner.h"
#include "core/spec/job.h"

namespace app::cli {

/// The training of an experiment as a job: `descent-cli train` in a process of its own, which goes on with its run.
class ExperimentWork final : public core::jobs::JobWork {
public:
    ExperimentWork(const core::jobs::Job& job, std::filesystem::path runs, std::string device);

    core::base::Status prepare() override;
    core::base::Result<core::jobs::Launch> launch(std::optional<std::int64_t> haltAt) override;
    bool haltsItself() const override { return true; }
    std::int64_t savedStep() override;
    std::int64_t step() override;
    bool begun() override;
    bool doneDespite(const core::jobs::WorkerEnd& end) override { return end.well(); }
    std::string failure() override;
    std::string run() override;
    core::base::Status finish() override { return {}; }

private:
    std::filesystem::path m_job, m_runs;
    core::base::Value m_experiment; ///< without its part `job`
    std::string m_device, m_run;
    bool m_begun = false;
    double m_looked = 0;
    std::int64_t m_before = 0; ///< updates when this launch began
};

/// How a job is run by this process.
struct JobOptions {
    std::filesystem::path runs;
    std::string device = "auto";
};

/// The experiment of a file, with its --set changes, for the queue.
core::base::Result<core::base::Value> jobExperiment(const std::string& file, const std::vector<std::string>& sets);

/// Brings it to its end, or until this process is asked to end; states go to standard error.
core::base::Result<core::jobs::Job> workOnJob(const std::filesystem::path& folder, const JobOptions& options);

std::string jobSentence(const core::base::Object& described);
/// 0; 4 for one that has failed or had no capacity; 130 or 143 where this process was asked to end.
int jobStatus(const core::jobs::Job& job);

void addJobExchange(Program& program, CLI::App* job); ///< import, export, instances, advise
void addJobDrill(Program& program, CLI::App* job);    ///< drill

}
