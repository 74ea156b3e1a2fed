// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/store/checkpoint.h"
#include "core/store/recorder.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

namespace core::train {

/// How many checkpoints a run may keep.
struct KeepRule {
    std::int64_t newest = 2;       ///< of the synced ones
    std::uint64_t bytes = 1 << 28; ///< for those between; 0: none
    std::int64_t best = -1;        ///< always kept
    std::int64_t first = -1;       ///< what a branch began with: always kept
};

/// Writes checkpoints on a thread of its own, in the order in which they come. One that cannot be written (a full
/// disk) is tried again until it can.
class CheckpointWriter {
public:
    CheckpointWriter(const store::RunFolder& folder, store::Recorder& recorder, events::EventHub& hub);
    ~CheckpointWriter(); ///< finishes what can be written at once

    /// `durable`: synced and read back, with the journal before it. Else only safe from the death of this process.
    void put(store::Checkpoint checkpoint, bool durable, const KeepRule& rule);
    bool busy() const;
    /// Waits until all is written, or until something keeps it from being written: the error, and it goes on trying.
    base::Status wait();
    std::optional<base::Error> trouble() const;
    /// Processor time that writing took since this was last asked.
    double takeSeconds();

private:
    struct Job {
        store::Checkpoint checkpoint;
        bool durable = false;
        KeepRule rule;
    };

    void loop(const std::stop_token& stop);
    base::Status write(const Job& job);
    void thin(const KeepRule& rule);
    bool roomFor(const Job& job) const;

    const std::filesystem::path m_folder;
    store::Recorder& m_recorder;
    events::EventHub& m_hub;
    /// Of the folder, oldest first: this run alone writes there. The thread's.
    std::vector<store::CheckpointFile> m_files;
    std::set<std::int64_t> m_durable; ///< steps of files that may have been synced, before a resume too; the thread's

    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Job> m_jobs; ///< the first is being written
    std::optional<base::Error> m_trouble;
    double m_seconds = 0;
    std::jthread m_thread;
};

}
