// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/data/pictures/marks.h"
#include "core/data/tables/columns.h"

#include <array>
#include <functional>
#include <span>

namespace core::data {

class Tokenizer;

/// All rows of a data set, before anything is filled, and how they were divided.
struct Examined {
    const spec::Experiment& experiment;
    const DatasetInfo& info;
    const at::Tensor& inputs; ///< [rows + test rows, …]
    const at::Tensor& targets;
    const std::vector<ColumnFacts>& inputFacts;
    const ColumnFacts& targetFacts;
    const std::array<std::vector<std::int64_t>, 3>& parts; ///< train, validation, test
    std::span<const double> times;                         ///< per row; empty: none
    std::string splitKind;                                 ///< what `auto` became
    const SampleStore* samples = nullptr;                  ///< of rows that are no tables
    std::vector<const Column*> columns = {};               ///< of a table as it was read, without bare row numbers
    std::span<const Marks> marks = {};                     ///< of detection and segmentation
    const Tokenizer* tokenizer = nullptr;                  ///< of texts as rows of tokens
};

/// Looks for one thing in the data that spoils a training. One plug-in of `core/data/checks`.
class Check {
public:
    virtual ~Check() = default;
    virtual std::vector<Problem> examine(const Examined& data) const = 0;
    /// Among problems: what stops a training (0) before what makes its figures wrong (1), what makes it worse (2), and
    /// what is only good to know (3).
    virtual int rank() const = 0;
    /// Whether it is about boxes and masks; else it is about inputs and targets.
    virtual bool ofMarks() const { return false; }
};

using Checks = base::Registry<Check>;
const Checks& allChecks();

/// Everything that is found, by rank.
std::vector<Problem> examine(const Examined& data);

/// What tells the rows of a table apart, whether it is learned from or not.
std::vector<const Column*> columnsRead(const Loaded& loaded, const std::vector<Problem>& problems);

/// `1 row`, `7 rows`.
std::string countText(std::int64_t n, const std::string& one, const std::string& many);
/// Boxes and pixels of each class in the pictures that were looked at.
std::vector<std::int64_t> marksOfClasses(const Examined& data);
/// ` among the 300 of 5000 pictures that were looked at`; nothing where it was all of them.
std::string lookedAtText(const Examined& data);
/// `rows 3, 8, …`: the first few of `count`.
std::string rowsText(const std::vector<std::int64_t>& rows, std::int64_t count, const std::string& one = "row");
/// `column "x"`, or `the images`.
std::string ofColumn(const std::string& column);
/// Features by the column they came from (columns of one text column share their gaps), then the target.
void eachColumn(const Examined& data, const std::function<void(const std::string& name, const ColumnFacts&)>& visit);
/// At most `most` rows, evenly spread.
std::vector<std::int64_t> spreadRows(std::int64_t rows, std::int64_t most);
/// Up to ColumnFacts::keptRows of them, as a list that a person reads.
std::vector<std::int64_t> firstFew(std::vector<std::int64_t> rows);
/// The part that each row is in: 0, 1, 2; 3 for none.
std::vector<std::uint8_t> partOfRows(const Examined& data);

/// The experiment's edits and one more that leaves these rows out.
std::pair<std::string, base::Value> dropRows(const spec::Experiment& experiment, const std::vector<std::int64_t>& rows);
/// Rows of each class: all, and those in some part.
struct ClassRows {
    std::vector<std::int64_t> all, kept;
    /// Every row of the class was left out by hand.
    bool leftOut(std::size_t c) const { return all[c] > 0 && kept[c] == 0; }
};
ClassRows classRows(const Examined& data);
/// Dividing by class, after what a stratified split cannot divide is left out: classes of fewer rows than parts.
void divideByClass(const Examined& data, Problem& problem);
/// The columns to learn from without this one.
std::pair<std::string, base::Value> withoutColumn(const Examined& data, const std::string& column);

}
