// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "core/session/tuning_executor.h"
#include "core/session/tuning_gpus.h"
#include "core/session/tuning_measure.h"
#include "core/tune/advice.h"
#include "core/tune/study.h"

#include <deque>
#include <mutex>

namespace core::session {

/// A folder of runs holds studies too: `<id>/study.jsonl` is a study's journal, `<id>/study.json` what it varies: the
/// experiment as it was given, and the folder at which its relative paths start.
struct StudyFolder {
    std::filesystem::path path;

    std::string id() const { return path.filename().string(); }
    std::filesystem::path journal() const { return path / "study.jsonl"; }
    std::filesystem::path experiment() const { return path / "study.json"; }
};
bool isStudy(const std::filesystem::path& folder);
/// By folder, or by its id in `runs`.
base::Result<StudyFolder> findStudy(const std::string& folderOrId, const std::filesystem::path& runs);
/// Newest first.
std::vector<StudyFolder> listStudies(const std::filesystem::path& runs);
/// Of a study that somebody else may be writing.
base::Result<tune::StudyRead> readStudy(const StudyFolder& study);

/// What a study varies.
struct StudySubject {
    base::Value given;            ///< with its part `tuning`
    std::filesystem::path folder; ///< absolute

    bool operator==(const StudySubject&) const = default;
};
base::Result<StudySubject> readSubject(const StudyFolder& study);

/// A study before it starts: what it varies, and what is wrong with it or worth knowing.
struct StudyPlan {
    base::Value resolved; ///< the experiment
    tune::TuningSpec spec;
    tune::Space space;
    std::vector<base::Error> warnings;
    std::vector<std::string> metrics; ///< that a run records, which an objective may be
    tune::Estimate estimate;
    std::optional<TrialMeasure> trial; ///< with PlanDepth::Measure

    /// How this machine is shared by the trials; nothing where they train elsewhere, or it was not measured.
    std::optional<tune::MachineShare> share() const
    {
        return trial && spec.executor == "local" ? std::optional(trial->share) : std::nullopt;
    }
};
/// How far a plan looks: at the text alone, so that the objective's name is not checked; also at the data; or it trains
/// a few steps too, which takes a second or some, and knows the time and the cost.
enum class PlanDepth { Text, Data, Measure };
/// The first problem is the error. `executor`: another one than the study names.
base::Result<StudyPlan> planStudy(const StudySubject& subject, PlanDepth depth = PlanDepth::Measure,
                                  const std::string& device = "auto", const std::string& executor = {});

/// The resolved experiment of one trial. Where another kind is chosen (of an optimizer, a model), the settings that the
/// new kind knows too are kept. An error if it does not fit together.
base::Result<base::Value> trialExperiment(const StudySubject& subject, const base::Object& parameters);

/// Makes the study's folder with the next free number. The journal is whole when it returns. With the `share` of a plan
/// this machine is not measured again.
base::Result<StudyFolder> createStudy(const StudySubject& subject, const tune::TuningSpec& spec,
                                      const std::filesystem::path& runs,
                                      const std::optional<tune::MachineShare>& share = {});

/// Trains a study's trials, each in a process of its own, so many at once as it says and the machine carries. A trial
/// is a run. One thread.
///
/// Whatever dies, nothing is lost: a worker's trial goes on where its newest checkpoint stands, and so do all trials
/// when the coordinator itself comes back; workers of this machine end themselves when it is gone, jobs of Slurm train
/// on and are taken up. While the disk is full it waits for room. A trial whose memory no GPU has free is held back:
/// its note `held` says why.
class Tuner {
public:
    struct Options {
        std::filesystem::path runs;
        std::filesystem::path program; ///< descent-cli
        std::string device = "auto";
        std::optional<std::int64_t> only;                          ///< trains this one trial alone
        std::string executor = {};                                 ///< `local`, `slurm`; empty: as the study says
        std::function<void(const std::string&)> say = {};          ///< what a person should know, in sentences
        GpuTable gpus = {};                                        ///< the GPUs; empty: the driver's
        std::function<std::unique_ptr<Executor>()> executors = {}; ///< another place to train; empty: as above
        std::function<int()> serve = {}; ///< the program's `trial-worker --serve`, in this process: pooledExecutor()
    };
    /// While nothing else writes the study.
    static base::Result<std::unique_ptr<Tuner>> open(const StudyFolder& folder, const Options& options);
    ~Tuner(); ///< ends the workers that are left; their runs keep a checkpoint

    const StudyFolder& folder() const;
    const tune::StudyState& state() const;

    /// Until the study has ended, is paused, or `going` says no: asked about ten times a second, and after whatever
    /// happened. Ending early leaves all trials as they are, to be gone on with.
    base::Status run(const std::function<bool(const tune::StudyState&)>& going);
    /// From any thread: done between two looks of run(). What goes wrong is told to `done`.
    using Order = std::function<base::Status(tune::Study&)>;
    void post(Order order, std::function<void(const base::Status&)> done = {});

private:
    class Work;
    explicit Tuner(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

}
