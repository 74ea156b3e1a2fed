// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/csv.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/tune/feasible.h"

#include <algorithm>
#include <cmath>

namespace core::tune {

namespace {

std::string cell(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == text.npos)
        return text;
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

std::string cell(const base::Value& value)
{
    return value.isText()   ? cell(value.text())
           : value.isReal() ? plainNumber(value.toReal())
                            : cell(base::writeJson(value));
}

}

std::string trialsAsCsv(const StudyState& study)
{
    std::string text = "number,state";
    for (const ObjectiveSpec& objective : study.spec.objective)
        text += "," + cell(objective.metric);
    for (const Parameter& parameter : study.space.parameters())
        text += "," + cell(parameter.path);
    const bool constrained =
        std::ranges::any_of(study.trials, [](const Trial& trial) { return constraintsOf(trial) != nullptr; });
    text += std::string(",started,seconds,steps,why,source,run") + (constrained ? ",constraints\r\n" : "\r\n");
    for (const Trial& trial : study.trials) {
        text += std::to_string(trial.number) + "," + std::string(name(trial.state));
        for (std::size_t k = 0; k < study.spec.objective.size(); ++k)
            text += "," + (k < trial.values.size() ? plainNumber(trial.values[k]) : std::string());
        for (const Parameter& parameter : study.space.parameters()) {
            const base::Value* value = trial.parameters.find(parameter.path);
            text += "," + (value ? cell(*value) : std::string());
        }
        text += "," + (trial.started > 0 ? base::isoTime(trial.started) : std::string());
        text +=
            "," + (trial.ended > trial.started ? plainNumber(std::round(1000 * (trial.ended - trial.started)) / 1000)
                                               : std::string());
        text += "," + std::to_string(trial.reports.size());
        text += "," + cell(trial.stop ? trial.stop->message : trial.error);
        text += "," + cell(trial.source) + "," + cell(trial.run);
        if (constrained)
            text += "," + (constraintsOf(trial) ? cell(base::writeJson(*constraintsOf(trial))) : std::string());
        text += "\r\n";
    }
    return text;
}

}
