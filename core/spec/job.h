// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"
#include "core/spec/check.h"

namespace core::spec {

/// A value that is read from a script's log, as SageMaker does: the first group of the regular expression, wherever a
/// line has a match.
struct MetricDefinition {
    std::string name, regex;

    bool operator==(const MetricDefinition&) const = default;
};

/// The part `job` of an experiment: how it is run, not what is trained.
struct JobSpec {
    double maxRunS = 86400;         ///< of training, over all launches
    std::optional<double> maxWaitS; ///< from the submission to the end, waiting included
    bool spot = false;
    base::Pick interruption{"none", base::Object{}}; ///< of `interruptionLaws()`
    std::string fallback = "none";                   ///< or `on_demand`
    std::string instance;                            ///< a row of the price table; empty: this machine, without a price
    std::int64_t instanceCount = 1;
    std::int64_t priority = 0;
    std::optional<double> notify = 120; ///< seconds from SIGTERM to SIGKILL; nothing: SIGKILL at once
    std::vector<std::string> command;   ///< of a script job; empty: the experiment is trained
    std::vector<MetricDefinition> metricDefinitions;
    base::Value hyperparameters = base::Object{}, channels = base::Object{}, environment = base::Object{};
    base::Value sagemaker = base::Object{}; ///< what an imported description says besides

    bool operator==(const JobSpec&) const = default;
};

/// Settings of the interruption laws. Seconds count as `core/jobs/interruption.h` tells.
struct NowLaw {
    double waitS = 0;
};
struct RateLaw {
    double perHour = 1;
    double waitS = 0;
    std::int64_t most = 1000;
    std::int64_t seed = 0;
};
struct TraceLaw {
    std::vector<double> times;
    std::string file;
    double waitS = 0;
};
struct StepLaw {
    std::vector<std::int64_t> steps;
    double waitS = 0;
};
const base::Fields<NowLaw>& nowLawFields();
const base::Fields<RateLaw>& rateLawFields();
const base::Fields<TraceLaw>& traceLawFields();
const base::Fields<StepLaw>& stepLawFields();

/// The family `interruptions`: `none`, `now`, `rate`, `trace`, `step`.
base::Family interruptionLaws();

const base::Fields<JobSpec>& jobFields();

/// Checks the part as it stands in an experiment; relative paths (the trace, channels, a program with a slash) start at
/// `folder`. Null is a job with every default.
Checked checkJob(const base::Value& given, const std::filesystem::path& folder = {});

/// The same, read; the first problem is the error.
base::Result<JobSpec> readJob(const base::Value& given, const std::filesystem::path& folder = {});

/// Where `path` is the kind of the interruption and `kind` another one than the tree has, what only the law before knew
/// goes; what both know stays.
void exchangeLaw(base::Value& tree, std::string_view path, std::string_view kind);

}

template <>
struct core::base::Codec<core::spec::MetricDefinition> {
    static Value write(const spec::MetricDefinition& definition);
    static spec::MetricDefinition read(const Value& value);
};
