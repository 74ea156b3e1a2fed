// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_batch.h"

#include "core/spec/experiment.h"
#include "core/train/batched/fused_net.h"

#include <algorithm>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Value;

namespace {

constexpr std::int64_t widest = 128;        ///< of a layer: above that the operators' products of matrices are as fast
constexpr std::int64_t mostBatchRows = 512; ///< of a batch
constexpr std::int64_t deepest = 16;        ///< layers

std::vector<std::int64_t> widthsOf(const Value& hidden)
{
    std::vector<std::int64_t> widths;
    for (const Value& each : hidden.array())
        widths.push_back(each.toInt());
    if (hidden.isInt())
        widths.push_back(hidden.toInt());
    return widths;
}

}

std::optional<Error> whyNotBatched(const Value& resolved, const std::string& device)
{
    const spec::Experiment experiment = spec::read(resolved);
    if (auto why = train::batched::whyNotFused(experiment, device))
        return why;
    const auto large = [](const std::string& what, const std::string& where) {
        return Error{ErrorKind::Spec, what + ": no small network, whose trials are worth a batch", where,
                     "It has a process of its own"};
    };
    const std::vector<std::int64_t> widths = widthsOf(experiment.model.params["hidden"]);
    if (!widths.empty() && std::ranges::max(widths) > widest)
        return large("a layer of " + std::to_string(std::ranges::max(widths)) + " neurons", "/model/hidden");
    const std::int64_t layers = std::max(std::int64_t(widths.size()), experiment.model.params["num_layers"].toInt(0));
    if (layers > deepest)
        return large(std::to_string(layers) + " layers", "/model/num_layers");
    if (!experiment.train.batchSize.isInt() || experiment.train.batchSize.toInt() > mostBatchRows)
        return large("batches of many rows", "/train/batch_size");
    if (experiment.data.mode == "pipe")
        return large("rows that are streamed", "/data/mode");
    return {};
}

std::optional<Value> asBatched(const Value& resolved, const tune::TuningSpec& spec, const std::string& device)
{
    if (spec.batched == "off" || spec.executor != "local" || whyNotBatched(resolved, device))
        return {};
    Value fused = resolved;
    if (!fused.setAt("model.fused", true))
        return {};
    return fused;
}

bool learnsNothing(const tune::TuningSpec& spec)
{
    const std::string& kind = spec.strategy.kind;
    return kind == "Grid" || kind == "Random" || kind == "Sobol" || kind == "Halton";
}

}
