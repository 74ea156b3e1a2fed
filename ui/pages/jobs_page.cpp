// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/jobs_page.h"

#include "core/base/clock.h"
#include "ui/bridge/job_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/certificate_dialog.h"
#include "ui/pages/hairline.h"
#include "ui/pages/job_form.h"
#include "ui/pages/job_graph.h"
#include "ui/pages/job_ledger.h"
#include "ui/pages/job_log.h"
#include "ui/pages/job_prices.h"
#include "ui/pages/jobs_view.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"
#include "ui/style/theme.h"

#include <QButtonGroup>
#include <QDateTime>
#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using bridge::JobDesk;
using core::jobs::JobState;
using style::Label;
using style::Tone;

namespace {

constexpr int clockMs = 250, jobRowHeight = 24, mostJobRows = 5;

int scaledRow()
{
    return int(std::lround(jobRowHeight * style::theme().scale));
}

QPushButton* jobButton(const QString& text, const char* name, const QString& tip)
{
    auto* made = new QPushButton(text);
    made->setObjectName(name);
    made->setToolTip(tip);
    return made;
}

}

JobsPage::JobsPage(bridge::Workbench& workbench, QWidget* parent)
    : Page(parent),
      m_bench(workbench),
      m_desk(new JobDesk(workbench, &workbench)), // it is asked what becomes of jobs when the window closes
      m_view(new JobsView(m_table)),
      m_side(new JobForm(workbench)),
      m_form(static_cast<JobForm*>(m_side)),
      m_graph(new JobGraph),
      m_ledger(new JobLedger),
      m_log(new JobLog),
      m_prices(new JobPrices(workbench)),
      m_certificate(new CertificateDialog(this)),
      m_transitions(new QTableWidget),
      m_clock(this),
      m_prover(std::make_unique<bridge::Worker>(*this))
{
    build();
    wire();
    m_side->setParent(this);
    m_side->hide();
    takeRows();
}

JobsPage::~JobsPage()
{
    if (m_proving)
        m_proving->store(false);
    delete m_desk;
}

void JobsPage::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    column->addWidget(new Hairline);
    auto* body = new QVBoxLayout;
    body->setContentsMargins(24, 12, 24, 16);
    body->setSpacing(8);
    m_empty = new Label(tr("No job yet. A job is an experiment, or a program of your own, that runs in a process of "
                           "its own, waits in a queue, and goes on after an interruption. Put the experiment in front "
                           "into the queue at the right; the prices below are what its ledger reckons with."),
                        Tone::Muted);
    m_empty->setWordWrap(true);
    body->addWidget(m_empty);
    m_view->setHorizontalHeader(new style::TableHeader(m_view));
    m_view->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_view->horizontalHeader()->setSectionResizeMode(models::JobsTable::Id, QHeaderView::Stretch);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(scaledRow());
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->setObjectName("jobs");
    m_view->setAccessibleName(tr("Jobs"));
    body->addWidget(m_view);
    body->addWidget(buildJob(), 1);
    column->addLayout(body, 1);
}

QWidget* JobsPage::buildHead()
{
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(24, 9, 24, 9);
    row->setSpacing(8);
    m_state = new Label({}, Tone::Body);
    m_state->setObjectName("jobState");
    m_state->setElided(Qt::ElideRight);
    m_up = jobButton(tr("Earlier"), "jobUp", tr("Its turn comes before that of the job above it (Alt+Up)"));
    m_down = jobButton(tr("Later"), "jobDown", tr("Its turn comes after that of the job below it (Alt+Down)"));
    m_start = jobButton(tr("Work on the queue"), "jobStart", tr("Runs the jobs that wait, one after the other"));
    row->addWidget(new Label(tr("Jobs"), Tone::Heading));
    row->addSpacing(8);
    row->addWidget(m_state, 1);
    for (QPushButton* each : {m_up, m_down, m_start})
        row->addWidget(each);
    return head;
}

