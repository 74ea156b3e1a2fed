// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/featurizer.h"
#include "core/data/forecast_steps.h"
#include "core/data/row_set.h"
#include "core/data/scaling.h"
#include "core/data/source_cache.h"
#include "core/data/streams/block_store.h"
#include "core/data/streams/left_out.h"
#include "core/data/streams/row_stream.h"
#include "core/data/tables/table_set.h"
#include "core/data/transform.h"

namespace core::data {

/// Everything a run needs of its data: the rows, the split, normalization from the training split alone.
class DataModule {
public:
    /// Loads, checks, splits. `training`: missing values are an error under `missing: error`, infinite ones always.
    /// Else neither is: `problems` lists them with all else that spoils a training.
    /// `cache`: where what the source gave is taken from, or left for the next time.
    static base::Result<DataModule> open(const spec::Experiment& experiment, bool training = true,
                                         SourceCache* cache = nullptr);

    const DatasetInfo& info() const { return m_info; }
    const RowSet& rows(SplitName split) const { return m_rows[std::size_t(split)]; }
    /// How many rows a part has; where only a sample of streamed rows is held, of all of them.
    std::int64_t partRows(SplitName split) const;
    /// What `auto` became, and how many folds there are to train.
    const std::string& splitKind() const { return m_splitKind; }
    std::int64_t folds() const { return m_folds; }
    /// Rows in any order, normalized, not augmented, without streamed ones of no use; throws if those cannot be read.
    Batch gather(std::span<const std::int64_t> rows) const;
    /// The same with inputs that are still to be written; `rows` are usable().
    Batch gatherTargets(std::span<const std::int64_t> rows) const;
    /// Where rows are to be told themselves: the target of a batch whose inputs are written.
    void becomeTarget(Batch& batch) const;
    /// Whether a streamed row turned out to be of no use so far.
    bool leavesOut() const { return m_leftOut && m_leftOut->any(); }
    /// Without those rows.
    std::vector<std::int64_t> usable(std::span<const std::int64_t> rows) const;
    /// Notes a row that cannot be read, if the data is streamed: its batch goes on without it. Else false.
    bool leaveOut(std::int64_t row, const base::Error& why) const;
    /// As given by the source, before normalization: [inputShape].
    at::Tensor raw(std::int64_t row) const;
    /// The same as a sample, before it becomes numbers of inputShape: an image (pixels in [0, 1]), a text, a waveform.
    base::Result<Sample> sample(std::int64_t row) const;
    /// Makes of a sample what a network would see of it, but for normalization.
    base::Status featurize(Sample& sample) const { return m_featurizer ? m_featurizer->apply(sample) : base::Status{}; }
    /// Writes a sample's numbers, normalized, to `out` [inputShape], its pixels' classes to `mask`: −100, as PyTorch's
    /// ignore_index, where they count for nothing.
    base::Status finish(Sample& sample, float* out, std::int64_t* mask = nullptr) const;
    /// What an epoch goes through: the training rows, or what transforms that work on rows made of them (new ones are
    /// numbered after all others), `data.copies` times. Item k is another copy of row `k mod size()` for every whole
    /// number of times that size() goes into k.
    std::int64_t epochItems() const;
    std::int64_t epochItem(std::int64_t place) const
    {
        const std::int64_t rows = std::int64_t(m_trainRows.size());
        return m_trainRows[std::size_t(place % rows)] + place / rows * size();
    }
    const spec::DataSpec& spec() const { return m_spec; }
    const std::shared_ptr<const DataModule>& old() const { return m_old; } ///< of incremental training; or nullptr
    /// Columns as the source has them, edits applied; nullptr if it has none.
    const Table* table() const { return m_table.get(); }
    const std::vector<double>& times() const { return m_times; }
    /// Of a forecast from a table that is looked at; else nullptr.
    const Steps* steps() const { return m_steps.table ? &m_steps : nullptr; }
    /// Where a sample comes from: its file; empty if there is none.
    std::string whereOf(std::int64_t row) const { return m_samples ? m_samples->whereOf(row) : std::string(); }
    bool hasTargets() const { return m_targets.defined(); }
    /// Of the inputs, before normalization: feature f of a row of a table.
    float inputCell(std::int64_t row, std::int64_t f) const ///< of data that is in memory
    {
        return m_inputs.const_data_ptr<float>()[row * m_inputs.size(1) + f];
    }
    /// A class or a number, of a forecast the first step; NaN where a sample bears boxes or a mask instead.
    double target(std::int64_t row) const;
    /// The normalization that `gather` applies.
    const std::vector<float>& shift() const { return m_scaling.shift; }
    const std::vector<float>& scale() const { return m_scaling.scale; }
    const std::vector<Problem>& problems() const { return m_problems; }
    std::vector<Problem> streamProblems() const { return m_leftOut ? m_leftOut->problems() : std::vector<Problem>{}; }

