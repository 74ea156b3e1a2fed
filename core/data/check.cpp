// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>
#include <tuple>

namespace core::data {

std::vector<Problem> examine(const Examined& data)
{
    std::vector<std::unique_ptr<Check>> checks;
    for (const base::Entry& entry : allChecks().family().entries)
        if (auto check = allChecks().make({entry.kind}))
            checks.push_back(std::move(*check));
    std::stable_sort(checks.begin(), checks.end(), [](const auto& a, const auto& b) { return a->rank() < b->rank(); });
    std::vector<Problem> problems;
    for (const auto& check : checks) {
        if (check->ofMarks() != data.info.locates())
            continue;
        for (Problem& problem : check->examine(data))
            problems.push_back(std::move(problem));
    }
    // Rows of a forecast are windows; edits are of the steps, which have other numbers.
    for (Problem& problem : problems)
        if (data.info.forecasts() && !problem.changes.empty() && problem.changes.front().first == "data.edits") {
            problem.action.clear();
            problem.changes.clear();
        }
    return problems;
}

std::vector<const Column*> columnsRead(const Loaded& loaded, const std::vector<Problem>& problems)
{
    std::vector<const Column*> columns;
    if (!loaded.table || loaded.table->rows != loaded.inputs.size(0))
        return columns;
    for (const Column& column : loaded.table->columns) {
        const bool bare = std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
            return problem.kind == "row_numbers" && problem.column == column.name;
        });
        if (!bare && column.kind != ColumnKind::Empty)
            columns.push_back(&column);
    }
    return columns;
}

std::string countText(std::int64_t n, const std::string& one, const std::string& many)
{
    return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::vector<std::int64_t> marksOfClasses(const Examined& data)
{
    std::vector<std::int64_t> counts(data.info.classes.size());
    for (const Marks& picture : data.marks) {
        for (const Box& box : picture.boxes)
            if (std::size_t(box.label) < counts.size())
                ++counts[std::size_t(box.label)];
        for (std::size_t c = 0; c < picture.maskPixels.size(); ++c)
            counts[c] += picture.maskPixels[c];
    }
    return counts;
}

std::string lookedAtText(const Examined& data)
{
    const std::size_t all = data.parts[0].size() + data.parts[1].size() + data.parts[2].size();
    return data.marks.size() == all ? ""
                                    : " among the " + std::to_string(data.marks.size()) + " of " + std::to_string(all) +
                                          " pictures that were looked at";
}

std::string rowsText(const std::vector<std::int64_t>& rows, std::int64_t count, const std::string& one)
{
    std::string text = one + (rows.size() == 1 && count == 1 ? " " : "s ");
    for (std::size_t i = 0; i < rows.size(); ++i)
        text += (i ? ", " : "") + std::to_string(rows[i]);
    return text + (count > std::int64_t(rows.size()) ? ", …" : "");
}

std::string ofColumn(const std::string& column)
{
    return column.empty() ? "the data" : "column \"" + column + "\"";
}

void eachColumn(const Examined& data, const std::function<void(const std::string&, const ColumnFacts&)>& visit)
{
    const DatasetInfo& info = data.info;
    for (std::size_t f = 0; f < data.inputFacts.size(); ++f) {
        const bool named = f < info.origins.size();
        if (named && f > 0 && info.origins[f] == info.origins[f - 1])
            continue;
        visit(named ? info.origins[f] : "", data.inputFacts[f]);
    }
    visit(info.target, data.targetFacts);
}

std::vector<std::int64_t> spreadRows(std::int64_t rows, std::int64_t most)
{
    const std::int64_t step = std::max<std::int64_t>(1, (rows + most - 1) / most);
    std::vector<std::int64_t> chosen;
    for (std::int64_t row = 0; row < rows; row += step)
        chosen.push_back(row);
    return chosen;
}

std::vector<std::int64_t> firstFew(std::vector<std::int64_t> rows)
{
    rows.resize(std::min(rows.size(), ColumnFacts::keptRows));
    return rows;
}

std::vector<std::uint8_t> partOfRows(const Examined& data)
{
    std::vector<std::uint8_t> part(std::size_t(data.inputs.size(0)), 3);
    for (std::size_t p = 0; p < 3; ++p)
        for (const std::int64_t row : data.parts[p])
            part[std::size_t(row)] = std::uint8_t(p);
    return part;
}

std::pair<std::string, base::Value> dropRows(const spec::Experiment& experiment, const std::vector<std::int64_t>& rows)
{
    base::Array edits;
    for (const base::Pick& edit : experiment.data.edits)
        edits.push_back(base::Codec<base::Pick>::write(edit));
    base::Array list;
    for (const std::int64_t row : rows)
        list.emplace_back(row);
    base::Object drop;
    drop.set("kind", "drop_rows");
    drop.set("rows", std::move(list));
    edits.push_back(std::move(drop));
    return {std::piecewise_construct, std::forward_as_tuple("data.edits"), std::forward_as_tuple(std::move(edits))};
}

ClassRows classRows(const Examined& data)
{
    ClassRows rows{std::vector<std::int64_t>(data.info.classes.size()), {}};
    rows.kept = rows.all;
    const std::vector<std::uint8_t> part = partOfRows(data);
    const std::int64_t* label = data.targets.const_data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < data.targets.size(0); ++row)
        if (label[row] >= 0) {
            ++rows.all[std::size_t(label[row])];
            rows.kept[std::size_t(label[row])] += part[std::size_t(row)] != 3;
        }
    return rows;
}

void divideByClass(const Examined& data, Problem& problem)
{
    const bool folds = data.splitKind == "k_fold";
    const std::int64_t parts = folds ? data.experiment.split.folds : 3;
    const ClassRows counts = classRows(data);
    const std::int64_t* label = data.targets.const_data_ptr<std::int64_t>();
    std::vector<std::int64_t> tooFew;
    for (std::int64_t row = 0; row < data.info.rows; ++row)
        if (label[row] >= 0 && counts.kept[std::size_t(label[row])] < parts)
            tooFew.push_back(row);
    problem.action = tooFew.empty()       ? "Divide by class"
                     : tooFew.size() == 1 ? "Leave its one row out, divide by class"
                                          : "Leave " + std::to_string(tooFew.size()) + " rows out, divide by class";
    problem.changes.clear();
    const std::string kind = folds ? "stratified_k_fold" : "stratified";
    problem.changes.emplace_back("split.kind", kind);
    if (!tooFew.empty())
        problem.changes.push_back(dropRows(data.experiment, tooFew));
}

std::pair<std::string, base::Value> withoutColumn(const Examined& data, const std::string& column)
{
    base::Array features;
    const auto add = [&](const std::string& name) {
        if (name != column)
            features.push_back(name);
    };
    if (!data.experiment.data.features.empty())
        for (const std::string& name : data.experiment.data.features)
            add(name);
    else
        for (std::size_t f = 0; f < data.info.origins.size(); ++f)
            if (f == 0 || data.info.origins[f] != data.info.origins[f - 1])
                add(data.info.origins[f]);
    return {"data.features", std::move(features)};
}

}
