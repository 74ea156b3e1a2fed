// SPDX-License-Identifier: GPL-3.0-or-later
// The normal distribution, far into its tails.
#pragma once

namespace core::tune::math {

double normalPdf(double z);
double normalCdf(double z);
double logNormalPdf(double z);
double logNormalCdf(double z);
/// log(Φ(b) − Φ(a)), a < b.
double logNormalMass(double a, double b);
/// The quantile Φ⁻¹(p), 0 < p < 1.
double normalQuantile(double p);
/// A draw of a normal cut off to [a, b], at `u` of (0, 1) of its mass.
double truncatedQuantile(double u, double a, double b);

/// log h(z) with h(z) = φ(z) + z·Φ(z): expected improvement is σ·h((best − μ) / σ) (Ament et al. 2023).
double logH(double z);
/// d log h / dz = Φ(z) / h(z).
double logHSlope(double z);

}
