// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/foreign_study.h"

#include "core/tune/sampler.h"

#include <algorithm>

namespace core::tune {

using base::Value;

ParameterSpec rangeOfValues(const std::string& path, const std::vector<Value>& values)
{
    ParameterSpec made;
    made.path = path;
    base::Array seen;
    for (const Value& value : values)
        if (std::ranges::find(seen, value) == seen.end())
            seen.push_back(value);
    if (seen.size() < 2 || !std::ranges::all_of(seen, &Value::isNumber)) {
        made.type = "categorical";
        made.values = seen;
        return made;
    }
    const auto less = [](const Value& a, const Value& b) { return a.toReal() < b.toReal(); };
    made.type = std::ranges::all_of(seen, &Value::isInt) ? "integer" : "continuous";
    made.scale = "linear";
    made.min = std::ranges::min(seen, less).toReal();
    made.max = std::ranges::max(seen, less).toReal();
    return made;
}

void goOnWithTpe(ForeignStudy& study)
{
    study.spec.strategy = {"TPE", base::Object{}};
    if (const auto* entry = allSamplers().family().find("TPE"))
        for (const base::Field& field : entry->schema.fields)
            study.spec.strategy.params.object().set(field.key, field.fallback);
    for (std::size_t i = 0; i < study.trials.size(); ++i)
        study.trials[i].number = std::int64_t(i);
    study.spec.maxJobs = std::max<std::int64_t>(std::int64_t(study.trials.size()), 1);
}

}
