// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/folds.h"

#include "core/data/dataset.h"

#include <algorithm>
#include <cmath>

namespace core::session {

bool crossValidated(const base::Value& resolved)
{
    const base::Value& split = resolved["split"];
    const std::string& kind = split["kind"].text();
    return split["fold"].isNull() &&
           (kind == "k_fold" || kind == "stratified_k_fold" || kind == "walk_forward" || kind == "leave_one_out");
}

base::Result<std::int64_t> foldsOf(const base::Value& resolved)
{
    if (!crossValidated(resolved))
        return 1;
    const spec::Experiment experiment = spec::read(resolved);
    if (experiment.split.kind != "leave_one_out")
        return experiment.split.folds;
    CORE_TRY(module, data::DataModule::open(experiment, false));
    return module.folds();
}

base::Value ofFold(const base::Value& resolved, std::int64_t fold)
{
    base::Value made = resolved;
    (void)made.setAt("split.fold", fold);
    return made;
}

std::vector<FoldMetric> overFolds(const std::vector<std::vector<std::pair<std::string, double>>>& metrics)
{
    std::vector<FoldMetric> summary;
    if (metrics.empty())
        return summary;
    for (const auto& each : metrics.front()) {
        FoldMetric metric{each.first};
        double square = 0;
        for (const auto& fold : metrics) {
            const auto found =
                std::find_if(fold.begin(), fold.end(), [&](const auto& each) { return each.first == metric.name; });
            if (found == fold.end() || !std::isfinite(found->second))
                continue;
            const double away = found->second - metric.mean;
            metric.mean += away / double(++metric.folds);
            square += away * (found->second - metric.mean);
        }
        if (metric.folds == 0)
            continue;
        metric.spread = metric.folds > 1 ? std::sqrt(square / double(metric.folds - 1)) : 0;
        summary.push_back(metric);
    }
    return summary;
}

}
