// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <algorithm>
#include <cmath>

namespace core::train::metrics::top_k {

namespace {

struct Spec {
    std::int64_t k = 5;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}.add(
        "k", &Spec::k, base::Int{1, 1000},
        {"How many guesses each row has.", {}, "1 is accuracy.", "As many as there are classes is always 1."});
}

/// Of equal scores the class with the lower number comes first.
class TopK final : public Metric {
public:
    explicit TopK(Spec spec) : m_spec(spec) {}

    Needs needs() const override { return {.ranks = true}; }

    double value(const Tally& tally) const override
    {
        std::int64_t found = 0;
        for (std::size_t rank = 0; rank < std::min(tally.ranks().size(), std::size_t(m_spec.k)); ++rank)
            found += tally.ranks()[rank];
        return tally.rows() > 0 ? double(found) / double(tally.rows()) : std::nan("");
    }

    bool fits(const Loss& loss, const data::DatasetInfo& info) const override
    {
        // Of so few classes the true one is always among them.
        return Metric::fits(loss, info) && std::int64_t(info.classes.size()) > m_spec.k;
    }
    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
    std::string name() const override { return "top_" + std::to_string(m_spec.k); }

private:
    Spec m_spec;
};

}

void enroll(Metrics& all)
{
    all.add<TopK>("top_k", "Top-k accuracy", "The share of rows whose true class is among the k highest scores.",
                  fields());
}

}
