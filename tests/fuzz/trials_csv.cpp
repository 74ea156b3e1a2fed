// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/csv.h"
#include "tests/fuzz/fuzz.h"

using namespace core;

FUZZ(bytes)
{
    const std::string text(bytes);
    for (const char* goal : {"", "minimize"}) {
        const auto study = tune::readTrialsCsv(text, goal);
        if (!study) {
            fuzz::promise(!study.error().message.empty());
            continue;
        }
        fuzz::promise(!study->spec.objective.empty() && !study->spec.parameters.empty());
        for (const tune::Trial& trial : study->trials) {
            fuzz::promise(trial.source == "import" && trial.state != tune::TrialState::Running);
            fuzz::promise(trial.state != tune::TrialState::Completed ||
                          trial.values.size() == study->spec.objective.size());
        }
        tune::StudyState state;
        state.name = study->name;
        state.spec = study->spec;
        state.trials = study->trials;
        const auto again = tune::readTrialsCsv(tune::trialsAsCsv(state), goal, study->spec.objective.front().metric);
        fuzz::promise(again ? again->trials.size() == study->trials.size() : !again.error().message.empty());
    }
}
