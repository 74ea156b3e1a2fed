// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::data {

/// What one row is, before it becomes numbers for a network.
enum class Modality { Table, Image, Text, Audio, Series };
/// `table`, `image`, `text`, `audio`, `series`.
std::string_view name(Modality modality);
/// What many of them are called: `tables`, `images`, `texts`, `recordings`, `series`.
std::string_view pluralOf(Modality modality);

enum class SplitName { Train, Validation, Test };
/// `train`, `validation`, `test`.
std::string_view name(SplitName split);

/// What a data set is, without its rows.
struct DatasetInfo {
    std::string name;
    std::string task; ///< classification, regression, forecasting, detection, segmentation
    Modality modality = Modality::Table;
    std::int64_t rows = 0;     ///< without the source's own test rows
    std::int64_t testRows = 0; ///< rows of the source's own test file, numbered after the others
    /// Without the batch: [features] of a table or of texts, [channels, height, width] of images, [1, mels, frames] of
    /// audio, [channels, steps] of series.
    std::vector<std::int64_t> inputShape;
    std::vector<std::string> features; ///< names of table columns; empty for images
    std::vector<std::string>
        origins; ///< per feature: the column it was made of (`colour` of `colour=red`); empty for images
    std::vector<std::string> classes; ///< names in id order; empty for regression
    std::string target;
    std::string time; ///< the column of times that orders the rows; empty if there is none

    bool image() const { return modality == Modality::Image; }
    bool classifies() const { return task == "classification"; }
    std::int64_t outputs() const { return classes.empty() ? 1 : std::int64_t(classes.size()); }
};

/// Something in the data that spoils a training, as `data --json` lists it.
struct Problem {
    std::string kind; ///< missing_values, infinite_values, constant_column, duplicate_rows, class_imbalance, …
    std::string column;
    std::vector<std::int64_t> rows; ///< the first few, from 0
    std::int64_t count = 0;
    std::string message;
    std::string remedy;
    std::string effect = {}; ///< what it does to a training
    std::string action = {}; ///< the remedy as the words of a button; empty if only a person can do it
    /// What the action sets in the experiment: dotted paths and values.
    std::vector<std::pair<std::string, base::Value>> changes = {};
};

}