QWidget* JobsPage::buildJob()
{
    m_job = new QWidget;
    auto* column = new QVBoxLayout(m_job);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    m_title = new Label({}, Tone::Strong);
    m_title->setElided(Qt::ElideMiddle);
    m_tabs = new QButtonGroup(this);
    const std::pair<const char*, QString> tabs[] = {{"jobStates", tr("States")},
                                                    {"jobLedger", tr("Ledger")},
                                                    {"jobLogTab", tr("Log")},
                                                    {"jobPricesTab", tr("Prices")}};
    for (const auto& [name, text] : tabs) {
        auto* tab = jobButton(text, name, {});
        tab->setProperty("flat", true);
        tab->setCheckable(true);
        m_tabs->addButton(tab, int(m_tabs->buttons().size()));
        row->addWidget(tab);
    }
    row->addWidget(m_title, 1);
    m_interrupt = jobButton(tr("Interrupt now"), "jobInterrupt",
                            tr("Takes its capacity away: the worker gets its notice, is ended, and goes on by itself"));
    m_stop = jobButton(tr("Stop"), "jobStop", tr("Ends it for good; its model is kept"));
    m_requeue = jobButton(tr("Queue again"), "jobRequeue", tr("The same once more, as a new job"));
    m_open = jobButton(tr("Open run"), "jobOpen", tr("Its curves, on the Train page"));
    m_prove = jobButton(tr("Prove it"), "jobProve",
                        tr("Trains it again without an interruption and compares the weights: was anything lost?"));
    for (QPushButton* each : {m_prove, m_open, m_requeue, m_interrupt, m_stop})
        row->addWidget(each);
    column->addLayout(row);
    m_stack = new QStackedWidget;
    auto* states = new QWidget;
    auto* under = new QVBoxLayout(states);
    under->setContentsMargins(0, 8, 0, 0);
    under->setSpacing(8);
    under->addWidget(m_graph);
    m_transitions->setColumnCount(5);
    m_transitions->setHorizontalHeader(new style::TableHeader(m_transitions));
    m_transitions->setHorizontalHeaderLabels({tr("at"), tr("state"), tr("for"), tr("step"), tr("why")});
    for (int i = 0; i < 5; ++i)
        m_transitions->horizontalHeaderItem(i)->setTextAlignment(Qt::AlignVCenter |
                                                                 (i == 2 || i == 3 ? Qt::AlignRight : Qt::AlignLeft));
    m_transitions->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_transitions->horizontalHeader()->setStretchLastSection(true);
    m_transitions->verticalHeader()->hide();
    m_transitions->verticalHeader()->setDefaultSectionSize(scaledRow());
    m_transitions->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_transitions->setSelectionMode(QAbstractItemView::NoSelection);
    m_transitions->setShowGrid(false);
    m_transitions->setTabKeyNavigation(false);
    m_transitions->setObjectName("jobTransitions");
    m_transitions->setAccessibleName(tr("When the job came into which state"));
    under->addWidget(m_transitions, 1);
    for (QWidget* each :
         {states, static_cast<QWidget*>(m_ledger), static_cast<QWidget*>(m_log), static_cast<QWidget*>(m_prices)})
        m_stack->addWidget(each);
    column->addWidget(m_stack, 1);
    return m_job;
}

void JobsPage::wire()
{
    connect(m_desk, &JobDesk::changed, this, &JobsPage::takeRows);
    connect(m_desk, &JobDesk::detailsChanged, this, &JobsPage::takeDetails);
    connect(m_tabs, &QButtonGroup::idClicked, this, [this](int view) { choose(View(view)); });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        if (!m_filling && now.isValid())
            m_desk->choose(m_table.rows()[std::size_t(now.row())].id);
    });
    connect(m_view, &QTableView::activated, this, &JobsPage::openRun);
    connect(m_view, &JobsView::placeWanted, m_desk, &JobDesk::place);
    connect(m_form, &JobForm::submitWanted, this, [this] { m_desk->submit(m_form->part()); });
    connect(m_form, &JobForm::pricesWanted, this, [this] { choose(View::Prices); });
    connect(m_prices, &JobPrices::tableChanged, m_form, &JobForm::setPrices);
    connect(m_prices, &JobPrices::chosen, this,
            [this](const QString& name) { m_form->set(QStringLiteral("instance"), name.toStdString()); });
    connect(m_start, &QPushButton::clicked, this, [this] { m_desk->working() ? m_desk->hold() : m_desk->start(); });
    const auto on = [this](QPushButton* button, auto order) {
        connect(button, &QPushButton::clicked, this, [this, order] { order(m_desk->chosen()); });
    };
    on(m_up, [this](const QString& id) { m_desk->move(id, -1); });
    on(m_down, [this](const QString& id) { m_desk->move(id, 1); });
    on(m_interrupt, [this](const QString& id) { m_desk->interrupt(id); });
    on(m_stop, [this](const QString& id) { m_desk->stopJob(id); });
    on(m_requeue, [this](const QString& id) { m_desk->requeue(id); });
    connect(m_open, &QPushButton::clicked, this, &JobsPage::openRun);
    connect(m_prove, &QPushButton::clicked, this, &JobsPage::prove);
    connect(&m_clock, &QTimer::timeout, this, &JobsPage::refresh);
    m_clock.setInterval(clockMs);
    choose(View::States);
}

