// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace core::tune {

/// How a model's mean and deviation at a point become how much it is worth to try it. Losses are minimised: `best` is
/// the smallest seen.
enum class AcquisitionKind { Ei, LogEi, Ucb };

/// E max(best − f, 0) for f ~ N(mean, deviation²): σ·h(z), z = (best − mean) / σ (Jones, Schonlau & Welch 1998).
double expectedImprovement(double mean, double deviation, double best);
/// Its logarithm, exact where it is far below the smallest number (Ament et al. 2023).
double logExpectedImprovement(double mean, double deviation, double best);
/// κ·σ − mean: the upper confidence bound of what is to be made large (Srinivas et al. 2010).
double confidenceBound(double mean, double deviation, double kappa);

}
