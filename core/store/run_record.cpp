// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/run_record.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/events/codec.h"
#include "core/store/finalize.h"
#include "core/store/gist.h"
#include "core/store/h5_view.h"
#include "core/store/replay.h"
#include "core/store/run_folder.h"
#include "core/store/run_names.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

namespace fs = std::filesystem;
using events::RunState;

double modified(const fs::path& file)
{
    struct stat facts {};
    return ::stat(file.c_str(), &facts) == 0 ? double(facts.st_mtim.tv_sec) + 1e-9 * double(facts.st_mtim.tv_nsec) : 0;
}

// What stands in the files is how far the writer came; whether it still lives shows in the lock.
void settleState(RunRecord& record)
{
    if (record.created == 0)
        record.created = modified(record.folder / "spec.json");
    if (record.finished)
        return;
    if (!isBeingWritten(record.folder))
        record.state = RunState::Interrupted;
    else if (record.events.empty())
        record.state = RunState::Preparing;
}

base::Result<RunRecord> readRecord(const fs::path& run, bool all)
{
    if (!isRun(run))
        return Error{
            ErrorKind::Data, "this is no run: it has neither spec.json nor a journal nor run.h5", run.string(), {}};
    RunRecord record;
    bool found = false;
    if (hasJournal(run / "journal")) {
        auto journal = recordOfJournal(run, all ? Reading::Salvage : Reading::Glance);
        found = bool(journal);
        if (found)
            record = std::move(*journal);
        else if (hasJournal(run / "journal"))
            return std::move(journal).error();
    }
    // There is none, or the run ended while it was read and its file has taken the place.
    if (!found) {
        // The spec is not in the gist.
        const bool brief = !all && fs::exists(run / "spec.json") && readGist(run / "run.h5", record);
        if (!brief && fs::exists(run / "run.h5"))
            CORE_CHECK(readView(run / "run.h5", record, all ? ViewPart::All : ViewPart::Events));
        addIdentity(record, run);
    }
    settleState(record);
    return record;
}

// The last validation metrics first: they are what a run is judged by.
std::vector<std::pair<std::string, double>> lastMetrics(const RunRecord& record)
{
    if (record.finished && !record.finished->metrics.empty())
        return record.finished->metrics;
    std::vector<std::pair<std::string, double>> metrics;
    for (const bool validation : {true, false})
        for (const auto& [name, series] : record.scalars)
            if (name.starts_with("validation/") == validation && !series.values.empty() &&
                name.find("/per_class/") == name.npos)
                metrics.emplace_back(name, series.values.back());
    return metrics;
}

std::int64_t lastStep(const RunRecord& record)
{
    if (record.finished)
        return record.finished->steps;
    std::int64_t last = 0;
    // A row of step s is taken before update s.
    for (const auto& [name, series] : record.scalars)
        if (!series.steps.empty())
            last = std::max(last, series.steps.back());
    for (const auto& event : record.events)
        if (!std::holds_alternative<events::RunOpened>(event))
            last = std::max(last, events::stepOf(event));
    return last;
}

std::uint64_t bytesIn(const fs::path& folder)
{
    std::uint64_t bytes = 0;
    std::error_code failed;
    for (auto entry = fs::recursive_directory_iterator(folder, failed);
         !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
        std::error_code gone;
        if (entry->is_regular_file(gone))
            if (const auto size = entry->file_size(gone); !gone)
                bytes += size;
    }
    return bytes;
}

void addBest(RunSummary& summary, const RunRecord& record)
{
    for (const auto& event : record.events)
        if (const auto* best = std::get_if<events::BestChanged>(&event)) {
            summary.bestMetric = best->metric;
            summary.bestValue = best->value;
            summary.bestEpoch = best->epoch;
        }
    if (record.finished && record.finished->bestStep >= 0) {
        summary.bestMetric = record.finished->bestMetric;
        summary.bestValue = record.finished->bestValue;
        summary.bestEpoch = record.finished->bestEpoch;
    }
}

base::Result<base::Value> openingsOf(const fs::path& run)
{
    if (!fs::exists(run / "openings.json"))
        return base::Value(base::Object{});
    return base::readJson(run / "openings.json");
}

base::Status keepOpenings(const fs::path& run, const base::Value& openings)
{
    return base::writeFileAtomically(run / "openings.json", base::writeJson(openings, 2) + '\n');
}

void addOpenings(RunSummary& summary, const base::Value& openings)
{
    summary.testOpenings = std::int64_t(openings["test"].array().size());
    const base::Value& last = openings["last"];
    summary.testRows = last["rows"].toInt();
    for (const auto& [name, value] : last["metrics"].object())
        summary.testMetrics.emplace_back(name, value.toReal());
}

// Held while openings.json is read and written again.
class ShortLock {
public:
    explicit ShortLock(const fs::path& file) : m_file(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644))
    {
        struct flock lock {};
        lock.l_type = F_WRLCK;
        while (m_file >= 0 && ::fcntl(m_file, F_OFD_SETLKW, &lock) != 0 && errno == EINTR) {
        }
    }
    ~ShortLock()
    {
        if (m_file >= 0)
            ::close(m_file);
    }
    ShortLock(const ShortLock&) = delete;
    ShortLock& operator=(const ShortLock&) = delete;

private:
    int m_file;
};

}

base::Result<RunRecord> readRun(const fs::path& run)
{
    return readRecord(run, true);
}

