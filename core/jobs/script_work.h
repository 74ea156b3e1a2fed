// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/metric_log.h"
#include "core/jobs/runner.h"
#include "core/jobs/script.h"

namespace core::jobs {

/// A script as a job: its folders under `<job>/ml`, its log, its scalars in `<job>/scalars.csv`.
class ScriptWork : public JobWork {
public:
    ScriptWork(std::filesystem::path job, ScriptJob script, spec::JobSpec spec);

    base::Status prepare() override;
    base::Result<Launch> launch(std::optional<std::int64_t> haltAt) override;
    std::int64_t savedStep() override { return -1; }
    std::int64_t step() override;
    bool begun() override { return true; }
    bool doneDespite(const WorkerEnd&) override { return false; }
    std::string failure() override { return failureReason(m_folders); }
    std::string run() override { return {}; }
    base::Status finish() override;

    const ScriptFolders& folders() const { return m_folders; }
    const MetricLog& metrics() const { return m_metrics; }

protected:
    MetricLog& metrics() { return m_metrics; }
    void readLog(); ///< takes what the log has more

private:
    std::filesystem::path m_job;
    ScriptJob m_script;
    spec::JobSpec m_spec;
    ScriptFolders m_folders;
    MetricLog m_metrics;
    std::uintmax_t m_read = 0; ///< bytes of the log
};

}
