// SPDX-License-Identifier: GPL-3.0-or-later
// The n-th call on a run's files fails, for n = 1, 2, 3, … until a run goes by without a failure: with an error of the
// disk, a full disk, an interruption or a half write, once, or from then on until there is room again.
#include "core/base/files.h"
#include "core/base/rng.h"
#include "core/store/run_folder.h"
#include "tests/fault/campaign.h"

#include <cstdio>

using namespace fault;
namespace fs = std::filesystem;
namespace store = core::store;

namespace {

enum class Until {
    Once,    ///< one call fails
    Room,    ///< all do, until the run says that it waits, and a little longer
    Stopped, ///< all do, until the run is stopped with SIGTERM; it is resumed when all is well again
};

struct Kind {
    const char* name;
    const char* code;
    Until until;
    const char* cause; ///< what the message says

    /// False if it strikes fewer calls than there are.
    bool counts() const { return std::string_view(code) == "EIO"; }
};
const Kind kinds[] = {{"one error", "EIO", Until::Once, "Input/output error"},
                      {"a full disk", "ENOSPC", Until::Room, "No space left"},
                      {"a half write", "short", Until::Once, ""},
                      {"an interruption", "EINTR", Until::Once, "Interrupted system call"},
                      {"errors from then on", "EIO", Until::Room, "Input/output error"},
                      {"a full disk until the run is stopped", "ENOSPC", Until::Stopped, "No space left"},
                      {"one full write", "ENOSPC", Until::Once, "No space left"}};

struct Group {
    const char* name;
    const char* only;
    const char* skip;
    long stride; ///< in the quick form
};
const Group groups[] = {{"journal", "/journal", "", 2},
                        {"checkpoints", "/checkpoints", "", 7},
                        {"run.h5", "run.h5", "", 60},
                        {"the rest", "", "/journal:/checkpoints:run.h5", 4}};

class Errors {
public:
    Errors(Campaign& campaign, fs::path experiment, const Reference& reference)
        : m_campaign(campaign),
          m_experiment(std::move(experiment)),
          m_reference(reference),
          m_runs(campaign.folder() / "runs")
    {
    }

    // Every `stride`-th call on the files of a group from `first` on: each fails in one way, or in all of them.
    void play(const Group& group, long first, long stride, bool all)
    {
        for (long n = first;; n += stride)
            for (std::size_t i = 0; i < std::size(kinds); ++i) {
                const std::size_t turn = std::size_t(n / stride) % std::size(kinds);
                if ((all || i == turn) && !strike(kinds[i], group, n) && kinds[i].counts())
                    return;
            }
    }

    std::string summary() const
    {
        return std::to_string(m_struck) + " runs with a failure: " + std::to_string(m_unharmed) +
               " ended all the same (" + std::to_string(m_waited) + " after a pause), " + std::to_string(m_refused) +
               " ended with an error and were resumed";
    }

private:
    Campaign& m_campaign;
    const fs::path m_experiment;
    const Reference& m_reference;
    const fs::path m_runs;
    long m_struck = 0, m_unharmed = 0, m_waited = 0, m_refused = 0;

    bool strike(const Kind& kind, const Group& group, long n)
    {
        m_campaign.doing(std::string(kind.name) + ", call " + std::to_string(n) + " on " + group.name);
        const fs::path report = m_campaign.folder() / "report", full = m_campaign.folder() / "full";
        fs::remove_all(m_runs);
        fs::remove(report);
        fs::create_directories(m_runs);
        std::map<std::string, std::string> variables{{"FAULT_AT", std::to_string(n)},
                                                     {"FAULT_KIND", kind.code},
                                                     {"FAULT_ONLY", group.only},
                                                     {"FAULT_SKIP", group.skip},
                                                     {"FAULT_REPORT", report}};
        if (kind.until != Until::Once) {
            std::ofstream(full) << "full\n";
            variables["FAULT_FOREVER"] = full;
        }
        tests::Running run(cliWith(shimOn(m_runs, variables), {"train", m_experiment, "--runs", m_runs, "--json"}));
        const bool paused = kind.until != Until::Once && waits(run);
        if (paused && kind.until == Until::Stopped) {
            run.signal(SIGTERM);
            // It cannot save; that it ends is what counts.
            m_campaign.check(tests::until([&] { return !run.going(); }, 30), "SIGTERM does not end a run that waits");
        }
        fs::remove(full);
        const tests::Ended ended = run.wait(60);
        const std::string struck = core::base::readFile(report).valueOr({});
        if (struck.empty())
            return false;
        m_campaign.doing(std::string(kind.name) + ", " + struck.substr(0, struck.size() - 1));
        ++m_struck;
        m_waited += paused && ended.status == 0;
        if (kind.until == Until::Room && struck.find("/checkpoints/") != std::string::npos)
            m_campaign.check(paused && ended.status == 0, "the run did not wait for room: " + ended.err);
        judge(kind, ended, paused);
        return true;
    }

