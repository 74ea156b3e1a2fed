// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sweep_view.h"

#include "ui/bridge/preview.h"
#include "ui/bridge/sweep_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/descent_view.h"
#include "ui/pages/hairline.h"
#include "ui/pages/sweep_panel.h"
#include "ui/pages/words.h"
#include "ui/plots/export_file.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"
#include "ui/style/theme.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QStyle>
#include <QTableWidget>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::base::Value;
using core::session::SweepSet;
using core::session::SweepSummary;
using plots::SpreadPlot;
using style::Label;
using style::Tone;

namespace {

void setPrimary(QPushButton& button, bool on)
{
    if (button.property("primary").toBool() == on)
        return;
    button.setProperty("primary", on);
    button.style()->unpolish(&button);
    button.style()->polish(&button);
}

}

SweepView::SweepView(bridge::Workbench& bench, bridge::SweepDesk& desk, const core::base::Entry& entry, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_desk(desk),
      m_kind(entry.kind),
      m_estimating(new bridge::Preview(this)),
      m_reading(new bridge::Preview(this)),
      m_stack(new QStackedWidget),
      m_plot(new SpreadPlot)
{
    const auto kind = core::session::makeSweep(m_kind, core::base::Object{});
    m_panel = new SweepPanel(bench, entry.schema, text(entry.title), (*kind)->sample(), this);
    m_panel->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 16, 24, 12);
    column->setSpacing(8);
    column->addWidget(buildHead(entry));
    column->addWidget(buildActions());
    if ((*kind)->hasPaths()) {
        m_descent = new DescentView(bench);
        m_stack->addWidget(m_descent);
        connect(m_descent, &DescentView::surfaceChanged, this, &SweepView::refresh);
        m_toyPanel = new SweepPanel(bench, core::session::toyFields().schema(), tr("Surface by a formula"),
                                    m_descent->toySettings(), this);
        m_toyPanel->hide();
    } else {
        m_stack->addWidget(m_plot);
    }
    m_stack->addWidget(buildTable());
    column->addWidget(m_stack, 1);
    column->addWidget(new Hairline);
    column->addWidget(buildFoot());
    connect(m_plot, &SpreadPlot::chosen, this, &SweepView::openRun);
    connect(m_panel, &SweepPanel::changed, this, &SweepView::estimate);
    connect(&desk, &bridge::SweepDesk::changed, this, &SweepView::refresh);
    connect(&desk, &bridge::SweepDesk::setChanged, this, &SweepView::takeSet);
    connect(&bench, &bridge::Workbench::stateChanged, this, &SweepView::refresh);
    show(nullptr);
}

SweepView::~SweepView()
{
    if (m_giveUp)
        m_giveUp->store(true);
}

QWidget* SweepView::buildHead(const core::base::Entry& entry)
{
    auto* head = new QWidget;
    auto* column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    auto* back = flatButton(tr("All experiments"), "sweepBack", tr("Back to the list; what trains goes on"));
    connect(back, &QPushButton::clicked, this, &SweepView::left);
    row->addWidget(new Label(text(entry.title), Tone::Heading), 1);
    row->addWidget(back);
    column->addLayout(row);
    auto* help = new Label(text(entry.help), Tone::Muted);
    help->setWordWrap(true);
    column->addWidget(help);
    return head;
}

