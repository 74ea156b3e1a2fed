// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/preview.h"
#include "ui/models/trials_table.h"
#include "ui/plots/study_plot.h"

#include <QWidget>

class QComboBox;

namespace ui::style {
class Label;
}

namespace ui::pages {

class PointBar;

/// One of the plots of a study, with the parameters and objectives that stand on its axes to choose.
class FigureView final : public QWidget {
    Q_OBJECT

public:
    enum class Kind { Slice, Contour, Rank, Edf, Timeline, Pareto };
    using Study = models::TrialsTable::Study;

    explicit FigureView(QWidget* parent = nullptr);

    void setKind(Kind kind);
    Kind kind() const { return m_kind; }
    void setStudy(const Study& study);
    void setLit(qint64 trial);
    void setFaded(const std::vector<qint64>& trials);
    plots::StudyPlot* plot() const { return m_plot; }
    QComboBox* across() const { return m_x; }
    QComboBox* up() const { return m_y; }
    /// What the plot teaches, in a sentence.
    static QString lesson(Kind kind);

Q_SIGNALS:
    void hovered(qint64 trial);
    void chosen(qint64 trial);
    void opened(qint64 trial);
    void tryWanted(core::base::Object point);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void fill();
    void redraw();
    void pick(const QPointF& place);
    bool twoParameters() const { return m_kind == Kind::Contour || m_kind == Kind::Rank; }

    Kind m_kind = Kind::Slice;
    Study m_study;
    QString m_filled; ///< what the choices were filled for
    QComboBox *m_x, *m_y, *m_objective;
    style::Label *m_by, *m_of;
    plots::StudyPlot *m_plot, *m_second;
    PointBar* m_point;
    bool m_stale = true;
    bridge::Preview m_worker;
};

}
