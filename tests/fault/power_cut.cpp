// SPDX-License-Identifier: GPL-3.0-or-later
// Writes down every call that changes a run's folder, from its making over an interruption and a resumption to its end,
// and plays the log again as disks that lose power: at every call, with everything or nothing kept of what was not
// synced, the last write torn, a name lost, any pages lost. Each disk must still have what was acknowledged before.
#include "core/base/rng.h"
#include "core/store/checkpoint.h"
#include "core/store/journal.h"
#include "core/store/run_folder.h"
#include "tests/fault/campaign.h"
#include "tests/fault/disk.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace fault;
namespace fs = std::filesystem;
namespace store = core::store;

namespace {

const char* nameOf(Cut cut)
{
    const char* const names[] = {"everything kept", "only what was synced", "last write torn", "a name lost",
                                 "any pages lost"};
    return names[int(cut)];
}

std::string tensorsDigest(const store::Checkpoint& checkpoint)
{
    std::vector<core::base::BlobView> views;
    for (const auto& blob : checkpoint.tensors)
        views.push_back({blob.name, blob.dtype, blob.shape, blob.bytes.data(), blob.bytes.size()});
    return core::base::digestOf(views);
}

// What a disk must have at one place of the log, whatever it loses from there on.
struct Due {
    std::string id;               ///< of the run, once its folder lasts
    std::int64_t rows = 0;        ///< acknowledged
    std::int64_t checkpoint = -1; ///< step of the newest that was synced, name included
};

class PowerCut {
public:
    PowerCut(Campaign& campaign, fs::path experiment, const Reference& reference)
        : m_campaign(campaign),
          m_experiment(std::move(experiment)),
          m_reference(reference),
          m_runs(campaign.folder() / "cut")
    {
    }

    void record()
    {
        const fs::path runs = m_campaign.folder() / "recorded", log = m_campaign.folder() / "log";
        if (!m_campaign.again().empty()) {
            fs::copy(m_campaign.again() / "log", log);
            m_log = readLog(log);
            return;
        }
        // Interrupted as soon as there is a checkpoint; where that comes too late it is tried again.
        for (int attempt = 0; attempt < 5 && !m_interrupted; ++attempt) {
            fs::remove_all(runs);
            fs::remove(log);
            fs::create_directories(runs);
            m_interrupted = recordInterrupted(runs, log);
        }
        m_campaign.check(m_interrupted, "the recorded run could not be interrupted");
        m_log = readLog(log);
        Disk disk;
        for (const Logged& call : m_log)
            disk.apply(call);
        m_campaign.check(disk.after(Cut::Nothing, core::base::Draw(0, "")) == treeOf(runs),
                         "the log does not give the folder that there is: a call was missed");
    }

    // Every place of the log with every cut, `most` disks at most, spread evenly; the first of a few gets resumed too.
    void play(long most, long resumes, long only)
    {
        const core::base::Draw draw(m_campaign.seed(), "power cut");
        std::vector<std::size_t> places;
        Disk disk;
        for (std::size_t i = 0; i < m_log.size(); ++i) {
            disk.apply(m_log[i]);
            // A write into the view is no place of its own: only the next sync or rename shows what became of it.
            const bool viewOnly = m_log[i].head.call == Call::Write && m_log[i].path.find(".h5") != std::string::npos;
            if (!viewOnly)
                places.push_back(i);
        }
        const Cut cuts[] = {Cut::Nothing, Cut::All, Cut::Torn, Cut::Names, Cut::Pages};
        const long fixed = 4 * long(places.size());
        const long rounds = std::max(1L, (most - fixed) / long(places.size()));
        const long total = fixed + rounds * long(places.size());
        disk = Disk();
        std::size_t next = 0;
        for (std::size_t i = 0; i < m_log.size(); ++i) {
            disk.apply(m_log[i]);
            if (next == places.size() || places[next] != i)
                continue;
            ++next;
            const Due due = dueOf(disk);
            for (const Cut cut : cuts)
                for (long round = 0; round < (cut == Cut::Pages ? rounds : 1); ++round) {
                    const auto number = std::uint64_t(m_states++);
                    if (only >= 0 && number != std::uint64_t(only))
                        continue;
                    m_campaign.doing("call " + std::to_string(i) + " of " + std::to_string(m_log.size()) + ", " +
                                     nameOf(cut) + ", state " + std::to_string(number));
                    const auto tree = disk.after(cut, draw.within(number));
                    plant(tree, m_runs);
                    look(due, disk);
                    if (only >= 0 || draw.uniform(number) * double(total) < double(resumes))
                        resume(due, disk);
                }
        }
    }

