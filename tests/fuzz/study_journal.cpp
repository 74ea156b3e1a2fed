// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/tune/csv.h"
#include "core/tune/journal.h"
#include "core/tune/optuna_journal.h"
#include "core/tune/views.h"
#include "tests/fuzz/fuzz.h"

using namespace core;

namespace {

// No fuzzer guesses a checksum: each line is taken as a record without one, too.
std::vector<base::Object> recordsIn(std::string_view bytes)
{
    std::vector<base::Object> records;
    for (std::size_t from = 0; from < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', from), bytes.size());
        if (auto value = base::parseJson(bytes.substr(from, end - from)); value && value->isObject()) {
            value->object().erase("crc");
            if (!value->object().empty())
                records.push_back(std::move(value->object()));
        }
        from = end + 1;
    }
    return records;
}

}

FUZZ(bytes)
{
    const tune::JournalContent content = tune::parseJournal(bytes);
    fuzz::promise(content.bytes >= 0 && content.bytes <= std::int64_t(bytes.size()));
    tune::foldStudy(content.records);

    const std::vector<base::Object> records = recordsIn(bytes);
    std::string written;
    for (const base::Object& record : records)
        written += tune::journalLine(record);
    const tune::JournalContent again = tune::parseJournal(written);
    fuzz::promise(again.records == records && again.damaged == 0);

    const tune::StudyRead read = tune::foldStudy(records);
    fuzz::promise(read.leftOut <= std::int64_t(records.size()));
    const tune::StudyState& study = read.state;
    for (std::size_t i = 0; i < study.trials.size(); ++i) {
        fuzz::promise(study.trials[i].number == std::int64_t(i));
        fuzz::promise(study.trials[i].state != tune::TrialState::Completed || !study.trials[i].values.empty());
    }
    tune::trialsAsCsv(study);
    tune::timelineOf(study);
    tune::edfOf(study);
    for (const tune::Parameter& each : study.space.parameters())
        fuzz::promise(bool(tune::sliceOf(study, each.path)) == !study.spec.objective.empty());
    if (!study.spec.objective.empty())
        tune::writeOptunaJournal(study);
}
