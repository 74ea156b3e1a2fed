// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/optuna_journal.h"
#include "tests/fuzz/fuzz.h"

using namespace core;

FUZZ(bytes)
{
    const auto study = tune::readOptunaJournal(bytes);
    if (!study) {
        fuzz::promise(!study.error().message.empty());
        return;
    }
    fuzz::promise(!study->spec.objective.empty());
    for (const tune::Trial& trial : study->trials) {
        fuzz::promise(trial.source == "import" && trial.state != tune::TrialState::Running);
        fuzz::promise(trial.state != tune::TrialState::Completed ||
                      trial.values.size() == study->spec.objective.size());
    }
    // What was taken can be given back.
    tune::StudyState state;
    state.name = study->name;
    state.spec = study->spec;
    state.trials = study->trials;
    const auto space = tune::spaceOf(study->spec);
    if (!space)
        return;
    state.space = *space;
    const auto again = tune::readOptunaJournal(tune::writeOptunaJournal(state));
    fuzz::promise(again && again->trials.size() == study->trials.size());
}