    // A disk whose checkpoints are newer than its journal, as one may be whose checkpoints are not synced in the same
    // breath: it must go on from one that the journal reaches.
    void playOldJournals(long count)
    {
        const core::base::Draw draw(m_campaign.seed(), "old journals");
        const auto isJournalSync = [](const Logged& call) {
            return call.head.call == Call::Sync && call.path.find("/journal/") != std::string::npos;
        };
        std::vector<Disk::Tree> journals; // as they were after each sync
        Disk disk;
        long made = 0;
        for (const Logged& call : m_log) {
            disk.apply(call);
            const auto now = disk.after(Cut::Nothing, draw);
            const auto inJournal = [](const auto& entry) { return entry.first.find("/journal/") != std::string::npos; };
            if (isJournalSync(call)) {
                Disk::Tree journal;
                std::copy_if(now.begin(), now.end(), std::inserter(journal, journal.end()), inJournal);
                journals.push_back(std::move(journal));
            }
            const bool checkpoint =
                call.head.call == Call::Rename && call.target.find("/checkpoints/") != std::string::npos;
            if (!checkpoint || journals.size() < 3 || made == count ||
                std::none_of(now.begin(), now.end(),
                             [&](const auto& entry) { return inJournal(entry) && entry.first.ends_with(".log"); }))
                continue;
            Disk::Tree tree = journals[journals.size() - 2 - draw.below(std::uint64_t(made), journals.size() - 2)];
            std::copy_if(now.begin(), now.end(), std::inserter(tree, tree.end()),
                         [&](const auto& entry) { return !inJournal(entry); });
            // Checkpoints are thinned, so an old one that the journal reaches may be gone: then it begins anew.
            plant(tree, m_runs);
            m_campaign.doing("a journal older than the checkpoint " + call.target);
            resumeToTheEnd(m_campaign, m_experiment, m_runs, m_reference);
            ++made;
        }
        m_oldJournals = made;
    }

    std::string summary() const
    {
        return std::to_string(m_log.size()) + " calls" + ", " + std::to_string(m_states) + " states, " +
               std::to_string(m_halves) + " with a checkpoint that was never synced and is not whole, " +
               std::to_string(m_resumed) + " resumed to the end, " + std::to_string(m_oldJournals) +
               " with a journal older than its checkpoints";
    }

private:
    Campaign& m_campaign;
    const fs::path m_experiment;
    const Reference& m_reference;
    const fs::path m_runs;
    std::vector<Logged> m_log;
    std::map<std::int64_t, std::string> m_checkpoints; // tensors by step, as they were first seen
    bool m_interrupted = false;
    long m_states = 0, m_resumed = 0, m_halves = 0, m_oldJournals = 0;

    // False if the run ended before it could be interrupted.
    bool recordInterrupted(const fs::path& runs, const fs::path& log)
    {
        const auto environment = shimOn(runs, {{"FAULT_LOG", log}});
        const auto command = [&](const char* resume) {
            return cliWith(environment, {"train", m_experiment, "--runs", runs, "--json", "--resume", resume});
        };
        m_campaign.doing("recording");
        tests::Running first(command("never"));
        const auto checkpointed = [&] {
            return !first.going() || !store::listCheckpoints(runs / "tiny-0001" / "checkpoints").empty();
        };
        m_campaign.check(tests::until(checkpointed), "no checkpoint was written");
        first.signal(SIGTERM);
        const int status = first.wait().status;
        m_campaign.check(status == 143 || status == 0, "the recorded run ended with " + std::to_string(status));
        if (status != 143)
            return false;
        const tests::Ended second = tests::Running(command("auto")).wait();
        m_campaign.check(second.json()["digest"].text() == m_reference.digest, "recording changed the run");
        return true;
    }

    Due dueOf(const Disk& disk)
    {
        const core::base::Draw any(0, "");
        Due due;
        plant(disk.after(Cut::All, any), m_runs);
        for (const auto& entry : fs::directory_iterator(m_runs))
            due.id = entry.path().filename().string();
        if (due.id.empty())
            return due;
        const fs::path run = m_runs / due.id;
        std::uint64_t last = 0;
        if (const auto record = store::readRun(run))
            due.rows = rowsOf(*record);
        (void)store::readJournal(run / "journal", [&](const store::JournalRecord& each) { last = each.sequence; });
        for (const auto& file : store::listCheckpoints(run / "checkpoints"))
            if (const auto whole = store::readCheckpoint(file.file)) {
                due.checkpoint = std::max(due.checkpoint, file.step);
                m_checkpoints.try_emplace(file.step, tensorsDigest(*whole));
            }
        // A rewind that is not synced yet may be there or not; it takes rows back that will come again.
        plant(disk.after(Cut::Nothing, any), m_runs);
        if (fs::exists(run / "journal"))
            (void)store::readJournal(run / "journal", [&](const store::JournalRecord& each) {
                if (each.kind == store::RecordKind::Rewind && each.sequence > last) {
                    std::int64_t step = 0;
                    std::memcpy(&step, each.payload.data(), sizeof step);
                    due.rows = std::min(due.rows, step);
                }
            });
        // A checkpoint that lasts is a promise of its own: all before it was recorded.
        due.rows = std::max(due.rows, due.checkpoint);
        return due;
    }