    /// Whether rows are files of their own that are decoded when they are wanted.
    bool decodes() const { return !m_stream && !m_inputs.defined(); }
    bool streamed() const { return m_stream != nullptr; } ///< rows are read in blocks when they are wanted
    /// Of such data: rows of every block but the last, of one block, and how many blocks the shuffle buffer holds.
    std::int64_t blockRows() const { return m_stream->blockRows(); }
    std::int64_t rowsOfBlock(std::int64_t block) const { return m_stream->rowsOf(block); }
    std::int64_t blocksAtOnce() const { return std::max<std::int64_t>(1, m_spec.shuffleBuffer / blockRows()); }
    /// Returns when these blocks are in memory; throws where they cannot be read.
    void load(std::vector<std::int64_t> blocks) const;
    /// The next rows of a part that is gone through in order: they are read beside what goes on.
    void expect(const RowSet& rows, std::size_t first) const;
    std::size_t streamBytes() const { return m_blocks ? m_blocks->mostBytes() : 0; } ///< the most in memory at once
    /// Rows of another file as inputs of this data set, normalized: [n, …inputShape]. What is missing there is filled
    /// as `missing` says from the training split here; under `error` and `drop` it is an error with row and column.
    base::Result<at::Tensor> readInputs(const std::string& file) const;
    /// The same piece by piece, in order: where rows are streamed, memory does not grow with the file.
    using TakeInputs = std::function<base::Status(at::Tensor inputs)>;
    base::Status readInputs(const std::string& file, const TakeInputs& take) const;
    std::int64_t size() const;

private:
    friend class DataModuleBuilder;
    spec::DataSpec m_spec;
    DatasetInfo m_info;
    at::Tensor m_inputs, m_targets;
    std::shared_ptr<const SampleStore> m_samples; ///< of rows that are no tables
    std::shared_ptr<const Table> m_table;         ///< of rows that are
    std::optional<TableEncoder> m_encoder;
    std::shared_ptr<const DataModule> m_old;
    std::shared_ptr<const Featurizer> m_featurizer; ///< nullptr: samples have the numbers of inputShape
    std::array<RowSet, 3> m_rows;
    std::vector<std::int64_t> m_trainRows;
    std::array<std::int64_t, 3> m_partRows{};
    std::int64_t m_folds = 1;
    std::string m_splitKind;
    std::vector<double> m_times;
    Steps m_steps;
    Scaling m_scaling;
    std::vector<float> m_fill; ///< what stands in for missing values, per feature
    std::vector<Problem> m_problems;
    bool m_bytes = false;               ///< inputs are bytes
    bool m_textTarget = false;          ///< classes are named by texts in a table
    std::shared_ptr<LeftOut> m_leftOut; ///< of streamed data
    std::shared_ptr<const RowStream> m_stream;
    std::shared_ptr<BlockStore> m_blocks; ///< of m_stream

    Batch gatherDecoded(std::span<const std::int64_t> rows) const;
    Batch gatherStreamed(std::span<const std::int64_t> rows) const;
    void stream(std::shared_ptr<const RowStream> rows);
    base::Result<BlockRows> readBlocks(const RowStream& stream, std::span<const std::int64_t> blocks) const;
    base::Result<BlockRows> becomeBlocks(Loaded loaded, const RowStream& stream,
                                         std::span<const std::int64_t> blocks) const;
    base::Result<at::Tensor> targetsOf(const Loaded& loaded) const;
    void noteUseless(const BlockRows& rows, const RowStream& stream, std::span<const std::int64_t> blocks) const;

    SourceRequest inputsRequest(const std::string& file) const;
    base::Result<at::Tensor> inputsIn(Loaded loaded) const;
    base::Status streamInputs(const RowStream& stream, const SourceRequest& request, const TakeInputs& take) const;
    void normalize(const at::Tensor& inputs, std::span<const std::int64_t> rows, at::Tensor& into) const;
    base::Status resample(const std::vector<base::Pick>& augment, std::uint64_t seed);
    base::Status becomeInputs(Loaded& loaded) const;
    base::Status becomeWindows(Loaded& loaded) const;
};

}
