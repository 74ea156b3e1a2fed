// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/info.h"

#include <functional>
#include <numeric>
#include <string_view>

namespace core::data {

std::string_view name(Modality modality)
{
    switch (modality) {
    case Modality::Table:
        return "table";
    case Modality::Image:
        return "image";
    case Modality::Text:
        return "text";
    case Modality::Audio:
        return "audio";
    case Modality::Series:
        break;
    }
    return "series";
}

std::string_view pluralOf(Modality modality)
{
    switch (modality) {
    case Modality::Table:
        return "tables";
    case Modality::Image:
        return "images";
    case Modality::Text:
        return "texts";
    case Modality::Audio:
        return "recordings";
    case Modality::Series:
        break;
    }
    return "series";
}

std::int64_t DatasetInfo::outputs() const
{
    if (reconstructs())
        return std::accumulate(inputShape.begin(), inputShape.end(), std::int64_t(1), std::multiplies<>());
    return forecasts() ? horizon : classes.empty() ? 1 : std::int64_t(classes.size());
}

std::string_view name(SplitName split)
{
    switch (split) {
    case SplitName::Train:
        return "train";
    case SplitName::Validation:
        return "validation";
    case SplitName::Test:
        break;
    }
    return "test";
}

}
