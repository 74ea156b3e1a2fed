// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"
#include "core/session/rewinder.h"
#include "core/store/run_record.h"
#include "core/store/tensor_columns.h"
#include "ui/plots/epoch_axis.h"
#include "ui/plots/series_buffer.h"

#include <QObject>
#include <QString>

#include <map>
#include <memory>

namespace ui::models {

/// One run as the views see it, live or recorded. Values only; no thread, no widget.
class RunModel final : public QObject {
    Q_OBJECT

public:
    explicit RunModel(QObject* parent = nullptr);

    /// Fills the model from a recorded run; what was in it before is gone.
    void load(const core::store::RunRecord& record);
    void clear();
    /// Called by the bridge with what arrived since the last tick; emits `advanced` once.
    void take(const std::vector<core::events::ScalarRow>& rows, const std::vector<core::events::Event>& events);

    QString id() const;
    QString folder() const;
    const core::base::Value& spec() const { return m_spec; }
    const core::events::RunOpened& opened() const { return m_opened; }
    core::events::RunState state() const { return m_state; }
    bool live() const;
    const core::events::Progress& progress() const { return m_progress; }
    /// In the order in which they happened; the last one holds.
    const std::vector<core::events::BestChanged>& bests() const { return m_bests; }
    const std::vector<core::events::PatienceChanged>& patiences() const { return m_patiences; }
    std::optional<core::events::BestChanged> best() const;
    std::optional<core::events::PatienceChanged> patience() const;
    const std::optional<core::events::RunFinished>& finished() const { return m_finished; }
    const std::vector<core::events::Edited>& edits() const { return m_edits; }
    /// Layers that thawed.
    const std::vector<core::events::Thawed>& thaws() const { return m_thaws; }
    const std::vector<core::events::Notice>& notices() const { return m_notices; }
    const std::vector<core::events::CheckpointWritten>& checkpoints() const { return m_checkpoints; }
    const std::vector<core::events::SurfaceFrame>& surfaces() const { return m_surfaces; }
    const std::vector<core::events::ConfusionFrame>& confusions() const { return m_confusions; }
    const std::vector<core::events::PredictionFrame>& predictions() const { return m_predictions; }
    /// Statistics by tensor, as `/tensors` of the run's file; live, of some steps of those that are recorded.
    const core::store::TensorMap& tensors() const { return m_tensors; }
    /// How tensors were spread, as it was recorded or passed by; of a long run some hundred of them.
    const std::vector<core::events::TensorHistograms>& spreads() const { return m_spreads; }

    /// At which steps which rules fired, and how the rules stand.
    const std::vector<core::events::Finding>& findings() const { return m_findings; }
    const std::vector<core::events::RuleStateChanged>& ruleStates() const { return m_ruleStates; }
    /// Where time went, and how busy the machine was.
    const std::vector<core::events::StepTimes>& stepTimes() const { return m_stepTimes; }
    const std::vector<core::events::LayerTimes>& layerTimes() const { return m_layerTimes; }
    const std::vector<core::events::SystemSample>& systemSamples() const { return m_systemSamples; }

    /// The newest step that was made by itself, if nothing was trained since.
    const core::events::StepTrace* trace() const;

    /// nullptr if there is no such scalar (`train/loss`).
    const plots::SeriesBuffer* series(const QString& name) const;
    QStringList seriesNames() const;
    /// Steps done so far.
    qint64 step() const;
    double epochOf(double step) const { return m_epochs.epochOf(step); }
    const plots::EpochAxis& epochs() const { return m_epochs; }
    /// What the schedule counts for step s is s and this, once the batch size or the rows were edited.
    qint64 scheduleOffset() const;

    /// The step that every view shows; nothing: live, the newest.
    std::optional<qint64> shownStep() const { return m_shownStep; }
    void showStep(std::optional<qint64> step);
    /// What the model says at a step that was gone back to.
    void setMoment(core::session::Moment moment);
    const std::optional<core::session::Moment>& moment() const { return m_moment; }
    /// What the views show: of the moment that was gone back to, else the last recorded one not after the shown step.
    const core::events::SurfaceFrame* surface() const;
    const core::events::ConfusionFrame* confusion() const;
    const core::events::PredictionFrame* prediction() const;
    const core::events::WeightsFrame* weights() const;
    /// The run's settings with the edits before update `step`.
    core::base::Value settingsAt(qint64 step) const;

    int color = 0; ///< index into the theme's run colours

Q_SIGNALS:
    void advanced();     ///< scalars or frames arrived
    void shownChanged(); ///< where the time bar stands, or what the model says there
    void stateChanged(); ///< state, finished, best, edits

private:
    bool takeEvent(const core::events::Event& event);
    void open(const core::events::RunOpened& opened);
    void cutAt(qint64 step);
    void bendEpochs(const core::events::RunOpened& opened);
    plots::SeriesBuffer* buffer(const std::string& name);

    core::base::Value m_spec;
    core::events::RunOpened m_opened;
    plots::EpochAxis m_epochs;
    core::events::RunState m_state = core::events::RunState::Preparing;
    core::events::Progress m_progress;
    std::vector<core::events::BestChanged> m_bests;
    std::vector<core::events::PatienceChanged> m_patiences;
    std::optional<core::events::RunFinished> m_finished;
    std::vector<core::events::Edited> m_edits;
    std::vector<core::events::Thawed> m_thaws;
    std::vector<core::events::Notice> m_notices;
    std::vector<core::events::CheckpointWritten> m_checkpoints;
    std::vector<core::events::SurfaceFrame> m_surfaces;
    std::vector<core::events::ConfusionFrame> m_confusions;
    std::vector<core::events::PredictionFrame> m_predictions;
    std::optional<core::events::StepTrace> m_trace;
    std::vector<core::events::WeightsFrame> m_weights;
    std::vector<core::events::TensorHistograms> m_spreads;
    std::vector<core::events::Finding> m_findings;
    std::vector<core::events::RuleStateChanged> m_ruleStates;
    std::vector<core::events::StepTimes> m_stepTimes;
    std::vector<core::events::LayerTimes> m_layerTimes;
    std::vector<core::events::SystemSample> m_systemSamples;
    core::store::TensorColumns m_columns;
    core::store::TensorMap m_tensors;
    std::map<QString, std::unique_ptr<plots::SeriesBuffer>> m_series;
    std::vector<std::vector<plots::SeriesBuffer*>> m_groups; ///< where the values of a row go, as in RunOpened::groups
    bool m_recorded = false;
    std::optional<qint64> m_shownStep;
    std::optional<core::session::Moment> m_moment;
};

}
