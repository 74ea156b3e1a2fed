// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::calibration_error {

namespace {

struct Spec {};

/// Σ rows of a part / rows · |right / rows − mean confidence| (Guo et al. 2017).
class CalibrationError final : public Metric {
public:
    explicit CalibrationError(Spec) {}

    Needs needs() const override { return {.probabilities = true}; }

    double value(const Tally& tally) const override
    {
        double sum = 0;
        for (const ConfidenceBin& bin : tally.bins())
            sum += std::abs(double(bin.right) - bin.confidence);
        return tally.rows() > 0 ? sum / double(tally.rows()) : std::nan("");
    }

    bool higherIsBetter() const override { return false; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<CalibrationError>(
        "calibration_error", "Expected calibration error",
        "How far confidence is from the truth: rows are put into 15 parts by their highest probability, and in each "
        "the share of right ones is held against it. 0.1: eight of ten are right where it says 90 %.",
        base::Fields<Spec>{});
}

}
