// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/sampler.h"
#include "core/tune/study_state.h"

namespace core::tune {

/// A study as the text of Optuna's JournalFile (5.0), which `optuna.load_study`, optuna-dashboard and
/// `optuna.copy_study` open. A stopped trial is pruned, a skipped one failed; a reverse-logarithmic range is linear
/// there, and a value that is no simple one is text.
std::string writeOptunaJournal(const StudyState& study);

struct OptunaStudy {
    std::string name;
    TuningSpec spec;           ///< objective and ranges; as many jobs as there are trials
    std::vector<Trial> trials; ///< of source `import`; a trial that was running has failed
};
/// The study of that name, or the only one. A torn last line is left out. An error says which line is none.
base::Result<OptunaStudy> readOptunaJournal(std::string_view text, const std::string& name = {});

}
