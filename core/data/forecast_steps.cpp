// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/forecast_steps.h"

#include "core/data/check.h"

namespace core::data {

void Steps::divide(const std::array<std::vector<std::int64_t>, 3>& rows, const WindowRows& windows,
                   std::int64_t horizon)
{
    parts.assign(std::size_t(table->rows), 3);
    for (std::size_t p = 0; p < 3; ++p)
        for (const std::int64_t row : rows[p])
            for (std::int64_t h = 0; h < horizon; ++h)
                parts[std::size_t(windows.foretold[std::size_t(row * horizon + h)])] = std::uint8_t(p);
}

std::vector<std::int64_t> firstForetold(const WindowRows& windows, std::int64_t horizon)
{
    std::vector<std::int64_t> first;
    for (std::size_t at = 0; at < windows.foretold.size(); at += std::size_t(horizon))
        first.push_back(windows.foretold[at]);
    return first;
}

std::vector<Problem> examineSteps(const spec::Experiment& experiment, const Loaded& loaded)
{
    const auto inputs = columnFacts(loaded.inputs, loaded.dropped);
    const ColumnFacts targets;
    const std::array<std::vector<std::int64_t>, 3> parts;
    const Examined steps{.experiment = experiment,
                         .info = loaded.info,
                         .inputs = loaded.inputs,
                         .targets = loaded.targets,
                         .inputFacts = inputs,
                         .targetFacts = targets,
                         .parts = parts,
                         .times = loaded.times,
                         .splitKind = {}};
    const Column* names = loaded.info.series.empty() ? nullptr : loaded.table->find(loaded.info.series);
    std::vector<Problem> problems;
    for (const char* kind : {"missing_values", "infinite_values"})
        if (const auto check = allChecks().make({kind}))
            for (Problem& problem : (*check)->examine(steps)) {
                if (names && !problem.rows.empty() && names->kind == ColumnKind::Text)
                    if (const std::int32_t code = names->codes[std::size_t(problem.rows.front())]; code >= 0)
                        problem.message += ", the first in series \"" + names->words[std::size_t(code)] + "\"";
                problems.push_back(std::move(problem));
            }
    return problems;
}

}
