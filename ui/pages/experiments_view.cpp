// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/experiments_view.h"

#include "ui/bridge/sweep_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/descent_view.h"
#include "ui/pages/hairline.h"
#include "ui/pages/sweep_panel.h"
#include "ui/pages/sweep_view.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>

namespace ui::pages {

using style::Label;
using style::Tone;

ExperimentsView::ExperimentsView(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_desk(new bridge::SweepDesk(bench, this)),
      m_stack(new QStackedWidget)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_stack);
    m_stack->addWidget(buildList());
}

QWidget* ExperimentsView::buildList()
{
    auto* list = new QWidget;
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(24, 16, 24, 16);
    column->setSpacing(12);
    column->addWidget(new Label(tr("Find it out yourself"), Tone::Title));
    auto* hint =
        new Label(tr("Each experiment trains ordinary runs, several times with other seeds, and says in numbers "
                     "what came out. The runs stand under Runs like any other."),
                  Tone::Muted);
    hint->setWordWrap(true);
    column->addWidget(hint);
    m_going = new QPushButton;
    m_going->setObjectName("sweepGoing");
    m_going->setProperty("flat", true);
    m_going->setToolTip(tr("Opens the set that trains"));
    m_going->hide();
    column->addWidget(m_going, 0, Qt::AlignLeft);
    connect(m_going, &QPushButton::clicked, this, [this] { open(QString::fromStdString(m_desk->kind())); });
    connect(m_desk, &bridge::SweepDesk::changed, this, &ExperimentsView::tellProgress);
    for (const core::base::Entry& entry : core::session::allSweeps().family().entries) {
        column->addWidget(new Hairline);
        auto* row = new QHBoxLayout;
        row->setSpacing(24);
        auto* words = new QVBoxLayout;
        words->setSpacing(4);
        words->addWidget(new Label(QString::fromStdString(entry.title), Tone::Heading));
        auto* help = new Label(QString::fromStdString(entry.help));
        help->setWordWrap(true);
        words->addWidget(help);
        row->addLayout(words, 1);
        const QString kind = QString::fromStdString(entry.kind);
        auto* open = new QPushButton(tr("Open"));
        open->setObjectName("open-" + kind);
        open->setAccessibleName(tr("Open %1").arg(QString::fromStdString(entry.title)));
        open->setProperty("outlined", true);
        row->addWidget(open, 0, Qt::AlignVCenter);
        column->addLayout(row);
        connect(open, &QPushButton::clicked, this, [this, kind] { this->open(kind); });
    }
    column->addWidget(new Hairline);
    column->addStretch();
    return list;
}

void ExperimentsView::tellProgress()
{
    m_going->setVisible(m_desk->going());
    const auto& progress = m_desk->progress();
    if (!m_desk->going() || !progress)
        return m_going->setText(tr("Planning the runs…"));
    const core::base::Entry* entry = core::session::allSweeps().family().find(m_desk->kind());
    QString text =
        tr("%1: %2 of %3 runs").arg(QString::fromStdString(entry->title)).arg(progress->ended).arg(progress->all);
    if (progress->secondsLeft >= 0)
        text += tr(", %1 left").arg(style::duration(progress->secondsLeft));
    m_going->setText(text + (m_desk->paused() ? tr(", paused") : QString()));
}

bool ExperimentsView::open(const QString& kind)
{
    const core::base::Entry* entry = core::session::allSweeps().family().find(kind.toStdString());
    if (!entry)
        return false;
    SweepView*& view = m_views[kind];
    if (!view) {
        view = new SweepView(m_bench, *m_desk, *entry, this);
        m_stack->addWidget(view);
        connect(view, &SweepView::left, this, &ExperimentsView::close);
        if (DescentView* descent = view->descent())
            connect(descent, &DescentView::toyShown, this, &ExperimentsView::panelChanged);
    }
    m_stack->setCurrentWidget(view);
    view->open();
    Q_EMIT panelChanged();
    return true;
}

void ExperimentsView::close()
{
    m_stack->setCurrentIndex(0);
    Q_EMIT panelChanged();
}

SweepView* ExperimentsView::shown() const
{
    return qobject_cast<SweepView*>(m_stack->currentWidget());
}

QWidget* ExperimentsView::panel() const
{
    SweepView* view = shown();
    return view ? view->settingsPanel() : nullptr;
}

}
