// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/trials_table.h"

#include <QWidget>

class QActionGroup;
class QStackedWidget;
class QToolButton;

namespace ui::models {
class TrialChoice;
}
namespace ui::plots {
class ParallelPlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class FigureView;
class ReplayView;
class StudiesView;
class SurrogateView;
class ViewButton;

/// One view of a study under its curves, to choose from the heading: parallel coordinates, slices, the strategy's own
/// model, … The trial that is lit is lit here too.
class StudySide final : public QWidget {
    Q_OBJECT

public:
    enum class View { Parallel, Slice, Contour, Rank, Surrogate, Edf, Timeline, Replay, Pareto, Studies };
    using Study = models::TrialsTable::Study;

    explicit StudySide(models::TrialChoice& choice, QWidget* parent = nullptr);

    void setStudy(const Study& study);
    void choose(View view);
    View view() const { return m_view; }
    ViewButton* title() const { return m_title; }
    plots::ParallelPlot* parallel() const { return m_parallel; }
    FigureView* figure() const { return m_figure; }
    SurrogateView* surrogate() const { return m_surrogate; }
    ReplayView* replay() const { return m_replay; }
    StudiesView* studies() const { return m_studies; }
    bool alone() const { return m_alone; }
    /// Whether it is about the parameters, beside which their importance stands.
    bool aboutParameters() const;
    void light(qint64 trial);
    void fade(const std::vector<qint64>& trials);

Q_SIGNALS:
    void aloneWanted(bool alone); ///< the whole page for this view
    void viewChanged();
    void chosen(qint64 trial);
    void opened(qint64 trial);
    void tryWanted(core::base::Object point);

private:
    void buildMenu();
    void wire();
    static QString titleOf(View view);
    static QString lessonOf(View view);

    models::TrialChoice& m_choice;
    Study m_study;
    View m_view = View::Parallel;
    ViewButton* m_title;
    style::Label* m_caption;
    QToolButton* m_expand;
    QActionGroup* m_group;
    QStackedWidget* m_stack;
    plots::ParallelPlot* m_parallel;
    FigureView* m_figure;
    SurrogateView* m_surrogate;
    ReplayView* m_replay;
    StudiesView* m_studies;
    bool m_alone = false;
};

}
