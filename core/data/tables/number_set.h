// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/array.h"
#include "core/data/formats/sparse_rows.h"
#include "core/data/source.h"

namespace core::data {

/// Where numbers without names of their own come from, and what of them to take.
struct NumberSet {
    std::string where, name;
    std::string x, y;            ///< names of arrays; empty: found by their names, then by their shapes
    std::string layout = "auto"; ///< what a row of x is: auto, table, image, series
};

/// A data set of named arrays, as npz and HDF5 hold it. Arrays called `x` and `y` (or `data`, `images`, `features`,
/// `inputs` with `labels`, `target`, …), also with `train`, `val` and `test` in their names; else the first of two or
/// more dimensions and the first of one with as many rows; else the arrays of one dimension and one length as the
/// columns of a table.
base::Result<Loaded> loadArrays(std::vector<NamedArray> arrays, const NumberSet& set, const SourceRequest& request);

/// What an array is for, as its name says: `X_train`, `test/labels`, `target_names`.
struct ArrayRole {
    bool input = false, target = false, names = false;
    int part = 0; ///< 0 train, 1 validation, 2 test
};
ArrayRole roleOf(std::string_view name);

/// Rows of sparse numbers with their labels, and with a column `qid` where there are groups.
base::Result<Loaded> loadSparse(SparseRows rows, const NumberSet& set, const SourceRequest& request);

/// Targets by the rules of tables: classes where they are texts or few whole numbers, as data.task asks otherwise.
base::Status takeTargets(Column column, Loaded& loaded, const SourceRequest& request);

}
