// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/limits.h"

#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/spec/check.h"

namespace core::tune {

using namespace base;

Result<Limits> readLimits(const std::filesystem::path& file)
{
    const Int number{.min = 1};
    const auto fields =
        Fields<Limits>{}
            .add("parameters", &Limits::parameters, number, {"Ranges of a study."})
            .add("categorical_values", &Limits::categoricalValues, number, {"Values of a category."})
            .add("not_improving_at_least", &Limits::notImprovingAtLeast, number,
                 {"The smallest number of jobs without an improvement that may end a study."})
            .add("parents", &Limits::parents, number, {"Studies that one may start from."})
            .add("warm_start_changes", &Limits::warmStartChanges, number,
                 {"Parameters that may turn from tuned to fixed, or back, at a warm start."})
            .add("hyperband_resource", &Limits::hyperbandResource, number, {"The largest resource of Hyperband."});
    CORE_TRY(tree, readJson(file));
    if (tree.isObject())
        tree.object().erase("source");
    const Catalog none;
    const spec::Checked checked = spec::check(fields.schema(), tree, "", {none});
    if (!checked.problems.empty()) {
        Error error = checked.problems.front();
        error.where = file.string() + ": " + error.where;
        return error;
    }
    return fields.read(checked.value);
}

}
