// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the trainer that tells what happens: the run's facts, progress, surfaces, tables, the summary.
#include "core/base/clock.h"
#include "core/train/class_curves.h"
#include "core/train/layers_seen.h"
#include "core/train/ranks/world.h"
#include "core/train/shared_work.h"
#include "core/train/trainer.h"
#include "core/train/weights_frame.h"

#include <ATen/Version.h>

namespace core::train {

using events::RunState;

namespace {

constexpr double tickSeconds = 0.1;
constexpr std::int64_t surfaceCells = 72;

std::vector<std::string> stepNames(bool classification, bool momentum)
{
    std::vector<std::string> names{"train/loss", "train/lr", "train/grad_norm"};
    if (classification)
        names.push_back("train/accuracy");
    if (momentum)
        names.push_back("train/momentum");
    return names;
}

// Names of values that do not fit into one row go on in the next group.
void addGroups(std::vector<std::vector<std::string>>& groups, const std::vector<std::string>& names)
{
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i % events::ScalarRow::capacity == 0)
            groups.emplace_back();
        groups.back().push_back(names[i]);
    }
}

}

void Trainer::announce()
{
    const data::DataModule& data = m_engine->data();
    const auto rows = [&](data::SplitName split) { return std::int64_t(data.rows(split).size()); };
    events::RunOpened opened;
    opened.id = m_context.folder->id();
    opened.folder = m_context.folder->path().string();
    opened.spec = m_context.resolved;
    m_momentum = m_engine->learner().schedule().momentum(0).has_value();
    opened.groups = {stepNames(m_engine->learner().classifies(), m_momentum)};
    const std::vector<std::string> classes = m_engine->classNames();
    m_tellsClasses = !classes.empty();
    addGroups(opened.groups, m_engine->evaluationNames());
    addGroups(opened.groups, classes);
    m_oldGroup = std::uint16_t(opened.groups.size());
    addGroups(opened.groups, m_engine->oldNames());
    m_dataGroup = std::uint16_t(opened.groups.size());
    std::vector<std::string> ofData;
    for (const auto& [name, value] : m_dataFigures)
        ofData.push_back(name);
    addGroups(opened.groups, ofData);
    // The microscope compares whole replicas; what stages do stands in pipeline.json.
    if (m_world && m_engine->experiment().distributed.strategy != "pipeline") {
        m_world->microscope().group = std::uint16_t(opened.groups.size());
        ranks::addRankGroups(opened.groups, *m_world);
    }
    opened.firstStep = m_engine->step();
    opened.stepsPerEpoch = m_engine->timeline().plan().stepsPerEpoch;
    opened.totalSteps = m_engine->timeline().totalSteps();
    opened.trainRows = rows(data::SplitName::Train);
    opened.validationRows = rows(data::SplitName::Validation);
    opened.testRows = rows(data::SplitName::Test);
    opened.threads = m_engine->threads();
    opened.device = m_context.device;
    opened.torch = librariesOf(m_engine->learner());
    opened.cpu = at::get_cpu_capability();
    opened.tensors = m_engine->tensorNames();
    opened.layers = toldLayers(layersOf(*m_engine));
    opened.parent = m_context.parent;
    opened.parentStep = m_context.parentStep;
    opened.classes = data.info().classes;
    opened.parameters = m_engine->learner().parameterCount();
    m_context.hub->publish(opened);
}

void Trainer::publishEvaluation(const Judgement& judgement)
{
    std::vector<double> values;
    for (const auto& [name, value] : judgement.values) {
        values.push_back(value);
        note(name, value);
    }
    std::uint16_t group = publishValues(values, 1);
    if (m_tellsClasses)
        publishValues(classCurveValues(judgement.validation.classes), group);
    publishOld(judgement.old);
}

// Into groups from `group` on; the one behind them.
std::uint16_t Trainer::publishValues(const std::vector<double>& values, std::uint16_t group)
{
    const double time = base::wallSeconds();
    for (std::size_t first = 0; first < values.size(); first += events::ScalarRow::capacity) {
        events::ScalarRow row{m_engine->step(), time, group++};
        while (row.count < row.values.size() && first + row.count < values.size()) {
            row.values[row.count] = values[first + row.count];
            ++row.count;
        }
        m_context.hub->publish(row);
    }
    return group;
}

void Trainer::publishOld(const std::vector<std::pair<std::string, double>>& figures)
{
    for (const auto& [name, value] : figures)
        note(name, value);
    publishFigures(figures, m_oldGroup);
}

void Trainer::publishFigures(const std::vector<std::pair<std::string, double>>& figures, std::uint16_t group)
{
    std::vector<double> values;
    for (const auto& [name, value] : figures)
        values.push_back(value);
    publishValues(values, group);
}