QTableView* JobsPage::table() const
{
    return m_view;
}

void JobsPage::choose(View view)
{
    m_stack->setCurrentIndex(int(view));
    m_tabs->button(int(view))->setChecked(true);
    refresh();
}

bool JobsPage::showSection(const QString& path)
{
    const QStringList views{QStringLiteral("states"), QStringLiteral("ledger"), QStringLiteral("log"),
                            QStringLiteral("prices")};
    if (const qsizetype view = views.indexOf(path); view >= 0) {
        choose(View(view));
        return true;
    }
    if (m_desk->read() && !m_desk->row(path))
        return false;
    m_desk->choose(path);
    return true;
}

void JobsPage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    m_desk->setWatched(true);
    m_clock.start();
}

void JobsPage::changeEvent(QEvent* event)
{
    Page::changeEvent(event);
    // Rows may have become taller.
    if (event->type() == QEvent::PaletteChange)
        QTimer::singleShot(0, this, &JobsPage::takeRows);
}

void JobsPage::hideEvent(QHideEvent* event)
{
    Page::hideEvent(event);
    m_desk->setWatched(false);
    m_clock.stop();
}

void JobsPage::takeRows()
{
    std::vector<models::JobRow> rows;
    for (const JobDesk::Row& each : *m_desk->rows())
        rows.push_back({QString::fromStdString(each.job.id), QString::fromStdString(each.job.name), each.job.state(),
                        each.worked, each.job.priority, each.progress, each.cost, each.currency});
    m_filling = true;
    m_table.setRows(std::move(rows));
    if (const int row = m_table.rowOf(m_desk->chosen()); row >= 0 && m_view->currentIndex().row() != row)
        m_view->setCurrentIndex(m_table.index(row, 0));
    m_filling = false;
    const bool none = m_desk->rows()->empty();
    m_empty->setVisible(none);
    m_view->setVisible(!none);
    m_view->setFixedHeight(m_view->horizontalHeader()->sizeHint().height() + 4 +
                           scaledRow() * std::min(mostJobRows, m_table.rowCount()));
    const JobDesk::Row* row = m_desk->row(m_desk->chosen());
    m_graph->setChanges(row ? row->job.changes : std::vector<core::jobs::StateChange>{});
    fillTransitions();
    refresh();
}

void JobsPage::fillTransitions()
{
    const JobDesk::Row* row = m_desk->row(m_desk->chosen());
    const std::size_t count = row ? row->job.changes.size() : 0;
    const double now = core::base::wallSeconds();
    const bool grew = m_transitions->rowCount() != int(count);
    m_transitions->setRowCount(int(count));
    for (std::size_t i = 0; i < count; ++i) {
        const core::jobs::StateChange& change = row->job.changes[i];
        const auto at = QDateTime::fromMSecsSinceEpoch(qint64(change.time * 1000));
        const bool last = i + 1 == count;
        const double seconds = (last ? now : row->job.changes[i + 1].time) - change.time;
        QString why = QString::fromStdString(change.reason);
        if (change.onDemand && change.state == JobState::LaunchingMLInstances)
            why = tr("on demand, at the full price");
        const QString texts[] = {at.toString(QStringLiteral("HH:mm:ss")), models::jobStateText(change.state),
                                 last && isFinal(change.state) ? QString() : style::duration(seconds),
                                 change.step >= 0 ? style::count(change.step) : QString(), why};
        for (int column = 0; column < 5; ++column) {
            QTableWidgetItem* item = m_transitions->item(int(i), column);
            if (!item) {
                item = new QTableWidgetItem;
                item->setTextAlignment(Qt::AlignVCenter |
                                       (column == 2 || column == 3 ? Qt::AlignRight : Qt::AlignLeft));
                m_transitions->setItem(int(i), column, item);
            }
            item->setText(texts[column]);
            item->setToolTip(column == 4 ? texts[column] : QString());
        }
    }
    if (grew)
        m_transitions->scrollToBottom();
}

