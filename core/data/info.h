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
    std::string task; ///< classification, regression, forecasting, embedding, reconstruction, detection, segmentation
    Modality modality = Modality::Table;
    std::int64_t rows = 0;         ///< without the source's own test rows
    std::int64_t testRows = 0;     ///< rows of the source's own test file, numbered after the others
    std::int64_t streamedRows = 0; ///< of streamed data: all there are, where `rows` may be those of a sample; else 0
    /// Without the batch: [features] of a table or of texts, [channels, height, width] of images, [1, mels, frames] of
    /// audio, [channels, steps] of series.
    std::vector<std::int64_t> inputShape;
    std::vector<std::string> features; ///< names of table columns; empty for images
    std::vector<std::string>
        origins; ///< per feature: the column it was made of (`colour` of `colour=red`); empty for images
    std::vector<std::string> classes;      ///< names in id order; empty for regression
    std::vector<std::int64_t> trainCounts; ///< of a classification: training rows of each class, before any are made
    std::int64_t oldClasses = 0; ///< of incremental training: so many of `classes`, the first ones, are the old task's
    std::vector<std::string> tokens; ///< of texts as rows of tokens: what each number stands for; 0 fills up
    std::string target;
    std::string time;   ///< the column of times that orders the rows; empty if there is none
    std::string text;   ///< the column of texts, of a text data set that was read from a table; else empty
    std::string series; ///< of forecasting: the column that tells several series apart; or empty
    std::vector<std::string> channels; ///< of series that were columns of a table: their names, the target first
    std::int64_t horizon = 0;          ///< of forecasting: steps that are foretold
    /// What models learn to say of a target y: (y − targetShift) · targetScale. Metrics and predictions are of y
    /// itself.
    double targetShift = 0, targetScale = 1;

    bool image() const { return modality == Modality::Image; }
    /// Whether each row is of one of `classes`.
    bool classifies() const { return task == "classification" || embeds(); }
    /// Whether models are to make vectors of rows, near to each other where the class is the same.
    bool embeds() const { return task == "embedding"; }
    bool forecasts() const { return task == "forecasting"; }
    /// Whether every pixel of a row is of one of `classes`.
    bool segments() const { return task == "segmentation"; }
    /// Whether what is to be told of a row is the row itself.
    bool reconstructs() const { return task == "reconstruction"; }
    /// Whether what is to be told of a row is boxes or a mask, which its sample bears.
    bool locates() const { return task == "detection" || task == "segmentation"; }
    std::int64_t outputs() const;
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