    void look(const Due& due, const Disk& disk)
    {
        if (due.id.empty()) {
            // Not acknowledged: there is a run that can be read, or none.
            for (const store::RunSummary& run : store::listRuns(m_runs))
                m_campaign.check(run.problem.empty(), "a run that is half made: " + run.problem);
            return;
        }
        const fs::path run = m_runs / due.id;
        const auto record = store::readRun(run);
        if (!m_campaign.check(bool(record), "the run cannot be read: " + (record ? "" : describe(record.error()))))
            return;
        m_campaign.check(record->problem.empty(), "the run is called damaged: " + record->problem);
        m_campaign.check(record->spec == m_reference.record.spec, "the spec is another");
        m_campaign.check(rowsOf(*record) >= due.rows, "of " + std::to_string(due.rows) + " acknowledged rows " +
                                                          std::to_string(rowsOf(*record)) + " are there");
        const std::string wrong = falseRows(*record, m_reference.record);
        m_campaign.check(wrong.empty(), wrong);
        if (record->finished)
            m_campaign.check(record->finished->digest == m_reference.digest ||
                                 record->finished->state != core::events::RunState::Completed,
                             "the run ended in another digest");
        lookAtCheckpoints(due, disk, run);
        // Whoever stops a run, or ends it, is told so only when its last step is safe.
        const auto newest = store::newestWhole(run / "checkpoints");
        m_campaign.check(!record->finished || (newest && newest->step >= record->finished->steps),
                         "the run has ended without a checkpoint of its end");
    }

    void lookAtCheckpoints(const Due& due, const Disk& disk, const fs::path& run)
    {
        for (const auto& file : store::listCheckpoints(run / "checkpoints")) {
            const auto whole = store::readCheckpoint(file.file);
            if (!whole) {
                const std::string path = fs::relative(file.file, m_runs).string();
                m_campaign.check(!disk.isSynced(path), "a checkpoint that was synced is not whole: " + path);
                ++m_halves;
            } else if (const auto known = m_checkpoints.find(file.step); known != m_checkpoints.end()) {
                m_campaign.check(tensorsDigest(*whole) == known->second,
                                 "the checkpoint of step " + std::to_string(file.step) + " holds something else");
            }
        }
        const auto newest = store::newestWhole(run / "checkpoints");
        m_campaign.check(due.checkpoint < 0 || (newest && newest->step >= due.checkpoint),
                         "the checkpoint of step " + std::to_string(due.checkpoint) + " is not there");
    }

    void resume(const Due& due, const Disk&)
    {
        ++m_resumed;
        const bool whole = !due.id.empty();
        if (whole) {
            const tests::Ended shown = tests::cli({"runs", "show", due.id, "--runs", m_runs, "--json"});
            const core::base::Value object = shown.json();
            m_campaign.check(shown.status == 0, "runs show ends with " + std::to_string(shown.status) + shown.err);
            if (shown.status == 0)
                m_campaign.check(object["runs"].array().front()["steps"].toInt() >= due.rows - 1,
                                 "runs show knows too few steps");
        }
        resumeToTheEnd(m_campaign, m_experiment, m_runs, m_reference);
        if (whole) {
            const auto ended = store::readRun(m_runs / due.id);
            m_campaign.check(ended && ended->finished && ended->finished->digest == m_reference.digest,
                             "the run itself did not end: another was begun");
        }
    }
};

}

int main(int argc, char** argv)
{
    Campaign campaign(argc, argv, {{"states", 1500}, {"resumes", 10}, {"old-journals", 3}, {"only", -1}});
    std::ofstream(campaign.folder() / "tiny.experiment.json") << tinyExperiment();
    const fs::path experiment = campaign.folder() / "tiny.experiment.json";
    const Reference reference = train(campaign, experiment, campaign.folder() / "undisturbed");
    PowerCut cut(campaign, experiment, reference);
    cut.record();
    cut.play(campaign["states"], campaign["resumes"], campaign["only"]);
    cut.playOldJournals(campaign["old-journals"]);
    return campaign.end(cut.summary());
}
