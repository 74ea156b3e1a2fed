// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/columns.h"
#include "core/store/journal.h"
#include "core/store/run_record.h"

namespace core::store {

/// Puts a record together in the order in which things happened.
class Replay {
public:
    RunRecord record;
    /// Of each of its events as JSON, for whoever would write it again; only with `keepsTexts`, and of a journal.
    std::vector<std::string> texts;

    explicit Replay(bool keepsTexts = false) : m_keepsTexts(keepsTexts) {}

    void add(const ScalarBlock& block);
    void add(const TensorBlock& block);
    void add(double time, events::Event event);
    /// Drops scalars, statistics and events at or behind `step`; the news that the checkpoint of `step` was written
    /// stays.
    void rewind(std::int64_t step);
    /// A record of a journal; one that is not what it should be is noted in `record.problem`.
    void add(const JournalRecord& entry);

private:
    bool m_keepsTexts;
};

/// What a rewind is in a journal.
std::string rewindPayload(std::int64_t step);

/// A run's journal, if there is one, as a record. What is damaged in it is told in the record's problem. `texts` gets
/// its events as they stand in the journal.
base::Result<RunRecord> recordOfJournal(const std::filesystem::path& run, Reading reading,
                                        std::vector<std::string>* texts = nullptr);

/// Id, folder and spec of a run; a spec.json that cannot be read is noted as the record's problem.
void addIdentity(RunRecord& record, const std::filesystem::path& run);

}
