// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/plan.h"

#include <algorithm>
#include <cmath>

namespace core::train {

using base::Value;

base::Result<StepPlan> planSteps(const spec::TrainSpec& train, std::int64_t rows)
{
    using base::Error;
    using base::ErrorKind;
    if (rows < 1)
        return Error{ErrorKind::Data, "no rows to train on", "/split/train", "Give the training split a larger share"};
    StepPlan plan;
    plan.batchSize = train.batchSize.isText() ? rows : std::min(rows, train.batchSize.toInt(32));
    const std::int64_t asked = train.batchSize.isText() ? rows : train.batchSize.toInt(32);
    plan.batchesPerEpoch = train.dropLast ? rows / asked : (rows + asked - 1) / asked;
    if (plan.batchesPerEpoch == 0)
        return Error{ErrorKind::Spec,
                     "drop_last leaves nothing: " + std::to_string(rows) + " rows are less than one batch of " +
                         std::to_string(asked),
                     "/train/drop_last", "Use a smaller batch_size or keep the last batch"};
    plan.accumulate = train.accumulate;
    plan.stepsPerEpoch = (plan.batchesPerEpoch + train.accumulate - 1) / train.accumulate;
    plan.totalSteps = train.steps.value_or(train.epochs * plan.stepsPerEpoch);
    return plan;
}

std::int64_t Timeline::Stretch::usable(std::int64_t from) const
{
    const std::int64_t left = rows - from;
    const std::int64_t whole = dropLast ? left / batchSize * batchSize : left;
    // An edit may leave less than a batch of the epoch: those rows are taken all the same.
    return whole > 0 ? whole : left;
}

std::int64_t Timeline::Stretch::stepsFrom(std::int64_t row) const
{
    return (usable(row) + rowsAStep() - 1) / rowsAStep();
}

base::Result<Timeline> Timeline::make(const spec::TrainSpec& train, std::int64_t rows)
{
    CORE_TRY(plan, planSteps(train, rows));
    Timeline timeline;
    timeline.m_plan = plan;
    timeline.m_stretches = {{0, 0, 0, rows, plan.batchSize, plan.accumulate, train.dropLast}};
    timeline.findEnd(train);
    return timeline;
}

base::Status Timeline::change(std::int64_t step, const spec::TrainSpec& train, std::int64_t rows, bool newRows)
{
    CORE_TRY(plan, planSteps(train, rows));
    const Stretch& last = m_stretches.back();
    const bool same = !newRows && plan.batchSize == last.batchSize && plan.accumulate == last.accumulate &&
                      train.dropLast == bool(last.dropLast);
    m_plan = plan;
    if (!same) {
        const Place place = placeOf(step);
        const Stretch next{step,           place.epoch,     newRows ? 0 : place.row, rows,
                           plan.batchSize, plan.accumulate, train.dropLast};
        if (last.firstStep == step)
            m_stretches.back() = next;
        else
            m_stretches.push_back(next);
    }
    findEnd(train);
    return {};
}

const Timeline::Stretch& Timeline::stretchOf(std::int64_t step) const
{
    auto stretch = m_stretches.end() - 1;
    while (stretch != m_stretches.begin() && stretch->firstStep > step)
        --stretch;
    return *stretch;
}

Timeline::Place Timeline::placeIn(const Stretch& stretch, std::int64_t step)
{
    const std::int64_t done = step - stretch.firstStep, first = stretch.stepsFrom(stretch.firstRow);
    if (done < first)
        return {stretch.firstEpoch, stretch.firstRow + done * stretch.rowsAStep()};
    const std::int64_t perEpoch = stretch.stepsFrom(0), later = done - first;
    return {stretch.firstEpoch + 1 + later / perEpoch, later % perEpoch * stretch.rowsAStep()};
}

std::vector<data::BatchRange> Timeline::batchesOf(std::int64_t step) const
{
    const Stretch& stretch = stretchOf(step);
    const Place place = placeIn(stretch, step);
    const std::int64_t begun = place.epoch == stretch.firstEpoch ? stretch.firstRow : 0;
    const std::int64_t end = std::min(begun + stretch.usable(begun), place.row + stretch.rowsAStep());
    std::vector<data::BatchRange> batches;
    for (std::int64_t row = place.row; row < end; row += stretch.batchSize)
        batches.push_back({place.epoch, row, std::min(stretch.batchSize, end - row)});
    return batches;
}

double Timeline::epochsAt(std::int64_t step) const
{
    const Stretch& stretch = stretchOf(step);
    const Place place = placeIn(stretch, step);
    return double(place.epoch) + double(place.row) / double(stretch.rows);
}

bool Timeline::epochEndsAt(std::int64_t stepsDone) const
{
    if (stepsDone < 1)
        return false;
    const Stretch& stretch = stretchOf(stepsDone - 1);
    return placeIn(stretch, stepsDone).epoch != placeIn(stretch, stepsDone - 1).epoch;
}

std::int64_t Timeline::scheduleStep(std::int64_t step) const
{
    if (m_bySteps || m_stretches.size() == 1)
        return step;
    const Stretch& stretch = m_stretches.back();
    const double epochs = double(stretch.firstEpoch) + double(stretch.firstRow) / double(stretch.rows);
    return std::llround(epochs * double(m_plan.stepsPerEpoch)) + step - stretch.firstStep;
}

void Timeline::findEnd(const spec::TrainSpec& train)
{
    m_bySteps = train.steps.has_value();
    const Stretch& last = m_stretches.back();
    const std::int64_t more = train.epochs - last.firstEpoch;
    m_totalSteps = train.steps ? *train.steps
                   : more < 1  ? last.firstStep
                               : last.firstStep + last.stepsFrom(last.firstRow) + (more - 1) * last.stepsFrom(0);
}

Value Timeline::state() const
{
    base::Array list;
    for (const Stretch& s : m_stretches)
        list.push_back(
            base::Array{s.firstStep, s.firstEpoch, s.firstRow, s.rows, s.batchSize, s.accumulate, s.dropLast});
    return list;
}

void Timeline::load(const Value& state, const spec::TrainSpec& train)
{
    std::vector<Stretch> stretches;
    for (const Value& item : state.array()) {
        const base::Array& n = item.array();
        if (n.size() == 7 && n[3].toInt() > 0 && n[4].toInt() > 0 && n[5].toInt() > 0)
            stretches.push_back(
                {n[0].toInt(), n[1].toInt(), n[2].toInt(), n[3].toInt(), n[4].toInt(), n[5].toInt(), n[6].toInt()});
    }
    if (stretches.empty())
        return;
    m_stretches = std::move(stretches);
    if (auto plan = planSteps(train, m_stretches.back().rows))
        m_plan = *plan;
    findEnd(train);
}

}
