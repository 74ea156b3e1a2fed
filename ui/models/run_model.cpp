// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run_model.h"

#include <algorithm>

namespace ui::models {

using namespace core::events;

namespace {

template <class T>
std::optional<T> lastOf(const std::vector<T>& all)
{
    return all.empty() ? std::nullopt : std::optional<T>(all.back());
}

/// The last one at or before the step; the first if there is none.
template <class T>
const T* notAfter(const std::vector<T>& all, std::optional<qint64> step)
{
    if (all.empty())
        return nullptr;
    if (!step)
        return &all.back();
    const auto after = std::ranges::upper_bound(all, *step, {}, &T::step);
    return after == all.begin() ? &all.front() : &*(after - 1);
}

/// A later event at the same step replaces the earlier one.
template <class T>
void keep(std::vector<T>& all, const T& event)
{
    while (!all.empty() && all.back().step >= event.step)
        all.pop_back();
    all.push_back(event);
}

}

namespace {

constexpr std::size_t mostSpreads = 400;

/// Every other one goes where there are too many; the newest stays.
void thin(std::vector<TensorHistograms>& all)
{
    if (all.size() <= mostSpreads)
        return;
    std::size_t kept = 0;
    for (std::size_t i = all.size() % 2 == 0 ? 1 : 0; i < all.size(); i += 2)
        all[kept++] = std::move(all[i]);
    all.resize(kept);
}

}

RunModel::RunModel(QObject* parent) : QObject(parent) {}

std::optional<BestChanged> RunModel::best() const
{
    return lastOf(m_bests);
}

std::optional<PatienceChanged> RunModel::patience() const
{
    return lastOf(m_patiences);
}

plots::SeriesBuffer* RunModel::buffer(const std::string& name)
{
    auto& series = m_series[QString::fromStdString(name)];
    if (!series)
        series = std::make_unique<plots::SeriesBuffer>();
    return series.get();
}

void RunModel::clear()
{
    // Buffers stay where they are: plots hold on to them.
    for (auto& [name, series] : m_series)
        series->clear();
    m_bests.clear();
    m_patiences.clear();
    m_edits.clear();
    m_notices.clear();
    m_checkpoints.clear();
    m_surfaces.clear();
    m_confusions.clear();
    m_predictions.clear();
    m_weights.clear();
    m_spreads.clear();
    m_thaws.clear();
    m_findings.clear();
    m_ruleStates.clear();
    m_stepTimes.clear();
    m_layerTimes.clear();
    m_systemSamples.clear();
    m_tensors.clear();
    m_finished.reset();
    m_progress = {};
    m_epochs.bends.clear();
    m_trace.reset();
}

void RunModel::load(const core::store::RunRecord& record)
{
    clear();
    m_recorded = true;
    if (record.opened)
        bendEpochs(m_opened = *record.opened);
    m_opened.id = record.id;
    m_opened.folder = record.folder.string();
    m_spec = record.spec;
    for (const auto& [name, series] : record.scalars) {
        plots::SeriesBuffer* points = buffer(name);
        for (std::size_t i = 0; i < series.steps.size(); ++i)
            points->append(double(series.steps[i]), series.values[i], series.times[i]);
    }
    for (const Event& event : record.events)
        if (const auto* opened = std::get_if<RunOpened>(&event))
            bendEpochs(*opened);
        else
            takeEvent(event);
    m_tensors = record.tensors;
    m_state = record.state;
    m_finished = record.finished;
    Q_EMIT advanced();
    Q_EMIT stateChanged();
}

void RunModel::take(const std::vector<ScalarRow>& rows, const std::vector<Event>& events)
{
    bool changed = false;
    for (const Event& event : events)
        changed = takeEvent(event) || changed;
    for (const ScalarRow& row : rows) {
        if (row.group >= m_groups.size())
            continue;
        const auto& buffers = m_groups[row.group];
        for (std::size_t i = 0; i < std::min<std::size_t>(row.count, buffers.size()); ++i)
            buffers[i]->append(double(row.step), row.values[i], row.time);
    }
    if (changed)
        Q_EMIT stateChanged();
    Q_EMIT advanced();
}

void RunModel::open(const RunOpened& opened)
{
    m_opened = opened;
    m_spec = opened.spec;
    m_finished.reset();
    m_recorded = false;
    m_state = RunState::Preparing;
    m_groups.clear();
    for (const auto& names : opened.groups) {
        m_groups.emplace_back();
        for (const std::string& name : names)
            m_groups.back().push_back(buffer(name));
    }
    if (opened.firstStep > 0)
        cutAt(opened.firstStep);
    bendEpochs(opened);
}

/// Whoever resumes or branches may have epochs of another length from there on.
void RunModel::bendEpochs(const RunOpened& opened)
{
    if (opened.stepsPerEpoch <= 0)
        return;
    const double perEpoch = double(opened.stepsPerEpoch);
    if (opened.firstStep == 0 || m_epochs.bends.empty())
        m_epochs.bend({0, 0, perEpoch});
    else if (m_epochs.bends.back().stepsPerEpoch != perEpoch)
        m_epochs.bend({double(opened.firstStep), m_epochs.epochOf(double(opened.firstStep)), perEpoch});
}

/// A resumed run makes everything from its checkpoint on again, the evaluation there included.
void RunModel::cutAt(qint64 step)
{
    for (auto& [name, series] : m_series)
        series->cutAt(double(step));
    const auto cut = [step](auto& all) {
        std::erase_if(all, [step](const auto& event) { return event.step >= step; });
    };
    while (m_epochs.bends.size() > 1 && m_epochs.bends.back().step >= double(step))
        m_epochs.bends.pop_back();
    cut(m_bests);
    cut(m_patiences);
    cut(m_edits);
    cut(m_thaws);
    cut(m_surfaces);
    cut(m_confusions);
    cut(m_predictions);
    cut(m_weights);
    cut(m_spreads);
    cut(m_findings);
    cut(m_ruleStates);
    cut(m_stepTimes);
    cut(m_layerTimes);
    cut(m_systemSamples);
    for (auto& [name, series] : m_tensors)
        series.cut(step);
}

/// True if more than the curves changed.
bool RunModel::takeEvent(const Event& event)
{
    struct Taker {
        RunModel& run;

        bool operator()(const RunOpened& opened) const { return run.open(opened), true; }
        bool operator()(const StateChanged& changed) const { return run.m_state = changed.state, true; }
        bool operator()(const Progress& progress) const { return run.m_progress = progress, false; }
        bool operator()(const BestChanged& best) const { return keep(run.m_bests, best), true; }
        bool operator()(const PatienceChanged& patience) const { return keep(run.m_patiences, patience), true; }
        bool operator()(const CheckpointWritten& written) const
        {
            // The best one is written when it is needed, behind later ones.
            auto& all = run.m_checkpoints;
            const auto place = std::ranges::lower_bound(all, written.step, {}, &CheckpointWritten::step);
            if (place == all.end() || place->step != written.step)
                all.insert(place, written);
            return true;
        }
        bool operator()(const Thawed& thawed) const { return run.m_thaws.push_back(thawed), true; }
        bool operator()(const Edited& edited) const { return run.m_edits.push_back(edited), true; }
        bool operator()(const Notice& notice) const { return run.m_notices.push_back(notice), true; }
        bool operator()(const SurfaceFrame& frame) const { return keep(run.m_surfaces, frame), false; }
        bool operator()(const ConfusionFrame& frame) const { return keep(run.m_confusions, frame), false; }
        bool operator()(const PredictionFrame& frame) const { return keep(run.m_predictions, frame), false; }
        bool operator()(const WeightsFrame& frame) const
        {
            // Of those that only pass by the newest is enough.
            if (!run.m_weights.empty() && !run.m_weights.back().kept)
                run.m_weights.pop_back();
            return keep(run.m_weights, frame), false;
        }
        bool operator()(const TensorsNamed& named) const { return run.m_columns.name(named), false; }
        bool operator()(const TensorStats& stats) const
        {
            run.m_columns.add(stats);
            for (const core::store::TensorBlock& block : run.m_columns.take())
                for (std::size_t i = 0; i < block.tensors.size(); ++i)
                    run.m_tensors[block.tensors[i]].add(block, i);
            return false;
        }
        bool operator()(const TensorHistograms& spreads) const
        {
            keep(run.m_spreads, spreads);
            thin(run.m_spreads);
            return false;
        }
        bool operator()(const WeightDigests&) const { return false; }
        bool operator()(const Finding& finding) const { return run.m_findings.push_back(finding), true; }
        bool operator()(const RuleStateChanged& changed) const { return run.m_ruleStates.push_back(changed), true; }
        bool operator()(const StepTimes& times) const { return run.m_stepTimes.push_back(times), false; }
        bool operator()(const LayerTimes& times) const { return keep(run.m_layerTimes, times), false; }
        bool operator()(const SystemSample& sample) const { return run.m_systemSamples.push_back(sample), false; }
        bool operator()(const StepTrace& trace) const { return run.m_trace = trace, false; }
        bool operator()(const PlanChanged& changed) const
        {
            run.m_opened.totalSteps = changed.totalSteps;
            run.m_epochs.bend({double(changed.step), changed.epochs, double(changed.stepsPerEpoch)});
            return true;
        }
        bool operator()(const RunFinished& finished) const
        {
            run.m_finished = finished;
            run.m_state = finished.state;
            return true;
        }
    };
    return std::visit(Taker{*this}, event);
}

void RunModel::showStep(std::optional<qint64> step)
{
    if (step == m_shownStep)
        return;
    m_shownStep = step;
    // What was said at a later step is the future now; of an earlier one it stands until something better comes.
    if (!step || (m_moment && m_moment->step > *step))
        m_moment.reset();
    Q_EMIT shownChanged();
}

void RunModel::setMoment(core::session::Moment moment)
{
    if (!m_shownStep)
        return;
    m_moment = std::move(moment);
    Q_EMIT shownChanged();
}

const StepTrace* RunModel::trace() const
{
    return m_trace && !m_shownStep && !m_finished && m_trace->step + 1 == step() ? &*m_trace : nullptr;
}

const SurfaceFrame* RunModel::surface() const
{
    if (m_moment && m_moment->surface)
        return &*m_moment->surface;
    return notAfter(m_surfaces, m_shownStep);
}

const ConfusionFrame* RunModel::confusion() const
{
    if (m_moment && m_moment->confusion)
        return &*m_moment->confusion;
    return notAfter(m_confusions, m_shownStep);
}

const PredictionFrame* RunModel::prediction() const
{
    if (m_moment && m_moment->predictions)
        return &*m_moment->predictions;
    return notAfter(m_predictions, m_shownStep);
}

const WeightsFrame* RunModel::weights() const
{
    if (m_moment && m_moment->weights)
        return &*m_moment->weights;
    return notAfter(m_weights, m_shownStep);
}

core::base::Value RunModel::settingsAt(qint64 step) const
{
    core::base::Value settings = m_spec;
    for (const Edited& edit : m_edits)
        if (edit.step < step)
            (void)settings.setAt(edit.path, edit.after);
    return settings;
}

QString RunModel::id() const
{
    return QString::fromStdString(m_opened.id);
}

QString RunModel::folder() const
{
    return QString::fromStdString(m_opened.folder);
}

bool RunModel::live() const
{
    return !m_recorded &&
           (m_state == RunState::Preparing || m_state == RunState::Running || m_state == RunState::Paused);
}

const plots::SeriesBuffer* RunModel::series(const QString& name) const
{
    const auto found = m_series.find(name);
    return found == m_series.end() || found->second->empty() ? nullptr : found->second.get();
}

QStringList RunModel::seriesNames() const
{
    QStringList names;
    for (const auto& [name, series] : m_series)
        if (!series->empty())
            names << name;
    return names;
}

qint64 RunModel::step() const
{
    if (m_finished)
        return m_finished->steps;
    double last = double(m_progress.step);
    for (const auto& [name, series] : m_series)
        if (!series->empty())
            last = std::max(last, series->step(series->size() - 1) + (name.startsWith("train/") ? 1 : 0));
    return qint64(last);
}

qint64 RunModel::scheduleOffset() const
{
    if (m_epochs.bends.size() < 2 || !m_spec["train"]["steps"].isNull())
        return 0;
    const auto& last = m_epochs.bends.back();
    return qRound64(last.epochs * last.stepsPerEpoch - last.step);
}

}
