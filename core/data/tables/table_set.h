// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

#include <span>

namespace core::data {

/// Chooses columns of `loaded.table` and encodes the target. The target is `request.data.target`, else what the table
/// says, else the last column that can be; the first column of dates becomes the times and no feature unless asked for.
/// What cannot be a feature is left out and told in `problems`; an error if it was asked for by name.
/// Columns in `reserved` are no features unless asked for.
base::Status chooseColumns(Loaded& loaded, const SourceRequest& request, const std::vector<std::string>& reserved = {},
                           bool lenient = false);

/// The targets in column `target` of rows that belong to a set whose task is known: classes are those that occur here.
base::Status encodeTarget(Loaded& loaded, const std::string& target, const std::string& task);

/// How one column becomes features: numbers as they are, times in days, texts by a list of values for each word.
struct ColumnCode {
    std::string column;
    ColumnKind kind = ColumnKind::Number;
    std::vector<std::string> features;      ///< their names
    std::vector<std::string> words;         ///< Text: those that are known, sorted
    std::vector<std::vector<float>> values; ///< Text: per word, as many as features
    std::vector<float> unknown;             ///< Text: of a word that is not known
};

/// Makes features of tables, in the same way every time.
class TableEncoder {
public:
    /// Learns from the rows given alone, as `data.encode` says: which words there are, and what they stand for.
    static base::Result<TableEncoder> fit(const Loaded& loaded, std::span<const std::int64_t> rows,
                                          const spec::DataSpec& data, std::uint64_t seed);
    /// Columns of numbers that are features as they are.
    static TableEncoder ofNumbers(const std::vector<std::string>& columns);
    /// [rows, features]; a column that is not there, or a cell that is no number, is an error with its place.
    base::Result<at::Tensor> encode(const Table& table) const;
    /// Rows that were learned from may have values of their own, made without them (target encoding).
    void replaceLearned(at::Tensor& inputs) const;
    void describe(DatasetInfo& info) const;
    /// What a new table must be read with so that its columns are of the same kinds.
    TableHints hints() const;

private:
    std::vector<ColumnCode> m_codes;
    /// Per text column that needs it: (row, values) of the rows that were learned from.
    struct Learned {
        std::size_t code = 0;
        std::vector<std::int64_t> rows;
        std::vector<std::vector<float>> values;
    };
    std::vector<Learned> m_learned;
};

}
