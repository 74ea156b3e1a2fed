// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/model/layer_info.h"
#include "core/tensor/tensor.h"

namespace core::model {

struct EstimatorContext {
    std::vector<std::int64_t> inputShape = {1};
    std::int64_t outputs = 1; ///< classes, or 1 for a number
    bool classifies = true;
    std::uint64_t seed = 0;
};

/// A model that is no network: it learns in rounds, each from all training rows. One plug-in of
/// `core/model/estimators`.
///
/// What round r adds is a function of the rows, the parameters, the seed, r and the state before it, and of nothing
/// else: states that were saved, loaded or gone back to lead on with the same bits.
class Estimator {
public:
    virtual ~Estimator() = default;

    /// The rows of all rounds from now on: `input` [n, features] float32, `target` [n] int64 classes or float32,
    /// `weights` [n] float32 how much each row counts; undefined: all alike.
    virtual base::Status begin(const at::Tensor& input, const at::Tensor& target, const at::Tensor& weights = {}) = 0;
    /// Round `round` of the run, from 0, with the rate that its schedule gives. Throws where it cannot go on.
    virtual void round(std::int64_t round, double rate) = 0;
    /// What it says now of the rows it learns from: as predict().
    virtual at::Tensor outputs() = 0;
    /// [n, features] float32 on the processor → [n, outputs]: logits, or values.
    virtual at::Tensor predict(const at::Tensor& input) = 0;
    /// The rate that the schedule starts from.
    virtual double rate() const = 0;
    /// What that is called among its parameters.
    virtual std::string rateKey() const { return "eta"; }
    /// Whether NaN may stand for a missing feature.
    virtual bool takesMissing() const { return false; }

    /// All that predictions depend on, live.
    virtual std::vector<tensor::NamedTensor> state() const = 0;
    virtual base::Status load(const std::vector<base::Blob>& blobs, const std::string& where) = 0;
    /// Takes over changed parameters between two rounds; false, and nothing taken, if one of them may not change.
    virtual bool edit(const base::Value& params) = 0;
    /// Forgets the newest rounds as if they had never been; false if it cannot.
    virtual bool forget(std::int64_t rounds)
    {
        (void)rounds;
        return false;
    }

    /// What there is to see of it and its last round: `feature_importance/gain/f0`, `trees/Node`; always the same names.
    virtual std::vector<tensor::NamedTensor> signals() const { return {}; }

    virtual std::int64_t parameterCount() const = 0;
    /// Whose arithmetic it is, such as `XGBoost 1.7.4`; empty: our own.
    virtual std::string library() const { return {}; }
    /// One for each tensor of state(), of which each round costs what it adds.
    virtual std::vector<std::uint32_t> digests() const = 0;

    /// What it is made of, for a picture of it, with numbers known before training.
    virtual std::vector<LayerInfo> describe(std::int64_t rounds) const = 0;
};

using Estimators = base::Registry<Estimator, const EstimatorContext&>;
const Estimators& allEstimators();

/// Whether `kind` is one of them.
bool isEstimator(const std::string& kind);

}
