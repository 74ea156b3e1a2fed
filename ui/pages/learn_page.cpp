// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/learn_page.h"

#include "ui/bridge/lesson_player.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/closing_bar.h"
#include "ui/pages/experiments_view.h"
#include "ui/pages/lesson_list.h"
#include "ui/pages/problems_view.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/run_side.h"
#include "ui/pages/shelf_view.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QButtonGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QStackedWidget>

#include <algorithm>
#include <tuple>

namespace ui::pages {

using models::Lesson;
using style::Label;
using style::Tone;

namespace {

constexpr int textWidth = 272;

QLabel* paragraph(const char* role)
{
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setProperty("role", role);
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    return label;
}

}

LearnPage::LearnPage(bridge::Workbench& workbench, QWidget* parent)
    : Page(parent),
      m_workbench(workbench),
      m_player(new bridge::LessonPlayer(workbench, this)),
      m_stack(new QStackedWidget),
      m_sections(new QStackedWidget),
      m_experiments(new ExperimentsView(workbench)),
      m_problems(new ProblemsView(workbench)),
      m_shelf(new ShelfView(workbench)),
      m_keys(new LessonKeys(this))
{
    m_keys->hide();
    if (auto lessons = models::readLessons())
        m_lessons = std::move(*lessons);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_stack);
    m_stack->addWidget(buildHome());
    m_stack->addWidget(buildLesson());

