// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pipeline.h"

#include <algorithm>
#include <exception>
#include <iterator>

namespace core::data {

base::Result<Pipeline> Pipeline::make(const std::vector<base::Pick>& augment, const DatasetInfo& info)
{
    Pipeline made;
    Works latest = Works::Rows;
    for (std::size_t i = 0; i < augment.size(); ++i) {
        const std::string where = "/augment/" + std::to_string(i);
        CORE_TRY(transform, allTransforms().make(augment[i]));
        if (const std::string misfit = transform->misfit(info); !misfit.empty())
            return base::Error{base::ErrorKind::Spec, augment[i].kind + " " + misfit, where,
                               "Leave it out for this data"};
        const Works works = transform->works();
        if (works < latest)
            return base::Error{base::ErrorKind::Spec,
                               augment[i].kind + " comes after " + augment[i - 1].kind +
                                   ", when there is nothing left for it to change",
                               where, "Move it before " + augment[i - 1].kind};
        latest = works;
        const Stage stage{i, std::move(transform)};
        if (works == Works::Text || works == Works::Waveform || works == Works::Image)
            made.m_early.push_back(stage);
        else if (works == Works::Batch)
            made.m_batch.push_back(stage);
        else if (works != Works::Rows)
            made.m_late.push_back(stage);
    }
    return made;
}

base::Result<Sample> Pipeline::look(const DataModule& data, std::int64_t item, const base::Draw& epochDraw) const
{
    CORE_TRY(sample, data.sample(item % data.size()));
    for (const Stage& stage : m_early)
        // What a transform needs from outside, such as a translator, may fail it.
        try {
            stage.transform->apply(sample, epochDraw.within(stage.place).within(std::uint64_t(item)));
        } catch (const std::exception& error) {
            return base::Error{base::ErrorKind::Run, error.what(), "/augment/" + std::to_string(stage.place), {}};
        }
    return sample;
}

base::Result<Batch> Pipeline::batch(const DataModule& data, std::span<const std::int64_t> items,
                                    const base::Draw& epochDraw) const
{
    // Streamed rows may turn out to be of no use when they are read: then once more without them.
    for (;;) {
        std::vector<std::int64_t> left;
        const bool leavesOut = data.leavesOut();
        if (leavesOut)
            std::ranges::copy_if(items, std::back_inserter(left), [&](std::int64_t item) {
                const std::int64_t row = item % data.size();
                return !data.usable({&row, 1}).empty();
            });
        bool lost = false;
        auto made = attempt(data, leavesOut ? std::span<const std::int64_t>(left) : items, epochDraw, lost);
        if (!lost)
            return made;
    }
}

base::Result<Batch> Pipeline::attempt(const DataModule& data, std::span<const std::int64_t> items,
                                      const base::Draw& epochDraw, bool& lost) const
{
    std::vector<std::int64_t> others;
    std::span<const std::int64_t> rows = items;
    if (const std::int64_t size = data.size(); std::ranges::any_of(items, [&](auto item) { return item >= size; })) {
        others.assign(items.begin(), items.end());
        for (std::int64_t& row : others)
            row %= size;
        rows = others;
    }
    Batch batch = m_early.empty() ? data.gather(rows) : data.gatherTargets(rows);
    lost = batch.input.size(0) < std::int64_t(rows.size());
    if (lost)
        return batch;
    const std::vector<std::int64_t>& shape = data.info().inputShape;
    const std::int64_t length = batch.input.numel() / std::max<std::int64_t>(1, batch.input.size(0));
    float* out = batch.input.mutable_data_ptr<float>();
    std::int64_t* mask = data.info().segments() ? batch.target.mutable_data_ptr<std::int64_t>() : nullptr;
    const std::int64_t pixels = mask ? batch.target.numel() / std::max<std::int64_t>(1, batch.target.size(0)) : 0;
    for (std::size_t i = 0; i < items.size() && !(m_early.empty() && m_late.empty());
         ++i, out += length, mask += pixels) {
        if (!m_early.empty()) {
            auto sample = look(data, items[i], epochDraw);
            if (!sample) {
                lost = data.leaveOut(rows[i], sample.error());
                return sample.error();
            }
            CORE_CHECK(data.finish(*sample, out, mask));
        }
        if (m_late.empty())
            continue;
        Sample late{.modality = data.info().modality, .shape = shape};
        late.values.assign(out, out + length);
        for (const Stage& stage : m_late)
            stage.transform->apply(late, epochDraw.within(stage.place).within(std::uint64_t(items[i])));
        if (late.values.size() != std::size_t(length))
            return base::Error{base::ErrorKind::Internal, "a transform changed the shape of a row", "/augment", {}};
        std::copy(late.values.begin(), late.values.end(), out);
    }
    data.becomeTarget(batch);
    for (const Stage& stage : m_batch)
        if (!items.empty())
            stage.transform->mix(batch, data.info().classifies() ? data.info().outputs() : 0,
                                 epochDraw.within(stage.place).within(std::uint64_t(items.front())));
    return batch;
}

}
