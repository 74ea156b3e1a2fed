// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/sagemaker.h"
#include "core/base/json.h"
#include "core/spec/job.h"
#include "tests/fuzz/fuzz.h"

using namespace core;

// What is taken can be given back. That fills in what SageMaker demands, and from then on nothing changes.
FUZZ(bytes)
{
    const auto description = base::parseJson(bytes);
    if (!description)
        return;
    const auto job = spec::readJob(*description);
    fuzz::promise(job || !job.error().where.empty());

    const auto taken = jobs::importSageMaker(*description);
    if (!taken) {
        fuzz::promise(!taken.error().message.empty());
        return;
    }
    const auto given = jobs::exportSageMaker(taken->value);
    fuzz::promise(bool(given));
    const auto again = jobs::importSageMaker(given->value);
    fuzz::promise(bool(again));
    const auto same = jobs::exportSageMaker(again->value);
    fuzz::promise(same && base::writeJson(same->value) == base::writeJson(given->value));
}
