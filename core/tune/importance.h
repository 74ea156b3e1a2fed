// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/trial.h"

namespace core::tune {

/// How much a parameter mattered, and how sure that is.
struct Importance {
    std::string path;
    double value = 0, spread = 0; ///< the standard deviation over trees or over resampled trials
};

/// The share of the objective's variance that a parameter has by itself (functional ANOVA, Hutter, Hoos & Leyton-Brown
/// 2014): over the trees of a forest, exactly over each tree's boxes. Most important first. An error with fewer than 4
/// completed trials, or where all of them are alike.
base::Result<std::vector<Importance>> fanova(const History& history, std::size_t objective = 0, std::size_t trees = 64);

/// How far the distribution of a parameter among the best tenth of the trials is from that among all (PED-ANOVA,
/// Watanabe et al. 2023), as Optuna 5 reckons it, normalised to a sum of one; the spread is over 24 resamplings of the
/// trials.
base::Result<std::vector<Importance>> pedAnova(const History& history, std::size_t objective = 0,
                                               double targetQuantile = 0.1);
/// The divergence itself, not normalised; in the order of the space's parameters. `trials`: places in the history.
std::vector<double> pedAnovaDivergences(const History& history, const std::vector<std::size_t>& trials,
                                        std::size_t objective, double targetQuantile);

}
