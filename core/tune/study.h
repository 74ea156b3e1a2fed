// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/tune/journal.h"
#include "core/tune/pruner.h"
#include "core/tune/study_state.h"

#include <functional>

namespace core::tune {

/// A study that goes on: ask for parameters, tell values. Everything that happens is a record that is on disk before it
/// counts, so a study can be killed at any moment and opened again. One thread at a time.
class Study {
public:
    using Clock = std::function<double()>; ///< seconds since the epoch

    /// Without a file it lives in memory.
    static base::Result<Study> create(const std::string& name, const TuningSpec& spec,
                                      const std::filesystem::path& file = {}, Clock clock = base::wallSeconds);
    static base::Result<Study> open(const std::filesystem::path& file, Clock clock = base::wallSeconds);

    const StudyState& state() const { return m_state; }
    /// Records that did not fit and lines that were changed, at open().
    std::int64_t damaged() const { return m_damaged; }

    /// The next trial, running: one that waits, else a new one. Nothing where none can be had now: paused, at its end,
    /// all places taken, or the strategy waits for trials that run; whyNot() tells.
    base::Result<std::optional<Trial>> ask();
    const std::string& whyNot() const { return m_whyNot; }
    /// Takes a value on the way, and says why the trial should stop, if it should. It is the caller who stops it.
    base::Result<std::optional<Stop>> report(std::int64_t trial, std::int64_t step, double value);
    /// The trial is completed; of a value that is no number it is failed.
    base::Status tell(std::int64_t trial, const std::vector<double>& values);
    base::Status stop(std::int64_t trial, const Stop& why);
    base::Status fail(std::int64_t trial, const std::string& error);
    /// Its worker died: it waits for another attempt, or is failed after the last one.
    base::Status died(std::int64_t trial, const std::string& error);

    /// A point of a person's, next in turn. An error if it is out of the ranges.
    base::Result<std::int64_t> enqueue(const base::Object& point, const std::string& source = "person");
    /// A finished trial of another study.
    base::Result<std::int64_t> import(Trial trial);
    /// A trial that waits runs now, before its turn.
    base::Status start(std::int64_t trial);
    base::Status skip(std::int64_t trial);
    base::Status pause(std::optional<std::int64_t> trial = {});
    base::Status resume(std::optional<std::int64_t> trial = {});
    base::Status revive(std::int64_t trial);
    base::Status note(std::int64_t trial, const std::string& key, const base::Value& value);
    base::Status setRun(std::int64_t trial, const std::string& run);
    base::Status setShare(const MachineShare& share);
    /// Other ranges, budget, completion or early stopping; objectives stay. Trials that were made under the ranges
    /// before keep their values.
    base::Status change(const TuningSpec& spec);

    /// Why it has ended, in words; empty: it goes on. Looked at by ask(), and put on record there.
    std::string completion() const;

private:
    Study() = default;

    StudyState m_state;
    std::optional<JournalWriter> m_journal;
    Clock m_clock;
    std::unique_ptr<Sampler> m_sampler;
    std::unique_ptr<Pruner> m_pruner;
    std::int64_t m_damaged = 0;
    std::string m_whyNot;

    base::Status record(const base::Object& record);
    base::Status takeStrategy();
    base::Result<std::optional<Trial>> askStrategy();
    bool isKnown(const base::Object& point) const;
    bool isExhausted() const;
};

/// The early stopping of a study: its strategy's own, where that brings one along.
base::Result<std::unique_ptr<Pruner>> makePruner(const TuningSpec& spec);

}
