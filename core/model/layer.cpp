// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/layer.h"

namespace core::model {

std::string Layer::text(const Shape& input, const Shape& output) const
{
    return input == output ? "" : textOf(input) + " → " + textOf(output);
}

base::Result<Parts> partsOf(const std::vector<base::Pick>& picks, const std::string& where)
{
    Parts parts;
    for (const base::Pick& pick : picks) {
        const std::string place = std::to_string(parts.size());
        auto made = allLayers().make(pick);
        if (!made) {
            base::Error error = made.error();
            error.where = where + "/" + place;
            return error;
        }
        parts.push_back({place, std::shared_ptr<const Layer>(std::move(*made))});
    }
    return parts;
}

base::Error misfit(const std::string& needs, const Shape& input, const std::string& advice)
{
    return {base::ErrorKind::Spec,
            "needs " + needs + ", but gets " + textOf(input) + (advice.empty() ? "" : ": " + advice),
            "/model",
            {}};
}

}
