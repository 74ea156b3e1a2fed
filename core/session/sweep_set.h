// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "core/session/sweep.h"

#include <atomic>

namespace core::session {

/// What became of one planned run.
struct SweepRun {
    PlannedRun plan;
    std::string id; ///< of its folder; empty: not begun
    bool begun = false;
    bool ended = false; ///< whole, or diverged
    bool diverged = false;
    std::string problem; ///< why it failed, if it did for another reason: it is trained anew
    std::map<std::string, double> values;
    double seconds = 0;
};

/// A set of runs that belong together, as a small file `RUNS/sweeps/<id>.json` beside their folders: what is varied,
/// which run is which, and what those that have ended said. A run whose folder is gone is trained again.
class SweepSet {
public:
    /// Plans the runs and writes the file; nothing is trained. `settings`: of the kind; what is left out has its
    /// default.
    static base::Result<SweepSet> create(const std::filesystem::path& runs, const std::string& kind,
                                         const base::Value& settings, const base::Value& resolved);
    /// By its id in `runs`, or by its file.
    static base::Result<SweepSet> open(const std::string& idOrFile, const std::filesystem::path& runs);
    /// Newest first; of one kind, or of all.
    static std::vector<SweepSet> list(const std::filesystem::path& runs, const std::string& kind = {});
    static std::optional<SweepSet> newest(const std::filesystem::path& runs, const std::string& kind);
    /// The newest that has runs to train and is of the same kind, settings and experiment.
    static std::optional<SweepSet> findOpen(const std::filesystem::path& runs, const std::string& kind,
                                            const base::Value& settings, const base::Value& resolved);

    std::string id() const { return m_file.stem().string(); }
    const std::filesystem::path& file() const { return m_file; }
    /// Where the runs are.
    std::filesystem::path folder() const { return m_file.parent_path().parent_path(); }
    const std::string& kind() const { return m_kind; }
    const base::Value& settings() const { return m_settings; }
    const base::Value& experiment() const { return m_experiment; }
    const std::vector<SweepSeries>& series() const { return m_series; }
    const std::vector<SweepRun>& runs() const { return m_runs; }
    const std::vector<std::string>& notes() const { return m_notes; }
    double created() const { return m_created; }
    std::size_t ended() const;
    bool complete() const { return ended() == m_runs.size(); }

    /// The experiment of one run.
    base::Result<base::Value> experimentOf(std::size_t run) const;
    /// Notes that a run was begun; the file is whole or as it was.
    base::Status begin(std::size_t run, const std::string& id);
    /// Reads the runs that are not known to have ended.
    void refresh();
    /// Notes what the ended runs said.
    base::Status keep() const;
    SweepSummary summary() const;
    std::string closing() const;
    /// All of it as `sweep --json` tells it.
    base::Value toValue() const;
    /// A line for each point: series, x, n, diverged, then mean and standard deviation of every figure.
    std::string csv() const;

private:
    base::Status write() const;
    base::Status read(const base::Value& tree);
    void readRun(SweepRun& run) const;

    std::filesystem::path m_file;
    std::string m_kind;
    base::Value m_settings, m_experiment;
    std::vector<SweepSeries> m_series;
    std::vector<SweepRun> m_runs;
    std::vector<std::string> m_notes;
    double m_created = 0;
};

/// The settings of a kind with every default, checked; the first problem is the error.
base::Result<base::Value> sweepSettings(const std::string& kind, const base::Value& given);
base::Result<std::unique_ptr<SweepKind>> makeSweep(const std::string& kind, const base::Value& settings);

/// Told from outside while a set trains.
struct SweepControl {
    std::atomic<bool> paused = false, stopped = false;
};

struct SweepProgress {
    std::size_t run = 0, ended = 0, all = 0;
    std::string label;
    double share = 0;        ///< of the whole set, 0 … 1
    double secondsLeft = -1; ///< -1: not known yet
    bool runEnded = false;   ///< a run has just ended: what the set says has changed
    bool paused = false;
};

/// Trains what is missing, one run after the other; an interrupted run goes on where it was. Blocks. Runs that diverge
/// are counted and do not end it; other failures do. Stopped: an error of kind Interrupted, and the set is whole.
base::Status trainSet(SweepSet& set, const Options& options, const SweepControl& control,
                      const std::function<void(const SweepProgress&)>& told = {});

/// Seconds that the runs of a set will take, from a few steps on scratch weights of each point.
base::Result<double> estimateSet(const SweepSet& set, const std::string& device, const Going& going = {});
/// The same before there is a set: how many runs, and how long.
struct SweepEstimate {
    std::size_t runs = 0;
    double seconds = 0;
    std::vector<std::string> notes;
};
base::Result<SweepEstimate> estimateSweep(const std::string& kind, const base::Value& settings,
                                          const base::Value& resolved, const std::string& device,
                                          const Going& going = {});

}
