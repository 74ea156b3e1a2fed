// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/data/sample.h"
#include "core/data/tables/table.h"
#include "core/spec/experiment.h"
#include "core/tensor/tensor.h"

#include <memory>

namespace core::data {

/// Rows that are read when they are wanted: pictures as files, waveforms, texts. May be asked by several threads.
class SampleStore {
public:
    virtual ~SampleStore() = default;
    virtual std::int64_t size() const = 0;
    /// An error of kind Data names the file.
    virtual base::Result<Sample> read(std::int64_t row) const = 0;
    /// The sample without what costs time to read: its shape and rate at least.
    virtual base::Result<Sample> outline(std::int64_t row) const { return read(row); }
    /// Where the row comes from, for errors and for the window: a file, or a file and a line. Empty if nowhere.
    virtual std::string whereOf(std::int64_t row) const
    {
        (void)row;
        return {};
    }
};

/// Samples that are all in memory.
std::shared_ptr<const SampleStore> heldSamples(std::vector<Sample> samples, std::vector<std::string> where = {});

/// Images that are all in memory: [rows, channels, height, width] uint8, or float32 in [0, 1].
std::shared_ptr<const SampleStore> heldImages(at::Tensor images);

/// Where in a set of several files the rows of one of them begin.
struct ChannelStart {
    std::string name; ///< train, validation, test
    std::string where;
    std::int64_t first = 0;
};

/// What a source hands over: `inputs`, or a `table`, or `samples`, of which the inputs are still to be made, or inputs
/// and samples (pictures of one size, and the pictures as they were).
struct Loaded {
    DatasetInfo info;
    at::Tensor inputs;  ///< [rows, …] uint8 or float32, NaN where missing
    at::Tensor targets; ///< [rows] int64 (−1: missing) or float32 (NaN: missing), [rows, horizon] float32; undefined
                        ///< for detection and segmentation, whose samples bear them
    std::shared_ptr<const SampleStore> samples;
    std::shared_ptr<Table> table;            ///< of named columns: everything above is made of it by chooseColumns()
    std::vector<std::size_t> featureColumns; ///< of `table`, once they are chosen
    at::Tensor testInputs, testTargets;      ///< undefined unless the source has a test file of its own
    std::vector<double> times;       ///< seconds since the epoch per row, NaN where missing; empty without times
    std::vector<std::int32_t> parts; ///< per row what a predefined split says: 0 train, 1 validation, 2 test; or empty
    std::vector<std::uint8_t> dropped;  ///< per row whether it was left out by hand; empty: none was
    std::string where;                  ///< the file, for errors; empty if there is none
    std::int64_t firstRow = 0;          ///< the number of its first row among all of a stream
    std::vector<std::int64_t> lines;    ///< of a text file: the line of each row, from 1; else empty
    std::vector<ChannelStart> channels; ///< of rows from a file for each part of the split; else empty
    std::vector<Problem> problems;      ///< what the source left out, and why
    std::int64_t fewestOfClass = 0;     ///< rows that a training needs of each of two classes at least; 0: it may try
    /// Of rows that were cut from a table of steps: that table, and for each row the place there of the first step that
    /// it foretells.
    std::shared_ptr<const Table> steps;
    std::vector<std::int64_t> stepOfRow;

    /// Whether the inputs are still to be made of the table's columns, rather than of the texts in one of them.
    bool tabular() const { return table && info.modality == Modality::Table; }
    /// Of all but the source's own test rows.
    std::int64_t rows() const
    {
        return table ? table->rows : inputs.defined() ? inputs.size(0) : samples ? samples->size() : 0;
    }
};

/// What of a source is wanted.
struct SourceRequest {
    spec::DataSpec data;
    /// Set: the rows are wanted as inputs of that data set only, whose columns are of these kinds; no target is needed.
    const DatasetInfo* like = nullptr;
    /// Set: the rows are some of that data set, with as many columns.
    const DatasetInfo* alike = nullptr;
    TableHints hints = {};
};

class RowStream;

/// A way to get rows: a generator, a built-in set or a file format. One plug-in of `core/data/sources`.
class Source {
public:
    virtual ~Source() = default;
    virtual base::Result<Loaded> load(const SourceRequest& request) const = 0;
    /// The same rows without holding them in memory; nullptr: this source cannot do that.
    virtual base::Result<std::shared_ptr<const RowStream>> stream(const SourceRequest& request) const
    {
        (void)request;
        return std::shared_ptr<const RowStream>();
    }
    /// Whether a file that begins with `head` is of this source's format; `head` is empty for a folder. Only file
    /// formats say yes.
    virtual bool recognises(const std::string& path, std::string_view head) const
    {
        (void)path, (void)head;
        return false;
    }
};

using Sources = base::Registry<Source>;
const Sources& allSources();

}
