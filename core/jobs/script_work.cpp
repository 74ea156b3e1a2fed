// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/script_work.h"

#include "core/base/files.h"

#include <fstream>

namespace core::jobs {

using namespace base;

ScriptWork::ScriptWork(std::filesystem::path job, ScriptJob script, spec::JobSpec spec)
    : m_job(std::filesystem::absolute(job)), // a script works in a folder of its own
      m_script(std::move(script)),
      m_spec(std::move(spec)),
      m_folders{m_job / "ml"},
      m_metrics(m_spec.metricDefinitions)
{
}

Status ScriptWork::prepare()
{
    return makeScriptFolders(m_folders, m_script, m_spec);
}

Result<Launch> ScriptWork::launch(std::optional<std::int64_t>)
{
    std::error_code ignored;
    std::filesystem::remove(m_folders.failure(), ignored);
    readLog();
    m_metrics.finish(); // a killed launch may have left half a line
    Launch launch;
    launch.command = m_spec.command;
    launch.environment = scriptEnvironment(m_folders, m_script, m_spec);
    launch.folder = m_job;
    launch.log = logFile(m_job);
    return launch;
}

void ScriptWork::readLog()
{
    std::ifstream log(logFile(m_job), std::ios::binary);
    log.seekg(std::streamoff(m_read));
    char buffer[1 << 16];
    while (log.read(buffer, sizeof buffer) || log.gcount() > 0) {
        m_metrics.add({buffer, std::size_t(log.gcount())});
        m_read += std::uintmax_t(log.gcount());
    }
}

std::int64_t ScriptWork::step()
{
    readLog();
    return m_metrics.lastStep();
}

Status ScriptWork::finish()
{
    readLog();
    m_metrics.finish();
    return writeFileAtomically(m_job / "scalars.csv", m_metrics.csv());
}

}
