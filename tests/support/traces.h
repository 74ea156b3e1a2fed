// SPDX-License-Identifier: GPL-3.0-or-later
// Runs as pictures: what a run saved, written as text.
#pragma once

#include "core/debug/rule_engine.h"

#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace test {

/// A trace of lines `name: v v v` (a scalar at steps 0, 1, 2, …) or `tensor statistic: v v v`; `.` is a step at which
/// it was not saved. A line `step: 0 4 8` says which steps the columns are, a line `mode: T E T` whose they are.
inline core::debug::Trace traceOf(const std::string& picture)
{
    std::vector<std::pair<std::string, std::vector<std::string>>> lines;
    std::istringstream in(picture);
    for (std::string line; std::getline(in, line);) {
        const auto colon = line.find(": ");
        if (colon == line.npos)
            continue;
        const auto begin = line.find_first_not_of(' ');
        std::istringstream words(line.substr(colon + 1));
        std::vector<std::string> values;
        for (std::string word; words >> word;)
            values.push_back(word);
        lines.emplace_back(line.substr(begin, colon - begin), std::move(values));
    }
    std::size_t count = 0;
    std::vector<std::string> steps, modes, times;
    for (const auto& [name, values] : lines) {
        count = std::max(count, values.size());
        (name == "step" ? steps : name == "mode" ? modes : times) = values;
    }
    core::debug::Trace trace;
    std::map<core::debug::Mode, std::int64_t> done;
    for (std::size_t i = 0; i < count; ++i) {
        using core::debug::Mode;
        const Mode mode = i < modes.size() && modes[i] == "E" ? Mode::Eval : Mode::Train;
        const std::int64_t step = i < steps.size() ? std::stoll(steps[i]) : std::int64_t(i);
        trace.begin(step, modes.empty() ? step : done[mode]++, mode, 1000.0 + double(i));
        for (const auto& [name, values] : lines) {
            if (name == "step" || name == "mode" || i >= values.size() || values[i] == ".")
                continue;
            const auto space = name.find(' ');
            const std::string tensor = name.substr(0, space),
                              statistic = space == name.npos ? "value" : name.substr(space + 1);
            const double value = values[i] == "nan" ? std::nan("") : std::stod(values[i]);
            trace.add(trace.known.add(tensor, statistic), value);
        }
    }
    return trace;
}

inline core::spec::RuleSpec rule(const std::string& name, core::base::Object params = {})
{
    return {name, std::move(params)};
}

/// The steps at which it fires, as text: `4 8`; its state if it is an error.
inline std::string fires(const core::debug::Trace& trace, const core::spec::RuleSpec& rule,
                         core::debug::RunFacts facts = {})
{
    const auto found = core::debug::run({rule}, trace, std::move(facts), core::debug::Ending::Done);
    if (found.states[0].state == core::debug::inError)
        return "Error: " + found.states[0].details;
    std::string text;
    for (const auto& finding : found.findings)
        text += (text.empty() ? "" : " ") + std::to_string(finding.step);
    return text;
}

inline std::string fires(const std::string& picture, const core::spec::RuleSpec& rule, core::debug::RunFacts facts = {})
{
    return fires(traceOf(picture), rule, std::move(facts));
}

}
