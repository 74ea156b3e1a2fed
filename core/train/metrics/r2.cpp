// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::r2 {

namespace {

struct Spec {};

/// 1 − Σ(y − ŷ)² / Σ(y − ȳ)² of each number, and the mean over them; for a constant target 1 if all is right and else
/// 0, as scikit-learn's r2_score.
class R2 final : public Metric {
public:
    explicit R2(Spec) {}

    double value(const Tally& tally) const override
    {
        if (tally.numbers().empty() || tally.numbers().front().rows < 2)
            return std::nan("");
        double sum = 0;
        for (const NumberSums& one : tally.numbers())
            sum += one.spread > 0 ? 1 - one.squares / one.spread : one.squares == 0 ? 1 : 0;
        return sum / double(tally.numbers().size());
    }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Numbers; }
    // Of many numbers some hardly vary, and of such a one r² says nothing.
    bool usual(const data::DatasetInfo& info) const override { return !info.reconstructs(); }
};

}

void enroll(Metrics& all)
{
    all.add<R2>("r2", "R²",
                "The share of the target's variance that is explained: 1 is perfect, 0 is no better than the mean.",
                base::Fields<Spec>{});
}

}
