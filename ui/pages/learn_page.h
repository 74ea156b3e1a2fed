// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/lesson.h"
#include "ui/pages/page.h"

#include <QPointer>

class QLabel;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace ui::bridge {
class LessonPlayer;
}
namespace ui::models {
class RunModel;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class ClosingBar;
class ExperimentsView;
class ProblemsView;
class ShelfView;
class RunCurves;
class RunSide;

/// Three sections: lessons for a class (a column of text, the live experiment beside it, and a question before each
/// reveal; Right, Page Down and Enter go on, Left and Page Up go back), experiments that train sets of runs, and the
/// field's common problems, and failures to look at.
class LearnPage final : public Page {
    Q_OBJECT

public:
    explicit LearnPage(bridge::Workbench& workbench, QWidget* parent = nullptr);

    QWidget* inspectorPanel() override;
    bridge::LessonPlayer& player() { return *m_player; }
    const std::vector<models::Lesson>& lessons() const { return m_lessons; }
    /// By its key; false if there is none or something else is training.
    bool begin(const QString& key);
    /// `lessons`, `experiments`, `problems` or `failures`; behind a slash the one that is opened (`experiments/rate_sweep`).
    bool showSection(const QString& path) override;
    ExperimentsView& experiments() { return *m_experiments; }
    ProblemsView& problems() { return *m_problems; }
    ShelfView& failures() { return *m_shelf; }

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildHome();
    QWidget* buildLesson();
    QWidget* buildText();
    void showFrame();
    void showRuns();
    void refresh();
    void fitColumn();

    bridge::Workbench& m_workbench;
    std::vector<models::Lesson> m_lessons;
    bridge::LessonPlayer* m_player;
    QStackedWidget *m_stack, *m_sections;
    std::vector<QPushButton*> m_tabs; ///< of the sections
    ExperimentsView* m_experiments;
    ProblemsView* m_problems;
    ShelfView* m_shelf;
    QWidget* m_keys;
    QWidget* m_column = nullptr;
    style::Label *m_lesson = nullptr, *m_place = nullptr;
    QLabel *m_title = nullptr, *m_text = nullptr, *m_ask = nullptr, *m_question = nullptr, *m_answer = nullptr;
    QPushButton *m_back = nullptr, *m_next = nullptr, *m_open = nullptr;
    RunCurves* m_curves = nullptr;
    RunSide* m_side = nullptr;
    ClosingBar* m_closing = nullptr;
    QPointer<models::RunModel> m_shown;
};

}
