// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/sweep.h"
#include "core/store/run_record.h"

#include <functional>
#include <optional>

namespace core::session {

/// What of a run is looked at for symptoms; nothing but what was recorded.
struct Evidence {
    base::Value spec; ///< resolved, edits included
    std::map<std::string, store::Series> scalars;
    std::vector<std::pair<std::string, double>> gradients; ///< last l2 norm of each, from the input to the output
    std::int64_t steps = 0, stepsPerEpoch = 1;
    std::int64_t bestStep = -1;
    double dataWait = -1;                      ///< share of the time; -1: not known
    double waitSeconds = -1, stepSeconds = -1; ///< of a step, for data and in all
    double gpuBusy = -1;                       ///< percent, over the run's samples
    std::string device;
    base::Error error; ///< of a failed run

    /// nullptr if there is none with a value.
    const store::Series* find(const std::string& name) const;
};
Evidence evidenceOf(const store::RunRecord& record);

/// A symptom that a run shows, with its numbers.
struct Sighting {
    std::string text;
    std::int64_t step = -1; ///< where it begins; -1: all along
};

/// Where to see it: a scalar's name, the page that shows it, and what to look for.
struct Sign {
    std::string signal, page, look;
};

/// Exactly these settings are changed, and nothing else.
struct Remedy {
    enum class From { Start, Before, Best, End };
    std::string key, label, why;
    From from = From::Start; ///< where the branch grows; at its start a run may get another network or other rows
    /// An error says why it does not apply to this experiment.
    std::function<base::Result<Changes>(const base::Value& resolved)> changes;
};

/// A problem of the field: symptom, how to see it here, causes, what to change. One plug-in of `core/session/problems`.
struct TrainingProblem {
    int place = 0; ///< in the list
    std::string key, title, symptom;
    std::vector<Sign> signs;
    std::vector<std::string> causes;
    std::vector<Remedy> remedies;
    std::function<std::optional<Sighting>(const Evidence&)> look;
    std::string example;   ///< a sample experiment that shows it
    bool expected = false; ///< it is none: it only looks like one
};

class Problems {
public:
    explicit Problems(const std::string& family) { (void)family; }
    void add(TrainingProblem problem);
    const std::vector<TrainingProblem>& all() const { return m_all; }
    const TrainingProblem* find(const std::string& key) const;

private:
    std::vector<TrainingProblem> m_all; ///< by place
};
const Problems& allProblems();

/// After how many updates a branch with that remedy grows.
std::int64_t branchStep(const Remedy& remedy, const Evidence& evidence, const std::optional<Sighting>& sighting);

// For the declarations.

/// One setting times a factor; `digits` significant ones are kept. An error if the experiment has no such number.
base::Result<Changes> times(const base::Value& resolved, const std::string& path, double factor, int digits = 6);
/// One setting to a value; an error if that is what it is, or if the model does not take it.
base::Result<Changes> setTo(const base::Value& resolved, const std::string& path, base::Value value);
/// The mean of a series' values in shares [from, to) of its length; NaN if there is none.
double meanOf(const store::Series& series, double from, double to);
base::Error doesNotApply(std::string why);

}
