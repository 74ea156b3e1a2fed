// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

namespace core::data {

/// The augmentations of an experiment in their order: what training rows go through on their way into a batch.
class Pipeline {
public:
    /// An error names the place in `augment`: a transform that does not fit the data, or one that comes too late (a
    /// mixed batch has no pixels to turn any more).
    static base::Result<Pipeline> make(const std::vector<base::Pick>& augment, const DatasetInfo& info);

    bool empty() const { return m_early.empty() && m_late.empty() && m_batch.empty(); }
    /// A batch of items. Item k is another draw of row `k mod data.size()` for every whole number of times that the
    /// rows go into k.
    base::Result<Batch> batch(const DataModule& data, std::span<const std::int64_t> items,
                              const base::Draw& epochDraw) const;
    /// One item as it goes into a batch, but an image, waveform or text as such: before it is made numbers of, and
    /// without what mixes whole batches.
    base::Result<Sample> look(const DataModule& data, std::int64_t item, const base::Draw& epochDraw) const;

private:
    struct Stage {
        std::size_t place = 0; // in `augment`: what is drawn depends on it
        std::shared_ptr<const Transform> transform;
    };
    // `lost`: a row cannot be read, which is noted now.
    base::Result<Batch> attempt(const DataModule& data, std::span<const std::int64_t> items,
                                const base::Draw& epochDraw, bool& lost) const;

    std::vector<Stage> m_early; // before samples are numbers
    std::vector<Stage> m_late;  // on normalized numbers
    std::vector<Stage> m_batch;
};

}
