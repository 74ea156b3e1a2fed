// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/tune/advice.h"
#include "core/tune/sampler.h"
#include "core/tune/trial_filter.h"
#include "tests/fuzz/fuzz.h"

using namespace core;

// A part `tuning`; what stands behind the first line break is a filter over its trials.
FUZZ(bytes)
{
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const auto value = base::parseJson(bytes.substr(0, end));
    if (!value)
        return;
    const auto spec = tune::readTuning(*value);
    if (!spec)
        return;
    const auto space = tune::spaceOf(*spec);
    fuzz::promise(bool(space));
    const auto again = tune::readTuning(tune::tuningFields().write(*spec));
    fuzz::promise(again && *again == *spec);
    for (std::uint64_t i = 0; i < 3; ++i)
        fuzz::promise(bool(space->check(tune::randomPoint(*space, base::Draw(i, "fuzz")), "fuzz")));
    tune::estimateStudy(*spec, *space, {});
    tune::suggestStrategy(*spec, *space, {});
    const auto filter =
        tune::TrialFilter::parse(bytes.substr(std::min(end + 1, bytes.size())), *space, spec->objective);
    if (!filter)
        return;
    tune::Trial trial;
    trial.parameters = tune::randomPoint(*space, base::Draw(1, "fuzz"));
    filter->matches(trial);
}
