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
/// log (1 − τ/√(σ² + τ²)), τ the noise's deviation: added to the logarithm of the expected improvement it makes that of
/// augmented EI (Huang et al. 2006), which does not try a place again of which only noise is left to learn. 0 without
/// noise. `slope`, where wanted, by σ.
double logAugmentation(double deviation, double noise, double* slope = nullptr);
/// κ·σ − mean: the upper confidence bound of what is to be made large (Srinivas et al. 2010).
double confidenceBound(double mean, double deviation, double kappa);

}
