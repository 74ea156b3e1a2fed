// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::perplexity {

namespace {

struct Spec {};

/// exp(Σ −ln p(true class) / rows).
class Perplexity final : public Metric {
public:
    explicit Perplexity(Spec) {}

    Needs needs() const override { return {.probabilities = true}; }

    double value(const Tally& tally) const override
    {
        return tally.rows() > 0 ? std::exp(tally.logLoss() / double(tally.rows())) : std::nan("");
    }

    bool higherIsBetter() const override { return false; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<Perplexity>("perplexity", "Perplexity",
                        "As if the model had to choose among so many classes that are all as likely: e to the log "
                        "loss. 1 is perfect, the number of classes is guessing.",
                        base::Fields<Spec>{});
}

}
