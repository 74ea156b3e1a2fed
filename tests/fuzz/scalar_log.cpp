// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/scalar_log.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    for (const auto& log : {readTfEvents(bytes, "f"), readScalarCsv(bytes, "f", "value")}) {
        if (!log)
            continue;
        fuzz::promise(!log->empty());
        for (const auto& [name, series] : log->series) {
            fuzz::promise(!series.steps.empty() && series.steps.size() == series.values.size() &&
                          series.steps.size() == series.times.size());
            for (const std::int64_t step : series.steps)
                fuzz::promise(step >= 0);
        }
    }
}
