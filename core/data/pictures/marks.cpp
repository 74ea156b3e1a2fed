// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/marks.h"

#include "core/base/rng.h"
#include "core/data/parallel.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr std::size_t lookedAt = 300; // of each part

}

std::vector<Marks> lookAtMarks(const SampleStore& samples, std::size_t classes,
                               const std::array<std::vector<std::int64_t>, 3>& parts)
{
    std::vector<Marks> marks;
    for (std::size_t p = 0; p < 3; ++p)
        for (std::size_t i = 0; i < std::min(parts[p].size(), lookedAt); ++i)
            marks.push_back({.row = parts[p][i], .part = int(p)});
    std::vector<std::uint8_t> read(marks.size(), 0);
    inParallel(marks.size(), [&](std::size_t i) {
        const auto sample = samples.read(marks[i].row);
        if (!sample)
            return;
        Marks& seen = marks[i];
        seen.width = sample->width();
        seen.height = sample->height();
        seen.boxes = sample->boxes;
        if (!sample->mask.empty())
            seen.maskPixels.assign(classes, 0);
        for (const std::uint8_t id : sample->mask)
            if (id < seen.maskPixels.size())
                ++seen.maskPixels[id];
        seen.digest = base::streamOf(
            {reinterpret_cast<const char*>(sample->values.data()), sample->values.size() * sizeof(sample->values[0])});
        read[i] = 1;
    });
    std::vector<Marks> seen;
    for (std::size_t i = 0; i < marks.size(); ++i)
        if (read[i])
            seen.push_back(std::move(marks[i]));
    return seen;
}

}