base::Result<RunSummary> summarize(const fs::path& run)
{
    CORE_TRY(record, readRecord(run, false));
    RunSummary summary;
    summary.id = record.id;
    summary.folder = record.folder;
    summary.name = record.spec["name"].text();
    summary.state = record.state;
    summary.created = record.created;
    summary.steps = lastStep(record);
    summary.metrics = lastMetrics(record);
    addBest(summary, record);
    if (record.opened) {
        summary.totalSteps = record.opened->totalSteps;
        summary.parent = record.opened->parent;
        summary.parentStep = record.opened->parentStep;
    }
    const auto openings = openingsOf(run);
    if (openings)
        addOpenings(summary, *openings);
    summary.bytes = bytesIn(run);
    summary.problem = !record.problem.empty() || openings ? record.problem : describe(openings.error());
    return summary;
}

std::vector<RunSummary> listRuns(const fs::path& runs)
{
    std::vector<RunSummary> all;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(runs, ignored)) {
        const fs::path& run = entry.path();
        if (run.filename().string().starts_with('.') || isEarlierName(run) || !isRun(run))
            continue;
        if (auto summary = summarize(run)) {
            all.push_back(std::move(*summary));
        } else {
            RunSummary damaged;
            damaged.id = run.filename().string();
            damaged.folder = run;
            damaged.created = modified(run / "spec.json");
            damaged.bytes = bytesIn(run);
            damaged.problem = describe(summary.error());
            all.push_back(std::move(damaged));
        }
    }
    std::sort(all.begin(), all.end(), [](const RunSummary& a, const RunSummary& b) {
        return a.created != b.created ? a.created > b.created : a.id > b.id;
    });
    return all;
}

base::Result<std::string> repair(const fs::path& run)
{
    CORE_TRY(folder, RunFolder::open(run));
    if (!hasJournal(folder.journal())) {
        CORE_TRY(record, readRun(run));
        if (!fs::exists(folder.view()))
            return std::string("Nothing was recorded yet; there is nothing to repair.");
        if (record.finished)
            return std::string("The run is whole; nothing was changed.");
        // The only copy there is: it stays beside the new one.
        const fs::path original = run / "run.h5.original";
        if (!fs::exists(original) && ::link(folder.view().c_str(), original.c_str()) != 0)
            return base::systemError("keep the original", folder.view(), errno);
        CORE_CHECK(replaceView(run, record));
        return "There is no journal; what could be read of run.h5 was written anew: " +
               std::to_string(record.scalars.size()) + " series. The original is kept as run.h5.original.";
    }
    CORE_TRY(record, recordOfJournal(run, Reading::Salvage));
    if (!record.finished)
        record.state = RunState::Interrupted;
    const std::string problem = record.problem;
    CORE_CHECK(replaceView(run, record));
    const std::string written = "run.h5 was written anew from the journal: " + std::to_string(record.scalars.size()) +
                                " series up to step " + std::to_string(lastStep(record)) + '.';
    if (!problem.empty()) {
        // The damaged journal is kept for whoever wants to look; the run goes on from what is whole.
        fs::path kept = run / "journal.damaged";
        for (int i = 2; fs::exists(kept); ++i)
            kept = run / ("journal.damaged-" + std::to_string(i));
        if (::rename(folder.journal().c_str(), kept.c_str()) != 0)
            return base::systemError("rename", folder.journal(), errno);
        CORE_CHECK(base::syncFolder(run));
        return written + " Not all could be saved: " + problem + ". The damaged journal is kept as " +
               kept.filename().string() + '.';
    }
    if (record.finished)
        CORE_CHECK(removeJournal(run));
    return written;
}

base::Status removeRun(const fs::path& run)
{
    CORE_TRY(folder, RunFolder::open(run));
    // Out of the list at once; what a power cut leaves of it is hidden.
    const fs::path hidden = folder.path().parent_path() / (".removed-" + folder.id());
    std::error_code failed;
    fs::remove_all(hidden, failed);
    if (::rename(folder.path().c_str(), hidden.c_str()) != 0)
        return base::systemError("remove", folder.path(), errno);
    fs::remove_all(hidden, failed);
    if (failed)
        return base::systemError("remove", hidden, failed.value());
    forgetEarlierNames(folder.path().parent_path(), folder.id());
    return base::syncFolder(folder.path().parent_path());
}

base::Result<std::int64_t> countTestOpening(const fs::path& run)
{
    if (!isRun(run))
        return Error{ErrorKind::Data, "this is no run", run.string(), {}};
    const ShortLock lock(run / "openings.lock");
    CORE_TRY(openings, openingsOf(run));
    base::Array times = openings["test"].array();
    times.push_back(base::isoTime(base::wallSeconds()));
    const auto count = std::int64_t(times.size());
    openings.object().set("test", std::move(times));
    CORE_CHECK(keepOpenings(run, openings));
    return count;
}

base::Status keepTestResult(const fs::path& run, std::int64_t rows,
                            const std::vector<std::pair<std::string, double>>& metrics)
{
    const ShortLock lock(run / "openings.lock");
    CORE_TRY(openings, openingsOf(run));
    base::Object values;
    for (const auto& [name, value] : metrics)
        values.set(name, value);
    openings.object().set("last", base::Object{{"rows", rows}, {"metrics", std::move(values)}});
    return keepOpenings(run, openings);
}

}