    static bool waits(tests::Running& run)
    {
        const auto told = [&] { return run.errorsSoFar().find("paused") != std::string::npos; };
        return tests::until([&] { return !run.going() || told(); }) && run.going();
    }

    void judge(const Kind& kind, const tests::Ended& ended, bool paused)
    {
        const core::base::Value object = ended.json();
        if (ended.status == 0) {
            ++m_unharmed;
            m_campaign.check(object["digest"].text() == m_reference.digest, "status 0 with another digest");
            const auto record = store::readRun(object["run"].text());
            if (m_campaign.check(bool(record), "status 0, and the run cannot be read"))
                m_campaign.check(missing(*record, m_reference.record).empty(),
                                 "status 0, and " + missing(*record, m_reference.record));
            m_campaign.check(record && record->finished && record->finished->digest == m_reference.digest,
                             "status 0, and the run's end is not recorded");
            return;
        }
        ++m_refused;
        const core::base::Value& error = object["error"];
        const bool stopped = paused && kind.until == Until::Stopped;
        m_campaign.check(ended.status == 5 || (stopped && ended.status == 143),
                         "exit status " + std::to_string(ended.status) + ": " + ended.err);
        if (ended.status == 5) {
            m_campaign.check(error["where"].text().find(m_runs.string()) != std::string::npos,
                             "the error names no file: " + ended.out);
            const std::string& message = error["message"].text();
            m_campaign.check(message.find(kind.cause) != std::string::npos ||
                                 message.find("came back from the file otherwise") != std::string::npos,
                             "the error does not name the cause: " + ended.out);
        }
        resumeLater();
    }

    // With the disk in order again.
    void resumeLater()
    {
        for (const store::RunSummary& run : store::listRuns(m_runs)) {
            m_campaign.check(run.problem.empty(), "the run is called damaged: " + run.problem);
            const auto record = store::readRun(run.folder);
            if (m_campaign.check(bool(record), "the run cannot be read")) {
                const std::string wrong = falseRows(*record, m_reference.record);
                m_campaign.check(wrong.empty(), wrong);
            }
        }
        resumeToTheEnd(m_campaign, m_experiment, m_runs, m_reference);
        // What was begun goes on; it is not left behind for another run.
        for (const store::RunSummary& run : store::listRuns(m_runs))
            m_campaign.check(run.state == core::events::RunState::Completed,
                             run.id + " stays " + std::string(core::events::name(run.state)));
    }
};

}

int main(int argc, char** argv)
{
    // The quick form leaves calls out, and lets each fail in one way only; `--all 1` leaves out nothing.
    Campaign campaign(argc, argv, {{"all", 0}});
    std::ofstream(campaign.folder() / "tiny.experiment.json") << tinyExperiment();
    const fs::path experiment = campaign.folder() / "tiny.experiment.json";
    const Reference reference = train(campaign, experiment, campaign.folder() / "undisturbed");
    Errors errors(campaign, experiment, reference);
    const core::base::Draw draw(campaign.seed(), "io errors");
    const bool all = campaign["all"] != 0;
    for (const Group& group : groups) {
        const long stride = all ? 1 : group.stride;
        errors.play(group, 1 + long(draw.below(std::uint64_t(group.stride), std::uint64_t(stride))), stride, all);
        std::printf("%s: %s\n", group.name, errors.summary().c_str());
        std::fflush(stdout);
    }
    return campaign.end(errors.summary());
}
