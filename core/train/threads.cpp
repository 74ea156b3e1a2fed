// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/threads.h"

#include "core/base/clock.h"
#include "core/train/learner.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <map>
#include <thread>

namespace core::train {

namespace {

constexpr std::int64_t mostScratch = 1 << 20; ///< numbers

// An estimator takes all rows in a step: fewer do to tell how many threads serve it.
std::int64_t scratchRows(const data::DatasetInfo& info, std::int64_t rows)
{
    std::int64_t cells = 1;
    for (const std::int64_t side : info.inputShape)
        cells *= std::max<std::int64_t>(1, side);
    return std::clamp<std::int64_t>(mostScratch / cells, 256, std::max<std::int64_t>(256, rows));
}

data::Batch scratchBatch(const data::DatasetInfo& info, std::int64_t rows)
{
    std::vector<std::int64_t> shape{rows};
    shape.insert(shape.end(), info.inputShape.begin(), info.inputShape.end());
    data::Batch batch{tensor::empty(shape), {}};
    const base::Draw draw(0, "scratch");
    float* values = batch.input.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < batch.input.numel(); ++i)
        values[i] = float(draw.uniform(std::uint64_t(i), -1, 1));
    if (info.reconstructs()) {
        batch.target = batch.input.clone();
        return batch;
    }
    if (!info.classifies() && !info.segments()) {
        batch.target = info.forecasts() ? tensor::empty({rows, info.horizon}) : tensor::empty({rows});
        for (std::int64_t i = 0; i < batch.target.numel(); ++i)
            batch.target.mutable_data_ptr<float>()[i] = float(draw.within(1).uniform(std::uint64_t(i), -1, 1));
        return batch;
    }
    // Of a segmentation each pixel has a class.
    if (info.segments())
        shape.erase(shape.begin() + 1);
    batch.target = tensor::empty(info.segments() ? shape : std::vector<std::int64_t>{rows}, at::kLong);
    for (std::int64_t i = 0; i < batch.target.numel(); ++i)
        batch.target.mutable_data_ptr<std::int64_t>()[i] =
            std::int64_t(draw.within(1).below(std::uint64_t(i), std::uint64_t(info.outputs())));
    return batch;
}

double median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2), values.end());
    return values[values.size() / 2];
}

}

void useThreads(std::int64_t threads)
{
    // A thread's first operation takes over the last number set anywhere; asking first gets that over with.
    at::get_num_threads();
    at::set_num_threads(int(threads));
}

base::Result<StepCost> measureSteps(const spec::Experiment& experiment, const data::DatasetInfo& info,
                                    const StepPlan& plan, const std::string& device, std::int64_t threads,
                                    double budget)
{
    CORE_TRY(learner, Learner::make(experiment, info, plan, device));
    const bool whole = !learner->takesBatches();
    const std::int64_t rows = whole ? std::min(plan.batchSize, scratchRows(info, plan.batchSize)) : plan.batchSize;
    const data::Batch batch = scratchBatch(info, rows);
    CORE_CHECK(learner->begin(batch));
    std::vector<std::int64_t> candidates{threads};
    if (threads <= 0) {
        const std::int64_t cores = std::max(1u, std::thread::hardware_concurrency());
        candidates.clear();
        for (std::int64_t n = 1; n < cores; n *= 2)
            candidates.push_back(n);
        candidates.push_back(cores);
    }
    const std::int64_t before = at::get_num_threads();
    std::map<std::int64_t, std::vector<double>> seconds;
    const double end = base::steadySeconds() + budget;
    // In turns, so that a neighbour's load meets all candidates alike. The first round only warms up.
    for (int round = 0; round < (whole ? 2 : 3) || (round < 40 && base::steadySeconds() < end); ++round)
        for (const std::int64_t candidate : candidates) {
            useThreads(candidate);
            const double start = base::steadySeconds();
            learner->step({&batch, 1}, round, round);
            if (round > 0)
                seconds[candidate].push_back(base::steadySeconds() - start);
        }
    useThreads(before);
    StepCost best{candidates.front(), median(seconds[candidates.front()])};
    for (const std::int64_t candidate : candidates)
        if (const double cost = median(seconds[candidate]); cost < 0.95 * best.secondsPerStep)
            best = {candidate, cost};
    best.secondsPerStep *= double(plan.accumulate) * double(plan.batchSize) / double(rows);
    return best;
}

}
