// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/generator.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr std::int64_t mostNumbers = std::int64_t(1) << 31;

}

base::Draw drawOf(const std::string& name, std::int64_t seed)
{
    return base::Draw(std::uint64_t(seed), "data/" + name);
}

base::Result<std::int64_t> rowsToMake(const SourceRequest& request, std::int64_t fallback, std::int64_t fewest,
                                      std::int64_t numbers)
{
    const std::int64_t rows = request.data.rows.value_or(fallback),
                       most = mostNumbers / std::max<std::int64_t>(1, numbers);
    if (rows < fewest || rows > most)
        return base::Error{base::ErrorKind::Spec, std::to_string(rows) + " rows cannot be made", "/data/rows",
                           "From " + std::to_string(fewest) + " to " + std::to_string(most)};
    return rows;
}

base::Status checkTask(const SourceRequest& request, const std::vector<std::string>& tasks)
{
    const std::string& task = request.data.task;
    if (task == "auto" || std::find(tasks.begin(), tasks.end(), task) != tasks.end())
        return {};
    std::string known;
    for (const std::string& each : tasks)
        known += (known.empty() ? "" : " or ") + each;
    return base::Error{base::ErrorKind::Spec, "this generator is made for " + known + ", not for " + task, "/data/task",
                       "Leave the task out, or choose another source"};
}

Loaded shuffledTable(const std::string& name, std::int64_t features, const std::vector<double>& values, Column target,
                     const base::Draw& draw)
{
    const std::int64_t rows = std::int64_t(values.size()) / features;
    const std::vector<std::int64_t> rowOrder = base::permutation(rows, draw.within(0)),
                                    order = base::permutation(features, draw.within(1));
    Loaded loaded;
    loaded.table = std::make_shared<Table>();
    Table& table = *loaded.table;
    table.rows = rows;
    table.name = name;
    table.target = target.name;
    for (std::int64_t f = 0; f < features; ++f) {
        std::vector<double> column;
        column.reserve(std::size_t(rows));
        for (const std::int64_t row : rowOrder)
            column.push_back(values[std::size_t(row * features + order[std::size_t(f)])]);
        table.columns.push_back(numberColumn("x" + std::to_string(f + 1), std::move(column)));
    }
    Column shuffled = target;
    for (std::size_t i = 0; i < rowOrder.size(); ++i) {
        const std::size_t from = std::size_t(rowOrder[i]);
        if (target.kind == ColumnKind::Text)
            shuffled.codes[i] = target.codes[from];
        else
            shuffled.numbers[i] = target.numbers[from];
    }
    table.columns.push_back(std::move(shuffled));
    return loaded;
}

}
