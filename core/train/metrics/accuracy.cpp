// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::accuracy {

namespace {

struct Spec {};

/// right / rows.
class Accuracy final : public Metric {
public:
    explicit Accuracy(Spec) {}

    double value(const Tally& tally) const override
    {
        return tally.rows() > 0 ? double(tally.right()) / double(tally.rows()) : std::nan("");
    }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
    bool usual(const data::DatasetInfo&) const override { return true; }
};

}

void enroll(Metrics& all)
{
    all.add<Accuracy>("accuracy", "Accuracy", "The share of rows that get their true class: right rows by all rows.",
                      base::Fields<Spec>{});
}

}