void Trainer::publishTables(EvaluationResult result)
{
    const std::int64_t step = m_engine->step();
    const std::int64_t epochs = m_engine->timeline().epochOf(step) + !m_engine->timeline().epochEndsAt(step);
    m_nextTables = base::steadySeconds() + std::max(0.1, m_trainSeconds / 100);
    m_tablesStep = step;
    result.confusion.step = step;
    result.confusion.epoch = epochs;
    if (result.confusion.classes > 0)
        m_context.hub->publish(std::move(result.confusion));
    m_context.hub->publish(events::PredictionFrame{step, epochs, std::move(result.predictions)});
}

double Trainer::trainSeconds() const
{
    return m_trainSeconds + (m_paused ? 0 : base::steadySeconds() - m_runningSince);
}

// A few times a second: progress, surfaces.
void Trainer::tick()
{
    const double now = base::steadySeconds();
    const std::int64_t step = m_engine->step();
    m_nextTick = now + tickSeconds;
    if (now - m_rateSince > 0.5) {
        const double steps = double(step - m_rateSteps) / (now - m_rateSince),
                     rows = double(m_rows - m_rateRows) / (now - m_rateSince);
        const bool fresh = m_rateSteps > 0;
        m_stepsPerSecond = fresh && m_stepsPerSecond > 0 ? 0.7 * m_stepsPerSecond + 0.3 * steps : steps;
        m_rowsPerSecond = rows;
        m_rateSince = now;
        m_rateSteps = step;
        m_rateRows = m_rows;
    }
    events::Progress progress{step, m_engine->timeline().epochOf(step), trainSeconds(), m_rowsPerSecond};
    if (m_stepsPerSecond > 0)
        progress.secondsLeft = double(m_engine->timeline().totalSteps() - step) / m_stepsPerSecond;
    if (progress.trainSeconds > 0)
        progress.dataWait = std::min(1.0, m_engine->waitedForData() / progress.trainSeconds);
    m_context.hub->publish(progress);
    if (const base::Status told = tellPipeline(m_engine->learner(), m_context.folder->path(), false); !told)
        m_context.hub->publish(events::Notice{step, told.error()});
    publishSurface(false);
    publishWeights(false);
}

// Early epochs one by one, then ever wider apart, so that a run keeps some hundred surfaces however long it is.
void Trainer::publishSurface(bool force)
{
    const double now = base::steadySeconds();
    const std::int64_t step = m_engine->step();
    const double epoch = m_engine->timeline().epochsAt(step);
    const bool due = epoch >= m_surfaceEpoch || (m_context.frames && now >= m_nextSurface);
    if (step == m_surfaceStep || !(force || due))
        return;
    auto frame = surface(m_engine->learner(), m_engine->data(), surfaceCells);
    if (!frame)
        return;
    m_surfaceStep = step;
    m_surfaceEpoch = std::max(epoch + 1, epoch * 1.3);
    m_nextSurface = now + std::max(0.1, m_trainSeconds / 100);
    frame->step = step;
    frame->epoch = m_engine->timeline().epochOf(step);
    m_context.hub->publish(std::move(*frame));
}

// Kept at evaluations, ever wider apart; in between only for whoever watches.
void Trainer::publishWeights(bool evaluated, bool force)
{
    const std::int64_t step = m_engine->step();
    const double now = base::steadySeconds(), epoch = m_engine->timeline().epochsAt(step);
    const bool kept = step != m_weightsStep && evaluated && (force || epoch >= m_weightsEpoch);
    const bool due = kept || (m_context.frames && step != m_weightsStep && now >= m_nextWeights);
    if (!due || !m_engine->learner().hasGradients())
        return;
    events::WeightsFrame frame = weightsFrame(*m_engine);
    frame.kept = kept;
    if (kept) {
        m_weightsStep = step;
        m_weightsEpoch = std::max(epoch + 0.99, epoch * 1.1);
    }
    const double cost = base::steadySeconds() - now;
    m_nextWeights = now + std::max({0.2, 100 * cost, trainSeconds() / 100});
    m_context.hub->publish(std::move(frame));
}

void Trainer::setState(RunState state, const std::string& reason)
{
    m_context.hub->publish(events::StateChanged{state, m_engine ? m_engine->step() : 0, reason});
}

void Trainer::note(const std::string& name, double value)
{
    for (auto& [known, last] : m_last)
        if (known == name) {
            last = value;
            return;
        }
    m_last.emplace_back(name, value);
}

events::RunFinished Trainer::summary(RunState state, base::Error error) const
{
    events::RunFinished result;
    result.state = state;
    result.trainSeconds = m_trainSeconds;
    result.metrics = m_last;
    if (m_engine) {
        result.steps = m_engine->step();
        result.epochs = m_engine->timeline().epochOf(result.steps);
        result.digest = m_engine->learner().digest();
    }
    if (m_engine && m_engine->best()) {
        const Best& best = *m_engine->best();
        result.bestMetric = best.metric;
        result.bestValue = best.value;
        result.bestEpoch = best.epoch;
        result.bestStep = best.step;
    }
    result.error = std::move(error);
    return result;
}

}
