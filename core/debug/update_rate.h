// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule.h"

namespace core::debug {

/// Of each weight r = ‖update‖₂ / ‖weight‖₂ at a saved step; about 1e-3 is usual. Fires where the median of r over the
/// weights is on the wrong side of a threshold at `patience` saved steps running.
class UpdateRate : public Rule {
public:
    UpdateRate(double threshold, std::int64_t patience, bool above)
        : m_threshold(threshold),
          m_patience(patience),
          m_above(above)
    {
    }

    std::vector<Need> needs() const override;
    Compared compared() const override { return {"update / weight, median", "threshold", m_above, true}; }
    Verdict at(const Moment& now) override;

private:
    double m_threshold;
    std::int64_t m_patience;
    bool m_above;
    std::int64_t m_count = 0, m_since = -1;
};

}