QWidget* SweepView::buildActions()
{
    auto* bar = new QWidget;
    auto* column = new QVBoxLayout(bar);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    m_start = new QPushButton(tr("Start"));
    m_start->setObjectName("sweepStart");
    m_start->setProperty("primary", true);
    m_goOn = new QPushButton(tr("Go on"));
    m_goOn->setObjectName("sweepGoOn");
    m_goOn->setToolTip(tr("Trains the runs of this set that are missing"));
    m_pause = new QPushButton(tr("Pause"));
    m_pause->setObjectName("sweepPause");
    m_cancel = new QPushButton(tr("Cancel"));
    m_cancel->setObjectName("sweepCancel");
    m_cancel->setToolTip(tr("Stops; the runs that are there stay, and the set can be gone on with"));
    m_time = new Label({}, Tone::Muted);
    m_time->setElided(Qt::ElideRight);
    for (QPushButton* button : {m_start, m_goOn, m_pause, m_cancel})
        row->addWidget(button);
    row->addWidget(m_time, 1);
    m_choices = new QHBoxLayout;
    m_choices->setSpacing(4);
    row->addLayout(m_choices);
    column->addLayout(row);
    m_progress = new QProgressBar;
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(2);
    column->addWidget(m_progress);
    m_state = new Label({}, Tone::Problem);
    m_state->setWordWrap(true);
    column->addWidget(m_state);
    connect(m_start, &QPushButton::clicked, this, &SweepView::begin);
    connect(m_goOn, &QPushButton::clicked, this, [this] {
        if (m_set)
            m_desk.goOn(*m_set);
    });
    connect(m_pause, &QPushButton::clicked, this, [this] { m_desk.paused() ? m_desk.proceed() : m_desk.pause(); });
    connect(m_cancel, &QPushButton::clicked, &m_desk, &bridge::SweepDesk::cancel);
    return bar;
}

QWidget* SweepView::buildTable()
{
    m_table = new QTableWidget;
    m_table->setObjectName("sweepTable");
    m_table->setHorizontalHeader(new style::TableHeader(m_table));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->setAccessibleName(tr("Values of all points"));
    return m_table;
}

QWidget* SweepView::buildFoot()
{
    auto* foot = new QWidget;
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 4, 0, 0);
    row->setSpacing(16);
    m_closing = new QLabel;
    m_closing->setObjectName("sweepClosing");
    m_closing->setWordWrap(true);
    m_closing->setTextFormat(Qt::PlainText);
    m_closing->setProperty("role", "lead");
    row->addWidget(m_closing, 1);
    m_csv = flatButton(tr("CSV"), "sweepCsv", tr("Saves mean, standard deviation and number of every figure"));
    m_png = flatButton(tr("PNG"), "sweepPng", tr("Saves the plot as it stands here"));
    row->addWidget(m_csv, 0, Qt::AlignTop);
    row->addWidget(m_png, 0, Qt::AlignTop);
    connect(m_csv, &QPushButton::clicked, this, [this] { save(true); });
    connect(m_png, &QPushButton::clicked, this, [this] { save(false); });
    return foot;
}

bool SweepView::mine() const
{
    return m_desk.kind() == m_kind;
}

void SweepView::open()
{
    estimate();
    if (mine() && m_desk.set())
        return takeSet();
    const std::filesystem::path runs = m_bench.runsFolder().toStdString();
    m_reading->ask(
        [runs, kind = m_kind] {
            auto set = SweepSet::newest(runs, kind);
            return set ? std::make_shared<const SweepSet>(std::move(*set)) : std::shared_ptr<const SweepSet>();
        },
        [this](std::shared_ptr<const SweepSet> set) {
            if (!(mine() && m_desk.set()))
                show(std::move(set));
        });
    refresh();
}

/// How many runs, and how long: from a few steps of each point, in a thread.
void SweepView::estimate()
{
    if (m_giveUp)
        m_giveUp->store(true);
    m_problem.clear();
    m_estimate = tr("Measuring how long it takes…");
    const auto resolved = m_panel->experiment();
    if (!m_panel->document().problems().empty() || !resolved) {
        m_problem = text(core::base::describe(resolved ? m_panel->document().problems().front() : resolved.error()));
        m_estimate.clear();
        return refresh();
    }
    m_giveUp = std::make_shared<std::atomic<bool>>(false);
    m_estimating->ask(
        [kind = m_kind, settings = m_panel->settings(), resolved = *resolved, device = m_bench.device().toStdString(),
         stop = m_giveUp] {
            return core::session::estimateSweep(kind, settings, resolved, device,
                                                [stop](std::int64_t, std::int64_t) { return !stop->load(); });
        },
        [this](core::base::Result<core::session::SweepEstimate> told) {
            m_estimate.clear();
            if (told) {
                m_estimate =
                    (told->runs == 1 ? tr("1 run, about %1") : tr("%1 runs, about %2").arg(told->runs))
                        .arg(style::duration(std::max(1.0, std::ceil(told->seconds + 0.15 * double(told->runs)))));
                for (const std::string& note : told->notes)
                    m_estimate += QStringLiteral("; ") + text(note);
            } else if (told.error().kind != core::base::ErrorKind::Interrupted) {
                m_problem = text(core::base::describe(told.error()));
            }
            refresh();
        });
    refresh();
}

