// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/tune/csv.h"
#include "core/tune/feasible.h"
#include "core/tune/journal.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

namespace core::tune {

using base::Error;
using base::ErrorKind;
using base::Value;

namespace csv_read {

using Row = std::vector<std::string>;

struct Line {
    Row cells;
    std::size_t number = 0; ///< in the file, from 1
};

// RFC 4180; lines may end with a newline alone, and empty ones are none.
base::Result<std::vector<Line>> linesOf(const std::string& text)
{
    std::vector<Line> lines;
    std::size_t number = 1, begun = 1;
    Row row;
    std::string cell;
    bool quoted = false, any = false;
    const auto endCell = [&] {
        row.push_back(std::move(cell));
        cell.clear();
    };
    const auto endLine = [&] {
        endCell();
        if (any)
            lines.push_back({std::move(row), begun});
        row.clear();
        any = false;
    };
    for (std::size_t i = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < text.size(); ++i) {
        const char c = text[i];
        number += c == '\n';
        if (quoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"')
                cell += text[++i];
            else if (c == '"')
                quoted = false;
            else
                cell += c;
        } else if (c == '"' && cell.empty()) {
            quoted = any = true;
        } else if (c == ',') {
            endCell();
            any = true;
        } else if (c == '\n') {
            endLine();
            begun = number;
        } else if (c != '\r') {
            cell += c;
            any = true;
        }
    }
    if (quoted)
        return Error{ErrorKind::Data, "a quotation mark is not closed", "line " + std::to_string(begun), {}};
    endLine();
    return lines;
}

// Which columns hold what.
struct Columns {
    std::size_t number = 0, state = 0;
    std::vector<std::pair<std::string, std::size_t>> objectives, parameters;
    std::vector<std::pair<std::string, std::size_t>> constraints; ///< without a name: all of them in one cell
};

constexpr const char* advice =
    "A header as study export --to csv writes it, or as Optuna's trials_dataframe().to_csv()";

std::size_t placeOf(const Row& header, const std::string& name)
{
    return std::size_t(std::ranges::find(header, name) - header.begin());
}

bool isFigure(const std::string& name)
{
    return name.starts_with("validation/") || name.starts_with("train/") || name.starts_with("train_eval/");
}

// What the objectives of an imported study are called where Optuna has no names for them.
bool isOptunasValue(const std::string& name)
{
    return name == "value" || (name.starts_with("value_") && name.find_first_not_of("0123456789", 6) == name.npos);
}

base::Result<Columns> columnsOf(const Row& header, const std::string& metric)
{
    Columns made{placeOf(header, "number"), placeOf(header, "state"), {}, {}, {}};
    if (made.state == header.size())
        return Error{ErrorKind::Data, "there is no column \"state\"", "line 1", advice};
    const std::size_t started = placeOf(header, "started");
    // Optuna's own tables name parameters so; in ours an objective may be called `value` too, where it came from
    // Optuna.
    const bool ours = started < header.size() &&
                      std::ranges::none_of(header, [](const std::string& name) { return name.starts_with("params_"); });
    std::vector<std::pair<std::string, std::size_t>> own;
    for (std::size_t i = 0; i < header.size(); ++i)
        if (const std::string& name = header[i]; name.starts_with("params_"))
            made.parameters.emplace_back(name.substr(7), i);
        else if (!ours && (name == "value" || name.starts_with("values_")))
            made.objectives.emplace_back(metric.empty() || name != "value" ? name : metric, i);
        else if (name == "system_attrs_constraints" || (ours && i > started && name == constraintsNote))
            made.constraints.emplace_back("", i);
        else if (const std::string prefix = "system_attrs_constraints:"; name.starts_with(prefix))
            made.constraints.emplace_back(name.substr(prefix.size()), i);
        else if (i > made.state && i < started && started < header.size())
            own.emplace_back(name, i);
    if (made.objectives.empty()) {
        // Ours: objectives first, which the names of figures tell, or the first column alone.
        for (const auto& column : own) {
            const std::string& name = column.first;
            const bool begins = made.objectives.size() == std::size_t(&column - own.data());
            if (metric.empty() ? isFigure(name) || (begins && isOptunasValue(name)) : name == metric)
                made.objectives.push_back(column);
        }
        if (made.objectives.empty() && metric.empty() && !own.empty())
            made.objectives.push_back(own.front());
        for (const auto& column : own)
            if (std::ranges::find(made.objectives, column) == made.objectives.end() && !isFigure(column.first))
                made.parameters.push_back(column);
    }
    if (made.objectives.empty())
        return Error{ErrorKind::Data,
                     metric.empty() ? "there is no column of an objective" : "there is no column \"" + metric + "\"",
                     "line 1", advice};
    return made;
}

Value valueOf(const std::string& cell)
{
    const auto read = base::parseJson(cell);
    return read ? *read : Value(cell);
}

// By their names, or as Optuna's tables have them: Python's list or tuple of numbers.
base::Result<base::Object> constraintsIn(const std::string& cell)
{
    base::Object made;
    if (cell.starts_with('{')) {
        made = valueOf(cell).object();
    } else if (cell.size() > 2 && (cell.starts_with('[') || cell.starts_with('('))) {
        std::istringstream list(cell.substr(1, cell.size() - 2));
        for (std::string each; std::getline(list, each, ',');)
            if (const std::size_t from = each.find_first_not_of(' '); from != each.npos)
                made.set(std::to_string(made.size()), valueOf(each.substr(from)));
    }
    const bool wrong = std::ranges::any_of(made, [](const auto& each) { return std::isnan(numberOf(each.second)); });
    if (wrong || made.empty())
        return Error{ErrorKind::Data, "\"" + cell + "\" are no values of constraints", {}, "Such as [0.5, -1]"};
    return made;
}

ParameterSpec rangeOf(const std::string& path, std::size_t column, const std::vector<Line>& lines)
{
    std::vector<Value> seen;
    for (std::size_t i = 1; i < lines.size(); ++i)
        if (!lines[i].cells[column].empty())
            seen.push_back(valueOf(lines[i].cells[column]));
    return rangeOfValues(path, seen);
}

base::Result<Trial> trialOf(const Line& line, const Columns& columns, const TuningSpec& spec)
{
    const auto bad = [&](const std::string& what) {
        return Error{ErrorKind::Data, what, "line " + std::to_string(line.number), {}};
    };
    Trial trial;
    trial.source = "import";
    std::string word = line.cells[columns.state];
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    const auto state = trialState(word == "complete" ? "completed"
                                  : word == "pruned" ? "stopped"
                                  : word == "fail"   ? "failed"
                                                     : word);
    if (!state)
        return bad("\"" + line.cells[columns.state] + "\" is no state of a trial");
    trial.state = *state;
    for (std::size_t i = 0; i < columns.parameters.size(); ++i)
        if (const std::string& cell = line.cells[columns.parameters[i].second]; !cell.empty()) {
            const Value value = valueOf(cell);
            trial.parameters.set(columns.parameters[i].first,
                                 spec.parameters[i].type == "continuous" ? Value(value.toReal()) : value);
        }
    base::Object constraints;
    for (const auto& [name, column] : columns.constraints)
        if (const std::string& cell = line.cells[column]; !cell.empty()) {
            auto found = constraintsIn(name.empty() ? cell : "[" + cell + "]");
            if (!found)
                return base::Error{ErrorKind::Data, found.error().message, "line " + std::to_string(line.number),
                                   found.error().advice};
            for (const auto& [each, value] : *found)
                constraints.set(name.empty() ? each : name, value);
        }
    if (!constraints.empty())
        trial.notes.set(constraintsNote, constraints);
    bool whole = true;
    for (const auto& [name, column] : columns.objectives) {
        const Value value = valueOf(line.cells[column]);
        if (!line.cells[column].empty() && !value.isNumber() && line.cells[column] != "nan")
            return bad("\"" + line.cells[column] + "\" is no value of " + name);
        whole = whole && value.isNumber() && std::isfinite(value.toReal());
        trial.values.push_back(value.isNumber() ? value.toReal() : std::nan(""));
    }
    if (trial.state == TrialState::Completed && whole)
        return trial;
    if (trial.state == TrialState::Stopped) {
        trial.stop = Stop{"csv", 0, trial.values.front(), std::nan(""), {}, "stopped early there"};
    } else {
        trial.error = trial.state == TrialState::Completed ? "it has no value for every objective"
                      : trial.state == TrialState::Failed  ? "failed there"
                                                           : "it had not ended when the table was written";
        trial.state = TrialState::Failed;
    }
    trial.values.clear();
    return trial;
}

}

base::Result<ForeignStudy> readTrialsCsv(const std::string& text, const std::string& goal, const std::string& metric)
{
    using namespace csv_read;
    CORE_TRY(lines, linesOf(text));
    if (lines.empty())
        return Error{ErrorKind::Data, "the table is empty", {}, advice};
    CORE_TRY(columns, columnsOf(lines.front().cells, metric));
    for (const Line& line : lines)
        if (line.cells.size() != lines.front().cells.size())
            return Error{ErrorKind::Data,
                         std::to_string(line.cells.size()) + " cells, where the header has " +
                             std::to_string(lines.front().cells.size()),
                         "line " + std::to_string(line.number),
                         {}};
    ForeignStudy made;
    made.name = "study";
    for (const auto& [name, column] : columns.objectives) {
        if (goal.empty())
            return Error{ErrorKind::Data, "it is not known whether " + name + " is to be made small or large", "line 1",
                         "A table does not tell; give the goal: minimize or maximize"};
        made.spec.objective.push_back({name, goal});
    }
    for (const auto& [path, column] : columns.parameters)
        made.spec.parameters.push_back(rangeOf(path, column, lines));
    // A parameter that no trial has is none.
    for (std::size_t i = made.spec.parameters.size(); i-- > 0;)
        if (made.spec.parameters[i].type == "categorical" && made.spec.parameters[i].values.array().empty()) {
            made.spec.parameters.erase(made.spec.parameters.begin() + std::ptrdiff_t(i));
            columns.parameters.erase(columns.parameters.begin() + std::ptrdiff_t(i));
        }
    if (made.spec.parameters.empty())
        return Error{ErrorKind::Data, "there is no column of a parameter", "line 1", advice};
    for (std::size_t i = 1; i < lines.size(); ++i) {
        CORE_TRY(trial, trialOf(lines[i], columns, made.spec));
        made.trials.push_back(std::move(trial));
    }
    goOnWithTpe(made);
    return made;
}

}
