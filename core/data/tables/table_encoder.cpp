// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/encoder.h"
#include "core/data/tables/table_errors.h"
#include "core/data/tables/table_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace core::data {

namespace {

constexpr float missingFloat = std::numeric_limits<float>::quiet_NaN();
constexpr double secondsPerDay = 86400;
constexpr std::int64_t mostCells = std::int64_t(1) << 32;

// The texts of a column that occur in some rows.
struct KnownWords {
    std::vector<std::string> words;
    std::vector<std::int32_t> codes; // per row of those rows
};

KnownWords wordsIn(const Column& column, std::span<const std::int64_t> rows)
{
    std::vector<std::int32_t> place(column.words.size(), -1);
    for (const std::int64_t row : rows)
        if (const std::int32_t code = column.codes[std::size_t(row)]; code >= 0)
            place[std::size_t(code)] = 0;
    KnownWords known;
    for (std::size_t w = 0; w < place.size(); ++w)
        if (place[w] == 0) {
            place[w] = std::int32_t(known.words.size());
            known.words.push_back(column.words[w]);
        }
    for (const std::int64_t row : rows) {
        const std::int32_t code = column.codes[std::size_t(row)];
        known.codes.push_back(code < 0 ? -1 : place[std::size_t(code)]);
    }
    return known;
}

std::vector<double> targetsIn(const at::Tensor& targets, std::span<const std::int64_t> rows)
{
    std::vector<double> values;
    for (const std::int64_t row : rows)
        if (targets.scalar_type() == at::kLong) {
            const std::int64_t label = targets.const_data_ptr<std::int64_t>()[row];
            values.push_back(label < 0 ? std::nan("") : double(label));
        } else {
            values.push_back(double(targets.const_data_ptr<float>()[row * (targets.numel() / targets.size(0))]));
        }
    return values;
}

}

base::Result<TableEncoder> TableEncoder::fit(const Loaded& loaded, std::span<const std::int64_t> rows,
                                             const spec::DataSpec& data, std::uint64_t seed)
{
    CORE_TRY(encoder, allEncoders().make(data.encode));
    TableEncoder made;
    const std::vector<double> targets = targetsIn(loaded.targets, rows);
    for (const std::size_t c : loaded.featureColumns) {
        const Column& column = loaded.table->columns[c];
        ColumnCode code{column.name, column.kind, {column.name}, {}, {}, {}};
        if (column.kind == ColumnKind::Text) {
            KnownWords known = wordsIn(column, rows);
            WordValues values = encoder->learn({known.codes, known.words, targets, loaded.info.classes},
                                               base::Draw(seed, "encode").within(c));
            code.features.clear();
            for (const std::string& suffix : values.suffixes)
                code.features.push_back(column.name + suffix);
            code.words = std::move(known.words);
            code.values = std::move(values.values);
            code.unknown = std::move(values.unknown);
            if (!values.rows.empty())
                made.m_learned.push_back(
                    {made.m_codes.size(), std::vector(rows.begin(), rows.end()), std::move(values.rows)});
        }
        made.m_codes.push_back(std::move(code));
    }
    return made;
}

TableEncoder TableEncoder::ofNumbers(const std::vector<std::string>& columns)
{
    TableEncoder made;
    for (const std::string& column : columns)
        made.m_codes.push_back({column, ColumnKind::Number, {column}, {}, {}, {}});
    return made;
}

namespace {

base::Status encodeColumn(const Table& table, const ColumnCode& code, float* out, std::int64_t width)
{
    const Column* column = table.find(code.column);
    if (!column) {
        base::Error error = noColumn(table, code.column, whereOf(table));
        error.kind = base::ErrorKind::Data;
        return error;
    }
    if (!column->strays.empty())
        return strayError(table, *column);
    const std::size_t rows = std::size_t(table.rows);
    if (code.kind != ColumnKind::Text) {
        const double unit = code.kind == ColumnKind::Time ? secondsPerDay : 1;
        for (std::size_t row = 0; row < rows; ++row, out += width)
            *out = column->numbers.empty() ? missingFloat : float(column->numbers[row] / unit);
        return {};
    }
    std::vector<const std::vector<float>*> values;
    for (const std::string& word : column->words) {
        const auto found = std::lower_bound(code.words.begin(), code.words.end(), word);
        values.push_back(found != code.words.end() && *found == word
                             ? &code.values[std::size_t(found - code.words.begin())]
                             : &code.unknown);
    }
    const std::vector<float> missing(code.features.size(), missingFloat);
    for (std::size_t row = 0; row < rows; ++row, out += width) {
        const std::int32_t word = column->codes.empty() ? -1 : column->codes[row];
        const std::vector<float>& made = word < 0 ? missing : *values[std::size_t(word)];
        std::copy(made.begin(), made.end(), out);
    }
    return {};
}

}

base::Result<at::Tensor> TableEncoder::encode(const Table& table) const
{
    std::int64_t width = 0;
    for (const ColumnCode& code : m_codes)
        width += std::int64_t(code.features.size());
    if (table.rows * width > mostCells)
        return base::Error{base::ErrorKind::Resource,
                           "makes " + std::to_string(width) + " features for " + std::to_string(table.rows) +
                               " rows, more than fit into memory",
                           whereOf(table), "Choose columns in data.features, or lower data.source.max_categories"};
    at::Tensor inputs = tensor::empty({table.rows, width});
    float* out = inputs.mutable_data_ptr<float>();
    for (const ColumnCode& code : m_codes) {
        CORE_CHECK(encodeColumn(table, code, out, width));
        out += code.features.size();
    }
    return inputs;
}

void TableEncoder::replaceLearned(at::Tensor& inputs) const
{
    const std::int64_t width = inputs.size(1);
    for (const Learned& learned : m_learned) {
        std::int64_t first = 0;
        for (std::size_t c = 0; c < learned.code; ++c)
            first += std::int64_t(m_codes[c].features.size());
        for (std::size_t i = 0; i < learned.rows.size(); ++i)
            std::copy(learned.values[i].begin(), learned.values[i].end(),
                      inputs.mutable_data_ptr<float>() + learned.rows[i] * width + first);
    }
}

void TableEncoder::describe(DatasetInfo& info) const
{
    info.features.clear();
    info.origins.clear();
    for (const ColumnCode& code : m_codes)
        for (const std::string& feature : code.features) {
            info.features.push_back(feature);
            info.origins.push_back(code.column);
        }
    info.modality = Modality::Table;
    info.inputShape = {std::int64_t(info.features.size())};
}

TableHints TableEncoder::hints() const
{
    TableHints hints;
    for (const ColumnCode& code : m_codes) {
        (code.kind == ColumnKind::Text ? hints.asText : hints.asNumbers).push_back(code.column);
        if (code.kind == ColumnKind::Time)
            hints.asTimes.push_back(code.column);
    }
    return hints;
}

}