void JobsPage::takeDetails()
{
    const JobDesk::Details& details = m_desk->details();
    if (details.id != m_desk->chosen())
        return;
    m_ledger->setFacts(details.facts, details.advice);
    m_log->setLog(details.log, details.cut);
}

// How the chosen job stands, with what counts down.
QString JobsPage::sentence() const
{
    const JobDesk::Row* row = m_desk->row(m_desk->chosen());
    if (!row)
        return {};
    const core::jobs::Job& job = row->job;
    const core::jobs::StateChange& last = job.changes.back();
    const double now = core::base::wallSeconds();
    if (job.notice && row->worked)
        return tr("The notice was given: the worker is killed in %1")
            .arg(style::duration(std::ceil(std::max(0.0, job.notice->time + job.notice->seconds - now))));
    if (job.state() == JobState::Interrupted && row->worked && last.waitS > 0)
        return tr("Interrupted at step %1; there is capacity again in %2")
            .arg(style::count(last.step), style::duration(std::ceil(std::max(0.0, last.time + last.waitS - now))));
    if (!last.reason.empty())
        return QString::fromStdString(last.reason);
    return {};
}

void JobsPage::refresh()
{
    const JobDesk::Row* row = m_desk->row(m_desk->chosen());
    const bool open = row && !isFinal(row->job.state()), waits = open && !row->worked;
    const bool own = m_desk->working();
    std::int64_t waiting = 0, worked = 0;
    for (const JobDesk::Row& each : *m_desk->rows()) {
        worked += each.worked;
        waiting += !each.worked && !isFinal(each.job.state());
    }
    QString state = worked > 0 ? tr("%1 at work").arg(style::count(worked)) : tr("none at work");
    state += tr(", %1 waiting").arg(style::count(waiting));
    m_state->setText(m_desk->rows()->empty() ? QString() : state);
    // It stays, though empty: the buttons beside it keep their places.
    m_title->setText(m_stack->currentIndex() == int(View::Prices) ? QString() : sentence());
    m_start->setText(own ? tr("Hold the queue") : tr("Work on the queue"));
    m_start->setToolTip(own ? tr("The job at work gets its notice and keeps a checkpoint; it goes on later")
                            : tr("Runs the jobs that wait, one after the other"));
    m_start->setEnabled(own || waiting > 0);
    m_up->setVisible(waits && waiting > 1);
    m_down->setVisible(waits && waiting > 1);
    m_interrupt->setVisible(open && row->worked && row->job.state() == JobState::Training);
    m_stop->setVisible(open);
    m_requeue->setVisible(row && !open);
    m_open->setVisible(row && !row->job.run.empty());
    m_prove->setVisible(row && row->job.state() == JobState::Completed && !row->job.isScript());
    m_prove->setEnabled(!m_proving);
    const bool chosen = row != nullptr;
    for (const View view : {View::States, View::Ledger, View::Log})
        m_tabs->button(int(view))->setEnabled(chosen);
    m_stack->setVisible(chosen || m_stack->currentIndex() == int(View::Prices));
}

void JobsPage::openRun()
{
    const JobDesk::Row* row = m_desk->row(m_desk->chosen());
    if (!row || row->job.run.empty())
        return;
    m_bench.openRun(QString::fromStdString(row->job.run), false);
    Q_EMIT m_bench.pageRequested(QStringLiteral("train"));
}

void JobsPage::prove()
{
    const JobDesk::Row* row = m_desk->row(m_desk->chosen());
    if (!row || m_proving)
        return;
    m_proving = std::make_shared<std::atomic<bool>>(true);
    m_prove->setText(tr("Training it again…"));
    refresh();
    m_prover->run([this, run = row->job.run, on = m_proving]() -> bridge::Worker::Answer {
        auto certificate = core::session::certify(run, -1, -1, [on](std::int64_t, std::int64_t) { return on->load(); });
        return [this, certificate = std::move(certificate)] {
            m_proving.reset();
            m_prove->setText(tr("Prove it"));
            refresh();
            if (certificate)
                m_certificate->present(*certificate);
            else
                Q_EMIT m_bench.trouble(certificate.error());
        };
    });
}

}
