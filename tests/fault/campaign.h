// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <map>

namespace fault {

/// What every campaign takes: `--seed N`, `--again FOLDER` and numbers of its own, `--NAME N`. A campaign prints its
/// seed; one that fails leaves its folder, and what was recorded there is used again by `--again`. All of them:
///
///     kill_campaign --kills 1000              SIGKILL at any moment and inside saves, resumed to the same bits
///     study_kills --kills 1000                SIGKILL of a study's coordinator and workers, and full disks
///     rank_kills --kills 300                  SIGKILL and SIGSTOP of ranks and of their coordinator
///     power_cut --states 10000 --resumes 100  what a disk may hold after a power cut, at every call that changed it;
///                                             --again FOLDER --only STATE shows one state again
///     io_errors --all 1                       the n-th write, sync, rename or creation fails, in every way
///     bit_flips --view 1000000                every bit of a checkpoint, a journal and a finished run.h5
///     termination --mb 1000 --times 10        SIGTERM gives a verified checkpoint in time
///     stops --stops 1000                      the window's Stop at any moment
class Campaign {
public:
    Campaign(int argc, char** argv, std::map<std::string, long> numbers);
    ~Campaign();

    long operator[](const std::string& name) const { return m_numbers.at(name); }
    std::uint64_t seed() const { return std::uint64_t(m_numbers.at("seed")); }
    const std::filesystem::path& folder() const { return m_folder.path(); }
    /// The folder of a campaign that failed; empty if this is none of its repetitions.
    const std::filesystem::path& again() const { return m_again; }
    double seconds() const;

    /// Counts, and tells a failure with what was being done.
    bool check(bool holds, const std::string& what);
    /// Names what is being done now, for failures.
    void doing(std::string what) { m_doing = std::move(what); }
    long failures() const { return m_failures; }
    /// The exit status: 0 if all held. Prints a summary.
    int end(const std::string& summary);

private:
    std::map<std::string, long> m_numbers;
    tests::TempFolder m_folder;
    std::string m_doing;
    long m_checks = 0, m_failures = 0;
    double m_started = 0;
    std::filesystem::path m_again;
};

/// Experiments small enough to be trained hundreds of times; each writes checkpoints every few steps.
std::string tinyExperiment();         ///< 36 steps on 84 rows, 20 ms
std::string pictureExperiment();      ///< batch norm, dropout, augmentation, Adam, a schedule; 0.2 s
std::string tableExperiment();        ///< an MLP with weight decay and early stopping that does not stop; 0.2 s
std::string largeExperiment(long mb); ///< an MLP whose weights and optimizer state take so many megabytes

/// A run that nothing disturbed.
struct Reference {
    std::string digest;
    std::int64_t steps = 0;
    double seconds = 0; ///< of the program, start included
    core::store::RunRecord record;
};
Reference train(Campaign& campaign, const std::filesystem::path& experiment, const std::filesystem::path& runs);

/// `descent-cli` with variables of the environment before it.
std::vector<std::string> cliWith(const std::map<std::string, std::string>& environment,
                                 const std::vector<std::string>& arguments);
/// What the shim stands in: its own path and the variables of iofault.cpp.
std::map<std::string, std::string> shimOn(const std::filesystem::path& folder,
                                          const std::map<std::string, std::string>& variables);

/// What in `record` is otherwise than in the reference: rows that never were, holes, another order; empty if nothing.
std::string falseRows(const core::store::RunRecord& record, const core::store::RunRecord& reference);
/// What is missing of the reference at its end; empty if nothing.
std::string missing(const core::store::RunRecord& record, const core::store::RunRecord& reference);
/// Steps whose rows are there, without a hole, from 0.
std::int64_t rowsOf(const core::store::RunRecord& record);

/// Ends an interrupted run with `train --resume auto` and compares all of it with the reference.
void resumeToTheEnd(Campaign& campaign, const std::filesystem::path& experiment, const std::filesystem::path& runs,
                    const Reference& reference);

}
