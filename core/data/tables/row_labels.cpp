// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/row_labels.h"

#include "core/spec/check.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace core::data {

namespace {

base::Result<const Column*> columnNamed(const Loaded& loaded, const std::string& name, const std::string& where)
{
    const Table* table = loaded.table ? loaded.table.get() : loaded.steps.get();
    if (!table)
        return base::Error{base::ErrorKind::Spec, "this data has no named columns", where, "Leave it empty"};
    if (const Column* column = table->find(name))
        return column;
    const std::string near = spec::nearest(name, table->names());
    return base::Error{base::ErrorKind::Spec, "there is no column \"" + name + "\"", where,
                       near.empty() ? "Name one of the columns" : "Did you mean \"" + near + "\"?"};
}

// Where a row's cells stand: of a forecast in the first step that it foretells.
std::size_t cellRow(const Loaded& loaded, std::int64_t row)
{
    return std::size_t(loaded.stepOfRow.empty() ? row : loaded.stepOfRow[std::size_t(row)]);
}

// A word of a predefined split; −1: none of them.
std::int32_t partOfWord(std::string word)
{
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    if (word == "train" || word == "training" || word == "0")
        return 0;
    if (word == "validation" || word == "val" || word == "valid" || word == "dev" || word == "1")
        return 1;
    return word == "test" || word == "testing" || word == "2" ? 2 : -1;
}

}

base::Status RowLabels::read(const Loaded& loaded, const spec::SplitSpec& split)
{
    for (const std::int64_t row : rows) {
        const std::size_t r = std::size_t(row);
        if (loaded.info.classifies() && loaded.targets.defined() && loaded.targets.dim() == 1)
            classes.push_back(loaded.targets.const_data_ptr<std::int64_t>()[r]);
        if (r < loaded.times.size())
            times.push_back(loaded.times[r]);
        if (r < loaded.parts.size())
            parts.push_back(loaded.parts[r]);
    }
    const bool grouped = split.kind == "group" || split.kind == "k_fold";
    if (grouped && !split.group.empty()) {
        CORE_TRY(column, columnNamed(loaded, split.group, "/split/group"));
        std::map<double, std::int64_t> ids;
        // A row without a group is a group of its own.
        std::int64_t next = 0;
        for (const std::int64_t row : rows) {
            const std::size_t r = cellRow(loaded, row);
            const double key = column->kind == ColumnKind::Text ? double(column->codes[r]) : column->numbers[r];
            if (std::isnan(key) || (column->kind == ColumnKind::Text && key < 0)) {
                groups.push_back(next++);
                continue;
            }
            const auto [found, added] = ids.try_emplace(key, next);
            next += added;
            groups.push_back(found->second);
        }
    }
    if (split.kind == "predefined" && !split.column.empty()) {
        CORE_TRY(column, columnNamed(loaded, split.column, "/split/column"));
        parts.clear();
        for (const std::int64_t row : rows) {
            const std::size_t r = cellRow(loaded, row);
            std::string word;
            if (column->kind == ColumnKind::Text)
                word = column->codes[r] < 0 ? "" : column->words[std::size_t(column->codes[r])];
            else if (column->numbers[r] == std::floor(column->numbers[r]))
                word = std::to_string(std::int64_t(column->numbers[r]));
            parts.push_back(partOfWord(word));
            if (parts.back() < 0)
                return base::Error{base::ErrorKind::Data,
                                   "row " + std::to_string(row) + ", column \"" + split.column + "\": \"" + word +
                                       "\" names no part",
                                   "/split/column", "train, validation or test (or 0, 1, 2)"};
        }
    }
    return {};
}

SplitRequest RowLabels::request(const Loaded& loaded, const spec::SplitSpec& split, double test) const
{
    SplitRequest request{.spec = split,
                         .rows = std::int64_t(rows.size()),
                         .classes = classes,
                         .classNames = loaded.info.classes,
                         .times = times,
                         .groups = groups,
                         .parts = parts};
    request.test = test;
    return request;
}

base::Status RowLabels::checkTimes(const Loaded& loaded, const SplitRequest& request) const
{
    if (request.spec.kind != "chronological" && request.spec.kind != "walk_forward")
        return {};
    for (std::size_t i = 0; i < request.times.size(); ++i)
        if (std::isnan(request.times[i]))
            return base::Error{base::ErrorKind::Data,
                               "row " + std::to_string(rows[i]) + " has no time in column \"" + loaded.info.time +
                                   "\", which orders the rows",
                               loaded.where, "Fill the cell, set data.missing to drop, or set split.kind to random"};
    return {};
}

}
