// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/transform.h"

#include <cassert>

namespace core::data {

void Transform::apply(Sample&, const base::Draw&) const
{
    assert(!"this transform changes no single item");
}

void Transform::mix(Batch&, std::int64_t, const base::Draw&) const
{
    assert(!"this transform mixes no batches");
}

base::Result<Resampled> Transform::resample(const TrainingRows&, const base::Draw&) const
{
    assert(!"this transform makes no rows");
    return Resampled{};
}

std::string Transform::misfit(const DatasetInfo& info) const
{
    const auto unless = [&](Modality wanted, const char* what) {
        return info.modality == wanted
                   ? std::string()
                   : std::string(what) + ", and these rows are " + std::string(pluralOf(info.modality));
    };
    switch (works()) {
    case Works::Rows:
    case Works::Values:
        return unless(Modality::Table, "changes rows of numbers");
    case Works::Text:
        return unless(Modality::Text, "changes texts");
    case Works::Waveform:
    case Works::Spectrogram:
        return unless(Modality::Audio, "changes sound");
    case Works::Image:
        return unless(Modality::Image, "changes images");
    case Works::Series:
        return unless(Modality::Series, "changes series");
    case Works::Batch:
        break;
    }
    return {};
}

}
