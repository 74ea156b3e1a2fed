// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/preview.h"
#include "ui/models/trials_table.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QPushButton;
class QTableView;

namespace ui::models {
class TrialChoice;
class TrialRows;
}
namespace ui::plots {
class BarList;
class ParallelPlot;
class TrialsPlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class StudySide;

/// A study seen: its trials as a table, their history and learning curves, one view to choose below them, and what
/// mattered; the same trial is lit in all of them, and a brush filters all of them.
class StudyViews final : public QWidget {
    Q_OBJECT

public:
    using Study = models::TrialsTable::Study;

    explicit StudyViews(models::TrialChoice& choice, QWidget* parent = nullptr);

    void setStudy(const Study& study);
    QTableView* table() const { return m_view; }
    QLineEdit* filter() const { return m_filter; }
    plots::TrialsPlot* history() const { return m_history; }
    plots::TrialsPlot* curves() const { return m_curves; }
    plots::ParallelPlot* parallel() const;
    StudySide* side() const { return m_side; }
    style::Label* filterProblem() const { return m_problem; }
    plots::BarList* importance() const { return m_importance; }

Q_SIGNALS:
    void opened(qint64 trial);
    void chosenByHand();
    void starWanted(qint64 trial, bool star);
    void noteWanted(qint64 trial, const QString& text);
    void tryWanted(core::base::Object point);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildTable();
    void buildView();
    QWidget* buildImportance();
    void wireTable();
    void filterRows();
    void giveRoom(bool alone);
    void wirePlots();
    void light();
    void brush();
    void selectRow();
    void rank();
    void tellNote();
    qint64 trialAt(const QModelIndex& index) const;

    models::TrialChoice& m_choice;
    Study m_study;
    models::TrialsTable m_trials;
    models::TrialRows* m_sorted;
    QTableView* m_view;
    QLineEdit* m_filter;
    QPushButton* m_clear;
    style::Label *m_note, *m_problem, *m_importanceNote;
    QComboBox* m_importanceBy;
    QWidget *m_above, *m_mattered;
    plots::TrialsPlot *m_history, *m_curves;
    StudySide* m_side;
    plots::BarList* m_importance;
    std::int64_t m_ranked = -1;     ///< completed trials that importance was reckoned from
    qint64 m_compared = -1;         ///< the trial whose comparison stands in the learning curves
    std::int64_t m_comparedAt = -1; ///< and when
    bool m_selecting = false;
    bridge::Preview m_ranker;
};

}
