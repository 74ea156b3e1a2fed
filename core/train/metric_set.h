// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/experiment.h"
#include "core/train/metric.h"

namespace core::train {

/// The metrics that are wanted of a run, by name.
class MetricSet {
public:
    MetricSet() = default;
    /// Those of `train.metrics`, or the usual ones of the task; and the one that early stopping watches, so that nobody
    /// has to name it twice.
    static base::Result<MetricSet> of(const spec::TrainSpec& train, const Loss& loss, const data::DatasetInfo& info);
    /// All that fit.
    static MetricSet all(const Loss& loss, const data::DatasetInfo& info);
    static MetricSet usual(const Loss& loss, const data::DatasetInfo& info);

    /// `accuracy`, `top_5`, …, without a split's name.
    std::vector<std::string> names() const;
    bool has(const std::string& name) const;
    Needs needs() const;
    std::vector<std::pair<std::string, double>> values(const Tally& tally) const;

private:
    struct Named {
        std::string name;
        std::shared_ptr<const Metric> metric;
    };
    std::vector<Named> m_all;

    base::Status add(const base::Pick& pick, const Loss& loss, const data::DatasetInfo& info, const std::string& where);
};

}
