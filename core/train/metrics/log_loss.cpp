// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::log_loss {

namespace {

struct Spec {};

/// Σ −ln p(true class) / rows: scikit-learn's log_loss.
class LogLoss final : public Metric {
public:
    explicit LogLoss(Spec) {}

    Needs needs() const override { return {.probabilities = true}; }

    double value(const Tally& tally) const override
    {
        return tally.rows() > 0 ? tally.logLoss() / double(tally.rows()) : std::nan("");
    }

    bool higherIsBetter() const override { return false; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<LogLoss>("log_loss", "Log loss",
                     "The mean of −ln of the probability that the true class got, in nats: the cross-entropy without "
                     "weights and smoothing, whatever was trained on.",
                     base::Fields<Spec>{});
}

}
