// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/data_signals.h"

#include "core/data/check.h"
#include "core/data/dataset.h"
#include "core/debug/data_signal.h"
#include "core/debug/rule_engine.h"

#include <algorithm>
#include <regex>
#include <set>

namespace core::train {

namespace data_signals {

// Rows of these are all rows of a column, not some that are bad.
bool isOfColumns(const std::string& kind)
{
    static const std::set<std::string> kinds{"target_leakage", "drift",           "date_under_random_split",
                                             "wrong_scale",    "constant_column", "duplicate_columns"};
    return kinds.contains(kind);
}

std::vector<std::string> wanted(const std::vector<spec::RuleSpec>& rules)
{
    std::vector<std::string> all;
    for (const debug::Need& need : debug::needsOf(rules))
        for (const std::string& regex : need.tensors.regexes)
            if (regex.find(debug::dataSignals) <= 1)
                all.push_back(regex);
    return all;
}

// Of copies the doctor tells twice: those within the data, then those that stand in two parts.
std::string nameOf(const data::Problem& problem, const DataFigures& told)
{
    const std::string name = std::string(debug::dataSignals) + problem.kind;
    const bool again = std::ranges::any_of(told, [&](const auto& one) { return one.first == name && one.second > 0; });
    return problem.kind == "duplicate_rows" && again ? name + "_across" : name;
}

// A column's name as the last part of a signal's.
std::string asName(std::string column)
{
    std::ranges::replace(column, '/', '_');
    return column == "." ? "_" : column;
}

void put(DataFigures& figures, const std::string& name, double value, bool more)
{
    const auto found = std::ranges::find(figures, name, &std::pair<std::string, double>::first);
    if (found == figures.end())
        figures.emplace_back(name, value);
    else
        found->second = more ? found->second + value : value;
}

}

bool wantsDoctor(const std::vector<spec::RuleSpec>& rules)
{
    return !data_signals::wanted(rules).empty();
}

DataFigures dataFigures(const std::vector<data::Problem>& problems, std::int64_t rows,
                        const std::vector<spec::RuleSpec>& rules)
{
    using namespace data_signals;
    DataFigures all;
    for (const base::Entry& check : data::allChecks().family().entries)
        all.emplace_back(std::string(debug::dataSignals) + check.kind, 0);
    all.emplace_back(std::string(debug::dataSignals) + "duplicate_rows_across", 0);
    for (const data::Problem& problem : problems) {
        const std::string name = nameOf(problem, all);
        const bool columns = isOfColumns(problem.kind);
        put(all, name, columns ? 1 : double(problem.count) / double(std::max<std::int64_t>(1, rows)), true);
        if (columns && !problem.column.empty())
            put(all, name + "_of/" + asName(problem.column), 1, false);
    }
    std::vector<std::regex> meant;
    for (const std::string& regex : wanted(rules))
        meant.emplace_back(regex);
    std::erase_if(all, [&](const auto& one) {
        return std::ranges::none_of(meant,
                                    [&](const std::regex& regex) { return std::regex_search(one.first, regex); });
    });
    return all;
}

base::Result<DataFigures> dataFigures(const spec::Experiment& experiment)
{
    CORE_TRY(looked, data::DataModule::open(experiment, false));
    return dataFigures(looked.problems(), looked.info().rows, experiment.rules);
}

}
