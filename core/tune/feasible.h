// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/trial.h"

namespace core::tune {

/// The note of a trial that holds the values of its constraints by name, as Optuna's `constraints_func` (named 0, 1, …)
/// and `Trial.set_constraint` give them. Who is best and the Pareto front go by them; strategies do not.
inline constexpr std::string_view constraintsNote = "constraints";

/// nullptr where none is known.
const base::Object* constraintsOf(const Trial& trial);
/// The constraint that is broken the most, in words: `constraint 1 is 0.5, above 0`; empty where every one is at most 0
/// or none is known, as Optuna has it. A value that is no number is broken.
std::string whyInfeasible(const Trial& trial);
/// Whether a trial may be the best one.
bool isFeasible(const Trial& trial);

}
