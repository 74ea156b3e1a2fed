// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"
#include "core/tune/limits.h"
#include "core/tune/space.h"

namespace core::tune {

/// What is made small or large: the value of a metric that runs record.
struct ObjectiveSpec {
    std::string metric;
    std::string goal; ///< `minimize` or `maximize`; there is no default

    bool operator==(const ObjectiveSpec&) const = default;
    bool maximizes() const { return goal == "maximize"; }
};

struct WhenSpec {
    std::string path;
    base::Value values;

    bool operator==(const WhenSpec&) const = default;
};

/// A range as a person writes it. What is left out comes from the field that the path leads to.
struct ParameterSpec {
    std::string path;
    std::string type = "auto";
    std::optional<double> min, max, step;
    std::string scale = "auto";
    base::Value values;
    std::optional<WhenSpec> when;

    bool operator==(const ParameterSpec&) const = default;
};

/// Any one of these ends a study, beside its numbers of jobs and seconds.
struct CompletionSpec {
    std::optional<double> target;
    std::optional<std::int64_t> notImproving;
    bool onConvergence = false;

    bool operator==(const CompletionSpec&) const = default;
};

struct WarmStartSpec {
    std::string type = "IDENTICAL_DATA_AND_ALGORITHM";
    std::vector<std::string> parents;

    bool operator==(const WarmStartSpec&) const = default;
};

/// How trials are handed to Slurm.
struct SlurmSpec {
    std::string partition, timeLimit;   ///< as sbatch takes them; empty: the cluster's own
    std::int64_t cpusPerTask = 1;       ///< of a trial, which trains with so many threads
    std::vector<std::string> arguments; ///< for sbatch as they stand, such as `--gres=gpu:1`
    std::vector<std::string> setup;     ///< lines of shell before the trial
    double pollSeconds = 5;             ///< between two looks at the queue

    bool operator==(const SlurmSpec&) const = default;
};

/// The part `tuning` of an experiment.
struct TuningSpec {
    base::Pick strategy{"Bayesian", base::Object{}};
    std::vector<ObjectiveSpec> objective;
    std::vector<ParameterSpec> parameters;
    std::optional<std::int64_t> maxJobs;
    std::int64_t maxParallelJobs = 1;
    std::optional<double> maxRuntime, maxTrialRuntime;
    base::Pick earlyStopping{"Off", base::Object{}};
    CompletionSpec completion;
    std::int64_t retries = 1;
    std::string batched = "auto"; ///< or `off`
    std::optional<WarmStartSpec> warmStart;
    std::string executor = "local"; ///< or `slurm`
    SlurmSpec slurm;
    std::string limits; ///< a file of ranges; empty: none
    std::optional<double> pricePerHour;
    std::int64_t seed = 0;

    bool operator==(const TuningSpec&) const = default;
};

const base::Fields<TuningSpec>& tuningFields();

/// The experiment that a study varies. Studies of something outside have none: their paths and metrics are free names.
struct TuningSubject {
    const base::Schema* schema = nullptr;
    const base::Value* experiment = nullptr; ///< resolved
    const base::Catalog* catalog = nullptr;
    std::vector<std::string> metrics = {}; ///< that a run will record; empty: not known
    std::string folds = {};                ///< not empty: it trains folds, which Wilcoxon compares
};

/// The ranges with everything filled in, or the first thing that is wrong with them.
base::Result<Space> spaceOf(const TuningSpec& spec, const TuningSubject& subject = {});

/// What a study cannot start with, and what it can start with but a person should know.
struct TuningChecked {
    std::vector<base::Error> problems, warnings;
};
TuningChecked checkTuning(const TuningSpec& spec, const TuningSubject& subject = {}, const Limits& limits = {});

/// How many trials it makes at most: `max_jobs`, for a Grid without it every point, else one.
std::int64_t jobsOf(const TuningSpec& spec, const Space& space);

/// Reads and checks the part as it stands in an experiment file; the first problem is the error.
base::Result<TuningSpec> readTuning(const base::Value& given, const TuningSubject& subject = {},
                                    const Limits& limits = {});

}

template <>
struct core::base::Codec<core::tune::ObjectiveSpec> {
    static Value write(const tune::ObjectiveSpec& spec);
    static tune::ObjectiveSpec read(const Value& value);
};
template <>
struct core::base::Codec<core::tune::ParameterSpec> {
    static Value write(const tune::ParameterSpec& spec);
    static tune::ParameterSpec read(const Value& value);
};
