// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <filesystem>

namespace core::store {

/// A run's folder with the lock that makes this process its only writer. The lock ends with the object or the process.
class RunFolder {
public:
    /// Makes `runs/<name>-NNNN` with the next free number and writes spec.json into it.
    static base::Result<RunFolder> create(const std::filesystem::path& runs, const std::string& name,
                                          const base::Value& spec);
    /// Takes the lock of a run that exists; while somebody else writes, the error names the owner (pid, host, since).
    static base::Result<RunFolder> open(const std::filesystem::path& run);

    RunFolder(RunFolder&& other) noexcept;
    RunFolder& operator=(RunFolder&& other) noexcept;
    ~RunFolder();

    const std::filesystem::path& path() const { return m_path; }
    std::string id() const { return m_path.filename().string(); }
    std::filesystem::path journal() const { return m_path / "journal"; }
    std::filesystem::path checkpoints() const { return m_path / "checkpoints"; }
    std::filesystem::path view() const { return m_path / "run.h5"; }

private:
    RunFolder() = default;
    std::filesystem::path m_path;
    int m_lock = -1;
};

/// True while some process, this one included, holds the lock of the run.
bool isBeingWritten(const std::filesystem::path& run);

/// True if the folder holds what a run has: spec.json, a journal or run.h5.
bool isRun(const std::filesystem::path& folder);

/// `$DESCENT_RUNS`, else `$XDG_DATA_HOME/descent/runs`, else `~/.local/share/descent/runs`.
std::filesystem::path defaultRuns();

/// A run by folder, or by its id in `runs`.
base::Result<std::filesystem::path> findRun(const std::string& folderOrId, const std::filesystem::path& runs);

}
