// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/early_stopping.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace core::train {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

}

bool higherIsBetter(std::string_view metric)
{
    static constexpr std::array<std::string_view, 13> rising{
        "accuracy", "balanced_accuracy", "precision", "recall", "f1",
        "auc",      "average_precision", "matthews",  "iou",    "map",
        "r2",       "recall_at_1",       "coverage"};
    const std::string_view last = metric.substr(metric.rfind('/') + 1);
    return last.starts_with("top_") || std::find(rising.begin(), rising.end(), last) != rising.end();
}

EarlyStopping::EarlyStopping(spec::EarlyStoppingSpec spec) : m_bestValue(none)
{
    edit(std::move(spec));
}

void EarlyStopping::edit(spec::EarlyStoppingSpec spec)
{
    m_spec = std::move(spec);
    m_higher = m_spec.mode == "max" || (m_spec.mode == "auto" && higherIsBetter(m_spec.metric));
}

bool EarlyStopping::improves(double value) const
{
    const double gain = m_higher ? value - m_bestValue : m_bestValue - value;
    return std::isfinite(value) && (m_bestEpoch < 0 || gain > m_spec.minDelta);
}

bool EarlyStopping::update(double value, std::int64_t epoch)
{
    const bool improved = improves(value);
    if (improved) {
        m_bestValue = value;
        m_bestEpoch = epoch;
        m_waited = 0;
    } else if (epoch >= m_spec.startEpoch) {
        ++m_waited;
    }
    return improved;
}

base::Value EarlyStopping::state() const
{
    return base::Object{{"waited", m_waited},
                        {"best_epoch", m_bestEpoch},
                        {"best_value", m_bestEpoch < 0 ? base::Value{} : base::Value(m_bestValue)}};
}

void EarlyStopping::load(const base::Value& state)
{
    m_waited = state["waited"].toInt();
    m_bestEpoch = state["best_epoch"].toInt(-1);
    m_bestValue = state["best_value"].toReal(none);
}

}
