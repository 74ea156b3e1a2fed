// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/experiment.h"

namespace core::train {

/// Whether a larger figure is a better one, by the last part of its name: `validation/accuracy` yes, `validation/loss`
/// no.
bool higherIsBetter(std::string_view metric);

/// Counts epochs without an improvement. A value improves if it is better than the best by more than `min_delta`
/// (with 0: strictly better); NaN and infinities never do. The best is known from the first epoch on, waiting counts
/// from `start_epoch` on (Prechelt 1998, as Keras and Lightning count).
class EarlyStopping {
public:
    explicit EarlyStopping(spec::EarlyStoppingSpec spec);

    /// Takes the figure after `epoch`, counted from 0; true if it is the best so far.
    bool update(double value, std::int64_t epoch);
    /// What update() would say of it.
    bool improves(double value) const;

    const spec::EarlyStoppingSpec& spec() const { return m_spec; }
    /// Epochs since the best one, or since `start_epoch`.
    std::int64_t waited() const { return m_waited; }
    bool shouldStop() const { return m_waited >= m_spec.patience; }
    /// NaN before the first improvement.
    double bestValue() const { return m_bestValue; }
    /// −1 before the first improvement.
    std::int64_t bestEpoch() const { return m_bestEpoch; }

    /// For checkpoints.
    base::Value state() const;
    void load(const base::Value& state);
    /// Takes over changed settings; what was counted stays.
    void edit(spec::EarlyStoppingSpec spec);

private:
    spec::EarlyStoppingSpec m_spec;
    bool m_higher = false;
    std::int64_t m_waited = 0;
    std::int64_t m_bestEpoch = -1;
    double m_bestValue;
};

}
