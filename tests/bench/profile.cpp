// SPDX-License-Identifier: GPL-3.0-or-later
// What the profiler costs a training.
#include "tests/bench/trained.h"

namespace bench {

core::base::Result<core::base::Object> profile()
{
    return costs({{"profiler.enabled", true}}, {{"profiler.enabled", false}});
}

}
