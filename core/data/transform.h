// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/rng.h"
#include "core/data/sample.h"
#include "core/tensor/tensor.h"

#include <span>

namespace core::data {

/// `input` [n, …inputShape] float32, normalized; `target` [n] int64 class ids, [n, classes] float32 shares of classes,
/// or [n] or [n, horizon] float32 numbers.
struct Batch {
    at::Tensor input;
    at::Tensor target;
    std::int64_t ofAll = 0; ///< rows of all ranks together, where several share a batch; 0: these are all
    bool counts = true;     ///< false: a rank has none, and these belong to another
};

/// The training rows, normalized, when new ones are to be made of them.
struct TrainingRows {
    const DatasetInfo& info;
    at::Tensor inputs;  ///< [n, features] float32
    at::Tensor targets; ///< [n] int64 or float32
};

/// What a training set is made of afterwards: the items `kept` (places in TrainingRows, in order, some perhaps more
/// than once, some not at all), then new ones.
struct Resampled {
    std::vector<std::int64_t> kept;
    at::Tensor newInputs;  ///< [m, features]; undefined: none
    at::Tensor newTargets; ///< [m]
};

/// What a transform changes, in the order in which these things happen.
enum class Works {
    Rows,        ///< once, the set of the training rows: resample()
    Text,        ///< one text
    Waveform,    ///< one audio sample, before its spectrogram is made
    Image,       ///< one image, pixels in [0, 1], with its boxes and its mask
    Spectrogram, ///< one normalized spectrogram, an image of [1, mels, frames] by its shape
    Values,      ///< one normalized row of a table
    Series,      ///< one normalized series
    Batch,       ///< a whole batch: mix()
};

/// Changes what training sees, and nothing else. One plug-in of `core/data/transforms`.
class Transform {
public:
    virtual ~Transform() = default;
    virtual Works works() const = 0;
    /// One item in place. All it draws comes from `draw`, which is a function of (seed, epoch, place in the pipeline,
    /// item).
    virtual void apply(Sample& sample, const base::Draw& draw) const;
    /// A batch in place; `draw` as above, of its first item.
    virtual void mix(Batch& batch, std::int64_t classes, const base::Draw& draw) const;
    /// Once for a run; `draw` is a function of the seed.
    virtual base::Result<Resampled> resample(const TrainingRows& rows, const base::Draw& draw) const;
    /// What is wrong with using it on this data; empty if nothing. By default works() decides.
    virtual std::string misfit(const DatasetInfo& info) const;
};

using Transforms = base::Registry<Transform>;
const Transforms& allTransforms();

}
