// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/foreign_study.h"
#include "core/tune/sampler.h"

namespace core::tune {

/// A study as the text of Optuna's JournalFile (5.0), which `optuna.load_study`, optuna-dashboard and
/// `optuna.copy_study` open. A stopped trial is pruned, a skipped one failed; a reverse-logarithmic range is linear
/// there, and a value that is no simple one is text.
std::string writeOptunaJournal(const StudyState& study);

/// The study of that name, or the only one. A torn last line is left out. An error says which line is none.
base::Result<ForeignStudy> readOptunaJournal(std::string_view text, const std::string& name = {});

/// JSON as Python writes it: its bare words NaN, Infinity and -Infinity become the texts nan, inf and -inf.
std::string plainJson(std::string_view line);

}
