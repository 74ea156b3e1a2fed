// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/fold_curves.h"
#include "ui/plots/plot_specs.h"
#include "ui/plots/route.h"

#include <QPointer>
#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QSlider;

namespace ui::plots {
class LivePlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Loss, metric and learning rate of one or several runs over one x axis, with the marks of the first one and, below,
/// what can be chosen: smoothing, log, x axis, the fair training curve. Folds of a cross-validation that have ended are
/// one curve with a band about it, and stand behind it in grey.
class RunCurves final : public QWidget {
    Q_OBJECT

public:
    explicit RunCurves(QWidget* parent = nullptr);

    /// The first one is in front. The models stay the caller's; those that are deleted vanish from here.
    void setRuns(const std::vector<models::RunModel*>& runs);
    /// Call when a run has new values: cheap if nothing changed.
    void refresh();
    void setEmptyText(const QString& text);
    /// Without the row of controls, for a page that tells a story.
    void setControlsShown(bool shown);
    /// Only the loss.
    void setLossOnly(bool on);
    /// A label for each run instead of its id (`lr 0.1`); empty: ids.
    void setRunNames(const QStringList& names);
    /// The learning rate of the steps to come, which can be dragged; no points: none. The x axis reaches `ahead`.
    void setRoute(plots::Route route, double ahead);
    plots::LivePlot* plot() const { return m_plot; }
    const models::FoldCurves& folds() const { return m_folds; }

private:
    struct Layout {
        QString metric;
        bool rate = false;
    };
    void buildControls();
    void restore();
    void rebuild();
    void rebuildMarks();
    std::vector<plots::CurveSpec> curvesOf(const models::RunModel& run, int place, const Layout& layout) const;
    std::vector<plots::CurveSpec> meanCurves(const Layout& layout) const;
    std::vector<plots::CurveSpec> foldCurvesOf(const models::RunModel& run, const Layout& layout) const;
    QString nameOf(const models::RunModel& run) const;
    QString signature() const;

    plots::LivePlot* m_plot;
    QWidget* m_controls;
    QComboBox* m_axis;
    QSlider* m_smoothing;
    style::Label* m_smoothingText;
    QCheckBox* m_log;
    QCheckBox* m_fair;
    QCheckBox* m_singles; ///< only where there are folds
    std::vector<QPointer<models::RunModel>> m_runs;
    models::FoldCurves m_folds;
    QStringList m_names;
    QString m_signature;
    QString m_marks;
    int m_validationCurve = -1;
    int m_ratePanel = -1;
    bool m_lossOnly = false;
};

}
