// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/data/info.h"
#include "core/tensor/tensor.h"

namespace core::train {

/// What a network that was trained on a loss says of a row.
enum class Says {
    Classes, ///< a score for each class
    Numbers,
    Vectors, ///< a place in a space where like lies near like
};

/// A distribution that is told by some of its quantiles.
struct Quantiles {
    std::vector<double> levels; ///< rising
    at::Tensor values;          ///< [n, numbers, levels]
};

/// How losses of parts of a batch make that of the whole: as means over their rows, as means by Loss::weightOf(), or
/// not at all, since pairs of rows count that no part has.
enum class Joins { ByRows, ByWeights, AsPairs };

/// What training makes small. One plug-in of `core/train/losses`; PyTorch's names and defaults, mean over the batch.
class Loss {
public:
    virtual ~Loss() = default;
    /// `output` [n, outputs], or [n, classes, height, width] where every pixel has a class; `target` [n] int64 or
    /// float32, [n, numbers] or [n, classes] float32, or [n, height, width] int64 → a scalar with a graph.
    virtual at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const = 0;
    /// One value an item, without a graph: [n]. Their sum by weightOf() is what compute() gives.
    virtual at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const = 0;
    virtual Says says() const = 0;
    bool classifies() const { return says() == Says::Classes; }
    /// How many outputs it wants of a network.
    virtual std::int64_t outputs(const data::DatasetInfo& info) const { return info.outputs(); }
    /// Why it cannot be used on this data, to be said after its name; empty if it can.
    virtual std::string misfit(const data::DatasetInfo& info) const;
    /// Whether targets may be shares of classes, as mixed rows have them.
    virtual bool takesShares() const { return false; }
    /// Whether it takes pictures in which every pixel has a class.
    virtual bool takesPixels() const { return false; }
    /// What is said of each row, in the target's form: scores [n, classes] whose softmax are probabilities, numbers
    /// [n] or [n, numbers], or vectors [n, size] whose distance tells how unlike rows are.
    virtual at::Tensor predictionOf(const at::Tensor& output) const { return output; }
    /// The same as a distribution, where the loss learns one: levels of numbers [n, numbers].
    virtual std::optional<Quantiles> quantilesOf(const at::Tensor& output) const;
    virtual bool learnsDistribution() const { return false; } ///< whether quantilesOf() gives any
    /// Told before it is used; by this losses weigh classes.
    virtual base::Status begin(const std::vector<std::int64_t>& trainingRowsOfClasses)
    {
        (void)trainingRowsOfClasses;
        return {};
    }
    /// What the mean of these items divides by: their number, unless they weigh differently.
    virtual double weightOf(const at::Tensor& target) const { return double(target.size(0)); }
    /// The same for all parts of a batch, of which some may have no rows.
    virtual Joins joins(const at::Tensor& target) const
    {
        (void)target;
        return Joins::ByRows;
    }
};

using Losses = base::Registry<Loss>;
const Losses& allLosses();

/// A loss between a number and its target: the mean over rows and numbers.
class NumberLoss : public Loss {
public:
    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const final;
    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const final;
    Says says() const final { return Says::Numbers; }

protected:
    /// `output` has the shape of `target` → one value for each.
    virtual at::Tensor each(const at::Tensor& output, const at::Tensor& target) const = 0;
    /// The outputs as each() takes them.
    virtual at::Tensor alignedTo(const at::Tensor& target, const at::Tensor& output) const;
};

/// Mean over all dimensions but the first: [n, …] → [n].
at::Tensor meanOfRows(const at::Tensor& values);

/// Shares of classes [n, classes] in the type of `like`: a class id is 1 there and 0 elsewhere; shares stay.
at::Tensor sharesOf(const at::Tensor& target, std::int64_t classes, const at::Tensor& like);

/// For losses that ask of each class whether it is this one or another: two classes need one output, that of the
/// second.
std::int64_t outputsOneVsRest(const data::DatasetInfo& info);
/// 1 or 0, or shares, in the shape of `output` [n, 1 or classes].
at::Tensor targetsOneVsRest(const at::Tensor& target, const at::Tensor& output);
/// Scores [n, classes] whose softmax are the sigmoids of the outputs, brought to a sum of 1.
at::Tensor scoresOneVsRest(const at::Tensor& output);

}
