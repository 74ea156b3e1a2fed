// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/jobs/state.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace core::jobs {

/// A state that a job went into.
struct StateChange {
    JobState state = JobState::Pending;
    double time = 0;    ///< seconds since the epoch
    std::string reason; ///< in words; empty where there is nothing to say
    std::int64_t launch = 0;
    bool onDemand = false;  ///< of this launch: at the full price, not interrupted
    std::int64_t step = -1; ///< updates that were seen, or from which it goes on; −1: not known
    bool foretold = false;  ///< an interruption by the law
    double waitS = 0;       ///< from it until there is capacity again

    bool operator==(const StateChange&) const = default;
};

/// The notice that a worker was given, while it lasts.
struct Notice {
    double time = 0;    ///< seconds since the epoch
    double seconds = 0; ///< from then until the worker is killed

    bool operator==(const Notice&) const = default;
};

/// A job as its journal tells it.
struct Job {
    std::string id; ///< the folder's name
    std::filesystem::path folder;
    std::string name;
    base::Value experiment; ///< as it was given, with its part `job`; paths are whole
    std::int64_t priority = 0;
    std::vector<StateChange> changes; ///< the first is Pending, at the submission
    std::optional<Notice> notice;     ///< nothing once the worker has ended
    std::string run;                  ///< the run's folder, once it is known
    std::string problem;              ///< what of its journal is damaged, if anything

    JobState state() const { return changes.empty() ? JobState::Pending : changes.back().state; }
    double submitted() const { return changes.empty() ? 0 : changes.front().time; }
    std::int64_t launches() const;
    std::int64_t interruptions() const;
    bool isScript() const;
};

/// What someone asks of a job that another process works on.
enum class Wish { Stop, Interrupt };

/// The one process that works on a job holds its journal.
class JobFile {
public:
    /// An error of kind Resource while another process works on it.
    static base::Result<JobFile> open(const std::filesystem::path& folder);
    JobFile(JobFile&&) noexcept;
    JobFile& operator=(JobFile&&) noexcept;
    ~JobFile();

    const Job& job() const { return m_job; }
    /// On disk when it returns. A change that may not follow is our own mistake: an error of kind Internal.
    base::Status change(StateChange change);
    base::Status setRun(const std::string& run);
    base::Status setPriority(std::int64_t priority);
    /// That the worker was told now to end within so many seconds.
    base::Status notify(double seconds);
    /// Wishes that came since the last call.
    std::vector<Wish> wishes();

private:
    class Writer;
    JobFile(std::unique_ptr<Writer> writer, Job job);
    std::unique_ptr<Writer> m_writer;
    Job m_job;
    std::uintmax_t m_heard = 0; ///< bytes of the wishes that were taken
};

/// The job's log, its wishes, what its worker printed.
std::filesystem::path logFile(const std::filesystem::path& job);

/// Jobs in a folder, as folders `<name>-job-NNNN`; they survive a restart, and so does their order.
class JobQueue {
public:
    explicit JobQueue(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    /// Puts an experiment into the queue. `experiment` has a part `job` that was checked, if any.
    base::Result<Job> submit(const std::string& name, const base::Value& experiment, std::int64_t priority) const;
    /// All of them, the newest last. A damaged one is listed with its problem.
    std::vector<Job> list() const;
    /// By folder or id.
    base::Result<Job> find(const std::string& folderOrId) const;
    /// The one to work on next: of those that have not ended and nobody works on, the highest priority, then the
    /// oldest.
    std::optional<Job> next() const;
    /// Tells whoever works on it; one that nobody works on is stopped at once.
    base::Status wish(const Job& job, Wish wish) const;
    /// Of a job that waits; an error of kind Usage for one that has ended or is worked on.
    base::Status setPriority(const Job& job, std::int64_t priority) const;

private:
    std::filesystem::path m_folder;
};

/// Whether a process works on it now.
bool isWorkedOn(const std::filesystem::path& job);

}
