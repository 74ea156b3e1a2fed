// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"
#include "core/train/learner.h"
#include "core/train/metric_set.h"

#include <functional>

namespace core::train {

/// What a pass over some rows gave.
struct EvaluationResult {
    double loss = 0;
    std::vector<std::pair<std::string, double>> metrics;   ///< `accuracy`, …, without a split's name
    std::vector<ClassCounts> classes;                      ///< of a classification
    events::ConfusionFrame confusion;                      ///< classes 0 unless asked for
    std::vector<events::PredictionFrame::Row> predictions; ///< worst losses first; empty unless asked for
};

/// What a network made of a batch, and what is true of it.
struct Passed {
    at::Tensor output, target;
};

/// Others that pass some of an evaluation's batches, and give the same bits.
class PassedElsewhere {
public:
    virtual ~PassedElsewhere() = default;
    /// Asked of each batch in order.
    virtual bool has(std::size_t batch) = 0;
    /// Of `rows` rows.
    virtual Passed take(std::size_t batch, std::int64_t rows) = 0;
};

struct EvaluationRequest {
    bool confusion = false;
    std::size_t predictions = 0;
    const MetricSet* metrics = nullptr; ///< nullptr: those that are usual for the task
    PassedElsewhere* elsewhere = nullptr;
};

/// Loss and metrics, in evaluation mode, without augmentation.
EvaluationResult evaluate(Learner& learner, const data::DataModule& data, const data::RowSet& rows,
                          const EvaluationRequest& request = {});

/// How many rows it takes at once: all batches but the last have as many.
std::size_t evaluationRows(const Learner& learner, const data::DataModule& data);
/// Passes those of its batches that are `wanted`, in order.
void passBatches(Learner& learner, const data::DataModule& data, const data::RowSet& rows,
                 const std::function<bool(std::size_t batch)>& wanted, const std::function<void(const Passed&)>& give);

/// The decision surface over the two features of a table; nothing for other data.
std::optional<events::SurfaceFrame> surface(Learner& learner, const data::DataModule& data, std::int64_t cells);

/// A fixed sample of the training rows, as large as the validation split: the fair partner of validation/loss. 1,000
/// rows where nothing validates.
data::RowSet trainSample(const data::DataModule& data, std::uint64_t seed);

}
