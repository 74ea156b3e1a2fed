// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/column_builder.h"
#include "core/data/tables/number_set.h"
#include "core/data/tables/table_set.h"

#include <algorithm>
#include <cmath>

namespace core::data {

base::Status takeTargets(Column column, Loaded& loaded, const SourceRequest& request)
{
    // The rules are those of a table's target; a table has one other column at least.
    Table table{.rows = std::int64_t(std::max(column.numbers.size(), column.codes.size())), .where = loaded.where};
    table.name = loaded.info.name;
    table.named = false;
    table.target = column.name;
    Column other{.name = column.name + " inputs", .kind = ColumnKind::Number};
    other.numbers.assign(std::size_t(table.rows), 0);
    table.columns = {std::move(other), std::move(column)};
    Loaded targets;
    targets.table = std::make_shared<Table>(std::move(table));
    SourceRequest alone{request.data};
    alone.data.target.clear();
    alone.data.features.clear();
    CORE_CHECK(chooseColumns(targets, alone));
    loaded.targets = std::move(targets.targets);
    loaded.info.task = targets.info.task;
    loaded.info.classes = std::move(targets.info.classes);
    loaded.info.target = targets.info.target;
    return {};
}

base::Result<Loaded> loadSparse(SparseRows rows, const NumberSet& set, const SourceRequest& request)
{
    const std::int64_t features = std::max<std::int64_t>(1, rows.columns), count = rows.rows();
    rows.columns = features;
    if (features > mostDenseCells / std::max<std::int64_t>(1, count))
        return base::Error{base::ErrorKind::Data,
                           "has " + std::to_string(count) + " rows of " + std::to_string(features) +
                               " columns, too many to hold with their zeros",
                           set.where, "Take fewer rows by data.rows, or number the columns without gaps"};
    NumberArray x{.element = Element::F32, .shape = {count, features}};
    x.bytes.resize(std::size_t(count * features) * sizeof(float));
    rows.copyTo(reinterpret_cast<float*>(x.bytes.data()));
    NumberArray y{.element = Element::F64, .shape = {count}};
    y.bytes.assign(reinterpret_cast<const char*>(rows.labels.data()), rows.labels.size() * sizeof(double));
    std::vector<NamedArray> arrays;
    arrays.push_back({"x", std::move(x)});
    arrays.push_back({"label", std::move(y)});
    CORE_TRY(loaded, loadArrays(std::move(arrays), set, request));
    loaded.lines = rows.lines;
    if (!loaded.table || request.like)
        return std::move(loaded);
    loaded.table->lines = std::move(rows.lines);
    if (!rows.groups.empty()) {
        ColumnBuilder groups("qid");
        for (std::size_t row = 0; row < rows.groups.size(); ++row)
            if (!std::isnan(rows.groups[row]))
                groups.number(std::int64_t(row), rows.groups[row]);
        loaded.table->columns.push_back(std::move(groups).finish(count, {.asText = {"qid"}}));
    }
    return std::move(loaded);
}

}
