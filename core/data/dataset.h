// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/rng.h"
#include "core/data/info.h"
#include "core/spec/experiment.h"
#include "core/tensor/tensor.h"

#include <span>

namespace core::data {

/// `input` [n, …inputShape] float32, normalized; `target` [n] int64 class ids, or [n] float32 for regression.
struct Batch {
    at::Tensor input;
    at::Tensor target;
};

/// What a source hands over. `inputs` [rows, …] uint8 or float32 (NaN where missing), `targets` [rows] int64 or
/// float32.
struct Loaded {
    DatasetInfo info;
    at::Tensor inputs, targets;
    at::Tensor testInputs, testTargets; ///< undefined unless the source has a test file of its own
    std::vector<double> times; ///< seconds since the epoch per row, NaN where missing; empty without a time column
    std::string where;         ///< the file, for errors; empty if there is none
    std::vector<std::int64_t> lines; ///< of a text file: the line of each row, from 1; else empty
    std::vector<Problem> problems;   ///< what the source left out, and why
};

/// What of a source is wanted.
struct SourceRequest {
    spec::DataSpec data;
    /// Set: the rows are read as inputs of that data set, with its features in its order, and need no target.
    const DatasetInfo* like = nullptr;
};

/// A way to get rows: a generator, a built-in set or a file format. One plug-in of `core/data/sources`.
class Source {
public:
    virtual ~Source() = default;
    virtual base::Result<Loaded> load(const SourceRequest& request) const = 0;
    /// Whether a file that begins with `head` is of this source's format. Only file formats say yes.
    virtual bool recognises(const std::string& path, std::string_view head) const
    {
        (void)path, (void)head;
        return false;
    }
};

/// Changes a training batch in place, after normalizing. Draws are functions of (seed, epoch, row).
class Transform {
public:
    virtual ~Transform() = default;
    /// `input` [n, …]; `rows[i]` is the data set's row of item i.
    virtual void apply(at::Tensor& input, std::span<const std::int64_t> rows, const base::Draw& epochDraw) const = 0;
    /// What is wrong with using it on such inputs; empty if nothing.
    virtual std::string misfit(const std::vector<std::int64_t>& inputShape) const = 0;
};

using Sources = base::Registry<Source>;
using Transforms = base::Registry<Transform>;
const Sources& allSources();
const Transforms& allTransforms();

/// (x − shift) · scale, per feature of a table or per channel of images; bytes of images are x = byte / 255.
struct Scaling {
    std::vector<float> shift, scale;
};

/// Everything a run needs of its data: the rows, the split, normalization from the training split alone.
class DataModule {
public:
    /// Loads, checks, splits. `training`: missing values are an error under `missing: error`, infinite ones always.
    /// Else neither is: `problems` lists them with all else that spoils a training.
    static base::Result<DataModule> open(const spec::Experiment& experiment, bool training = true);

    const DatasetInfo& info() const { return m_info; }
    const std::vector<std::int64_t>& rows(SplitName split) const { return m_rows[std::size_t(split)]; }
    /// Rows in any order, normalized, without augmentation.
    Batch gather(std::span<const std::int64_t> rows) const;
    /// As given by the source, before normalization: [inputShape].
    at::Tensor raw(std::int64_t row) const;
    double target(std::int64_t row) const;
    /// The normalization that `gather` applies.
    const std::vector<float>& shift() const { return m_scaling.shift; }
    const std::vector<float>& scale() const { return m_scaling.scale; }
    const std::vector<Problem>& problems() const { return m_problems; }
    /// Rows of another file as inputs of this data set, normalized: [n, …inputShape]. What is missing there is filled
    /// as `missing` says from the training split here; under `error` and `drop` it is an error with row and column.
    base::Result<at::Tensor> readInputs(const std::string& file) const;
    std::int64_t size() const { return m_inputs.defined() ? m_inputs.size(0) : 0; }

private:
    friend class DataModuleBuilder;
    spec::DataSpec m_spec;
    DatasetInfo m_info;
    at::Tensor m_inputs, m_targets;
    std::array<std::vector<std::int64_t>, 3> m_rows;
    Scaling m_scaling;
    std::vector<float> m_fill; ///< what stands in for missing values, per feature
    std::vector<Problem> m_problems;

    at::Tensor normalized(const at::Tensor& inputs, std::span<const std::int64_t> rows) const;
};

}