    const auto key = [this](Qt::Key code, auto action) {
        connect(new QShortcut(code, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated,
                m_player, action);
    };
    for (const Qt::Key code : {Qt::Key_Right, Qt::Key_PageDown})
        key(code, &bridge::LessonPlayer::next);
    for (const Qt::Key code : {Qt::Key_Left, Qt::Key_PageUp})
        key(code, &bridge::LessonPlayer::back);
    connect(m_player, &bridge::LessonPlayer::frameChanged, this, &LearnPage::showFrame);
    connect(m_player, &bridge::LessonPlayer::runsChanged, this, &LearnPage::showRuns);
    connect(m_player, &bridge::LessonPlayer::moved, this, &LearnPage::refresh);
    setFocusPolicy(Qt::StrongFocus);
    showFrame();
}

QWidget* LearnPage::inspectorPanel()
{
    if (m_player->active() || m_sections->currentIndex() == 0)
        return m_keys;
    return m_sections->currentWidget() == m_experiments ? m_experiments->panel() : nullptr;
}

QWidget* LearnPage::buildHome()
{
    auto* home = new QWidget;
    auto* column = new QVBoxLayout(home);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* tabs = new QHBoxLayout;
    tabs->setContentsMargins(16, 12, 24, 0);
    tabs->setSpacing(4);
    auto* group = new QButtonGroup(home);
    const std::tuple<QString, QString, QString> names[] = {
        {QStringLiteral("lessons"), tr("Lessons"), tr("Demonstrations for a class, step by step")},
        {QStringLiteral("experiments"), tr("Experiments"), tr("Sets of runs that answer a question in numbers")},
        {QStringLiteral("problems"), tr("Common problems"), tr("Symptoms, how to see them, what to change")},
        {QStringLiteral("failures"), tr("Failures"),
         tr("Small experiments that each fail in one way: what it looks like, what finds it, what cures it")}};
    for (const auto& [name, title, tip] : names) {
        auto* tab = new QPushButton(title);
        tab->setObjectName("section-" + name);
        tab->setProperty("flat", true);
        tab->setCheckable(true);
        tab->setToolTip(tip);
        group->addButton(tab);
        tabs->addWidget(tab);
        m_tabs.push_back(tab);
        connect(tab, &QPushButton::clicked, this, [this, name = name] { showSection(name); });
    }
    tabs->addStretch(1);
    column->addLayout(tabs);
    auto* list = new LessonList(m_lessons);
    connect(list, &LessonList::wanted, this, &LearnPage::begin);
    m_sections->addWidget(list);
    m_sections->addWidget(m_experiments);
    m_sections->addWidget(m_problems);
    m_sections->addWidget(m_shelf);
    column->addWidget(m_sections, 1);
    connect(m_experiments, &ExperimentsView::panelChanged, this, &LearnPage::inspectedChanged);
    showSection(QStringLiteral("lessons"));
    return home;
}

bool LearnPage::showSection(const QString& path)
{
    const QString name = path.section(QLatin1Char('/'), 0, 0), what = path.section(QLatin1Char('/'), 1);
    const QStringList names{QStringLiteral("lessons"), QStringLiteral("experiments"), QStringLiteral("problems"),
                            QStringLiteral("failures")};
    const int place = int(names.indexOf(name));
    if (place < 0)
        return false;
    m_sections->setCurrentIndex(place);
    m_tabs[std::size_t(place)]->setChecked(true);
    Q_EMIT inspectedChanged();
    if (what.isEmpty())
        return true;
    return place == 0   ? begin(what)
           : place == 1 ? m_experiments->open(what)
           : place == 2 ? m_problems->select(what)
                        : m_shelf->select(what);
}

QWidget* LearnPage::buildText()
{
    m_column = new QWidget;
    auto* column = new QVBoxLayout(m_column);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    m_lesson = new Label({}, Tone::Muted);
    m_title = paragraph("heading");
    m_text = paragraph("lead");
    m_ask = paragraph("link");
    m_question = paragraph("lead");
    m_answer = paragraph("lead");
    m_ask->setText(tr("What do you think will happen?"));
    for (QWidget* part :
         {static_cast<QWidget*>(m_lesson), static_cast<QWidget*>(m_title), static_cast<QWidget*>(m_text),
          static_cast<QWidget*>(m_ask), static_cast<QWidget*>(m_question), static_cast<QWidget*>(m_answer)})
        column->addWidget(part);
    m_open = new QPushButton(tr("Open the experiment"));
    m_open->setObjectName("lessonOpen");
    m_open->setProperty("outlined", true);
    m_open->setToolTip(tr("Ends the lesson and opens what it was about, to be tried"));
    connect(m_open, &QPushButton::clicked, this, [this] {
        const QString path = m_player->active() ? m_player->station().open : QString();
        m_player->end();
        showSection(path);
    });
    column->addWidget(m_open);
    column->addStretch(1);
    auto* keys = new QHBoxLayout;
    keys->setSpacing(8);
    m_back = new QPushButton(tr("Back"));
    m_next = new QPushButton(tr("Next"));
    m_place = new Label({}, Tone::Muted);
    auto* leave = new QPushButton(tr("All demonstrations"));
    m_back->setObjectName("lessonBack");
    m_next->setObjectName("lessonNext");
    m_next->setProperty("primary", true);
    leave->setProperty("flat", true);
    keys->addWidget(m_back);
    keys->addWidget(m_next, 1);
    column->addWidget(m_place);
    column->addLayout(keys);
    column->addWidget(leave);
    connect(m_back, &QPushButton::clicked, m_player, &bridge::LessonPlayer::back);
    connect(m_next, &QPushButton::clicked, this, [this] {
        if (m_player->active() && m_player->at() + 1 == m_player->count() && m_player->arrived())
            m_player->end();
        else
            m_player->next();
    });
    connect(leave, &QPushButton::clicked, m_player, &bridge::LessonPlayer::end);
    return m_column;
}

QWidget* LearnPage::buildLesson()
{
    auto* lesson = new QWidget;
    auto* column = new QVBoxLayout(lesson);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(24, 20, 24, 12);
    row->setSpacing(32);
    m_curves = new RunCurves;
    m_curves->setLossOnly(true);
    m_curves->setControlsShown(false);
    m_curves->setEmptyText(tr("The run is getting ready."));
    m_side = new RunSide;
    m_side->setWide(true);
    auto* pictures = new QVBoxLayout;
    pictures->setSpacing(12);
    pictures->addWidget(m_curves, 5);
    pictures->addWidget(m_side, 5);
    row->addWidget(buildText());
    row->addLayout(pictures, 1);
    column->addLayout(row, 1);
    m_closing = new ClosingBar;
    m_closing->setActionsShown(false);
    column->addWidget(m_closing);
    fitColumn();
    return lesson;
}

bool LearnPage::begin(const QString& key)
{
    const auto lesson = std::ranges::find(m_lessons, key, &Lesson::key);
    if (lesson == m_lessons.end())
        return false;
    if (!m_player->begin(*lesson)) {
        Q_EMIT m_workbench.trouble(
            {core::base::ErrorKind::Usage, "A run is training", {}, "Stop it first, then begin the demonstration"});
        return false;
    }
    setFocus();
    return true;
}

void LearnPage::showFrame()
{
    if (const int place = m_player->active() ? 1 : 0; place != m_stack->currentIndex()) {
        m_stack->setCurrentIndex(place);
        Q_EMIT inspectedChanged();
    }
    if (!m_player->active())
        return;
    const models::Station& station = m_player->station();
    const bool asked = !station.question.isEmpty();
    const bool revealed = m_player->frame().revealed;
    m_lesson->setText(m_player->lesson().title);
    m_title->setText(station.title);
    m_text->setText(station.text);
    m_ask->setVisible(asked);
    m_question->setVisible(asked);
    m_question->setText(station.question);
    m_answer->setVisible(revealed && !station.answer.isEmpty());
    m_answer->setText(station.answer);
    m_open->setVisible(!station.open.isEmpty());
    m_place->setText(tr("%1 of %2").arg(m_player->at() + 1).arg(m_player->count()));
    m_back->setEnabled(m_player->at() > 0);
    const bool last = m_player->at() + 1 == m_player->count();
    m_next->setText(last ? tr("Finish") : asked && !revealed ? tr("Reveal") : tr("Next"));
    refresh();
}

void LearnPage::showRuns()
{
    const auto runs = m_player->shown();
    m_curves->setRunNames(m_player->names());
    m_curves->setRuns(runs);
    m_shown = runs.empty() ? nullptr : runs.front();
    m_side->setRun(m_shown);
    refresh();
}

void LearnPage::refresh()
{
    m_curves->refresh();
    m_side->refresh();
    m_closing->setRun(m_shown);
}

void LearnPage::fitColumn()
{
    if (m_column)
        m_column->setFixedWidth(int(textWidth * style::theme().scale));
}

void LearnPage::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        fitColumn();
    Page::changeEvent(event);
}

}