void SweepView::begin()
{
    if (const auto resolved = m_panel->experiment())
        m_desk.start(m_kind, m_panel->settings(), *resolved);
}

void SweepView::takeSet()
{
    if (mine() && m_desk.set())
        show(m_desk.set());
}

void SweepView::show(std::shared_ptr<const SweepSet> set)
{
    m_set = std::move(set);
    const SweepSummary summary = m_set ? m_set->summary() : SweepSummary{};
    fillFigures(summary);
    fillPlot();
    fillTable(summary);
    if (m_descent)
        m_descent->setSet(m_set);
    refresh();
}

void SweepView::refresh()
{
    const bool toy = m_descent && m_descent->toy();
    const bool going = m_desk.going() && mine();
    const bool blocked = m_desk.going() || m_bench.training();
    const bool unfinished = m_set && !m_set->complete() && !going;
    m_start->setVisible(!going && !toy);
    m_start->setText(m_set ? tr("Start anew") : tr("Start"));
    setPrimary(*m_start, !unfinished);
    setPrimary(*m_goOn, unfinished);
    m_start->setEnabled(!blocked && m_problem.isEmpty());
    m_start->setToolTip(blocked ? tr("Something else is training: times would be wrong beside it")
                                : tr("Trains all runs one after the other; they stand under Runs like any other"));
    m_goOn->setVisible(unfinished && !toy);
    m_goOn->setEnabled(!blocked);
    m_pause->setVisible(going);
    m_pause->setText(m_desk.paused() ? tr("Continue") : tr("Pause"));
    m_pause->setEnabled(!m_desk.stopping());
    m_cancel->setVisible(going);
    m_cancel->setEnabled(!m_desk.stopping());
    m_progress->setVisible(going);
    QString time = going ? QString() : m_estimate;
    if (const auto& progress = m_desk.progress(); going && progress) {
        m_progress->setValue(int(progress->share * 1000));
        time = tr("%1 of %2 runs, %3").arg(progress->ended).arg(progress->all).arg(text(progress->label));
        if (progress->secondsLeft >= 0)
            time += tr(", %1 left").arg(style::duration(progress->secondsLeft));
        if (m_desk.paused())
            time += tr(", paused");
    } else if (going) {
        m_progress->setValue(0);
        time = tr("Planning the runs…");
    } else if (unfinished) {
        time = tr("%1 of %2 runs are there").arg(m_set->ended()).arg(m_set->runs().size());
    }
    m_time->setText(toy ? QString() : time);
    const QString trouble = mine() && !m_desk.problem().isEmpty() ? m_desk.problem() : m_problem;
    m_state->setText(trouble);
    m_state->setVisible(!trouble.isEmpty() && !toy);
    const QString said = toy ? m_descent->closing() : m_set ? text(m_set->closing()) : QString();
    m_closing->setText(!said.isEmpty() ? said
                       : going ? tr("What the runs say together stands here as soon as enough of them have ended.")
                       : m_reading->busy() ? tr("Looking for earlier runs…")
                                           : tr("Nothing has been trained here yet."));
    m_csv->setEnabled(m_set != nullptr);
    m_png->setEnabled(m_set != nullptr || toy);
}

QWidget* SweepView::settingsPanel() const
{
    return m_descent && m_descent->toy() ? m_toyPanel : m_panel;
}

QString SweepView::closing() const
{
    return m_closing->text();
}

void SweepView::save(bool table)
{
    const QString file = QFileDialog::getSaveFileName(this, table ? tr("Save the values") : tr("Save the picture"),
                                                      text(m_set ? m_set->id() : m_kind) + (table ? ".csv" : ".png"));
    if (file.isEmpty())
        return;
    const auto saved = table ? plots::saveFile(file, QByteArray::fromStdString(m_set->csv()))
                             : plots::saveAsPng(*m_stack->currentWidget(), file);
    if (!saved)
        Q_EMIT m_bench.trouble(saved.error());
}

}
