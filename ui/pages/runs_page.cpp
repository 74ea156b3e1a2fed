// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/runs_page.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/certificate.h"
#include "core/session/inspect.h"
#include "core/store/run_folder.h"
#include "core/store/run_names.h"
#include "ui/bridge/workbench.h"
#include "ui/bridge/worker.h"
#include "ui/models/run_model.h"
#include "ui/pages/certificate_dialog.h"
#include "ui/pages/comparison.h"
#include "ui/pages/publish_dialog.h"
#include "ui/pages/run_panel.h"
#include "ui/pages/run_tree.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QScrollArea>
#include <QSortFilterProxyModel>
#include <QTableView>

#include <algorithm>
#include <thread>

namespace ui::pages {

using core::store::RunSummary;
using models::RunModel;
using models::RunsTable;
using style::Label;
using style::Tone;

namespace {

constexpr int tableHeight = 96, mostTreeHeight = 212;
constexpr double writtenOutSeconds = 10;

QString folderOf(const RunSummary& run)
{
    return QString::fromStdString(run.folder.string());
}

}

RunsPage::RunsPage(bridge::Workbench& workbench, QWidget* parent)
    : Page(parent),
      m_workbench(workbench),
      m_sorted(new QSortFilterProxyModel(this)),
      m_view(new QTableView),
      m_note(new Label({}, Tone::Muted)),
      m_empty(new Label({}, Tone::Muted)),
      m_tree(new RunTree),
      m_comparison(new Comparison),
      m_panel(new RunPanel(this)),
      m_certificate(new CertificateDialog(this)),
      m_publishing(new PublishDialog(this)),
      m_worker(std::make_unique<bridge::Worker>(*this)),
      m_prover(std::make_unique<bridge::Worker>(*this))
{
    m_panel->hide();
    build();
    connect(&m_workbench, &bridge::Workbench::runsChanged, this, &RunsPage::reload);
    connect(&m_runs, &RunsTable::tickedChanged, this, &RunsPage::compare);
    connect(m_view, &QTableView::activated, this, &RunsPage::openCurrent);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &RunsPage::showCurrent);
    connect(m_panel, &RunPanel::openWanted, this, &RunsPage::openCurrent);
    connect(m_panel, &RunPanel::resumeWanted, this, &RunsPage::resumeCurrent);
    connect(m_panel, &RunPanel::certifyWanted, this, &RunsPage::certifyCurrent);
    connect(m_panel, &RunPanel::testWanted, this, &RunsPage::testCurrent);
    connect(m_panel, &RunPanel::publishWanted, this, &RunsPage::publishCurrent);
    connect(m_tree, &RunTree::chosen, this, &RunsPage::select);
    connect(m_panel, &RunPanel::renameWanted, this, &RunsPage::renameCurrent);
    connect(m_panel, &RunPanel::deleteWanted, this, &RunsPage::deleteCurrent);
    reload();
}

RunsPage::~RunsPage()
{
    if (m_certifying)
        m_certifying->store(false);
}

void RunsPage::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->addWidget(new Label(tr("Runs"), Tone::Heading));
    head->addStretch();
    head->addWidget(m_note);
    column->addLayout(head);
    column->addWidget(m_empty);
    column->addWidget(m_view, 4);
    auto* branches = new QScrollArea;
    branches->setWidget(m_tree);
    branches->setWidgetResizable(true);
    branches->setFrameShape(QFrame::NoFrame);
    branches->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    branches->viewport()->setAutoFillBackground(false);
    m_tree->setAutoFillBackground(false);
    m_branches = branches;
    column->addWidget(branches);
    m_view->setMinimumHeight(tableHeight);
    column->addSpacing(8);
    column->addWidget(m_comparison, 6);
    m_empty->setText(
        tr("No run yet. Train a card of the Start page: every run stays here with its curves and checkpoints."));
    m_empty->hide();

    m_sorted->setSourceModel(&m_runs);
    m_sorted->setSortRole(Qt::UserRole);
    m_view->setModel(m_sorted);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(RunsTable::When, Qt::DescendingOrder);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(28);
    m_view->setAccessibleName(tr("Runs"));
    QHeaderView* header = m_view->horizontalHeader();
    header->setHighlightSections(false);
    header->setResizeContentsPrecision(100); // a thousand rows would be laid out at every change
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(RunsTable::Name, QHeaderView::Stretch);
}

QWidget* RunsPage::inspectorPanel()
{
    return m_panel;
}

void RunsPage::reload()
{
    m_worker->run([this, folder = m_workbench.runsFolder().toStdString(),
                   generation = ++m_generation]() -> bridge::Worker::Answer {
        auto runs = core::store::listRuns(folder);
        return [this, generation, runs = std::move(runs)] {
            if (generation == m_generation)
                take(runs);
        };
    });
}

void RunsPage::take(std::vector<RunSummary> runs)
{
    const QString selected = current() ? folderOf(*current()) : QString();
    std::uint64_t bytes = 0;
    for (const RunSummary& run : runs)
        bytes += run.bytes;
    m_note->setText(runs.empty()       ? QString()
                    : runs.size() == 1 ? tr("1 run, %1").arg(style::bytes(bytes))
                                       : tr("%1 runs, %2").arg(runs.size()).arg(style::bytes(bytes)));
    m_empty->setVisible(runs.empty());
    m_view->setVisible(!runs.empty());
    m_comparison->setVisible(!runs.empty());
    m_runs.setRuns(std::move(runs));
    int row = 0;
    for (int i = 0; i < m_sorted->rowCount(); ++i)
        if (folderOf(m_runs.runs()[std::size_t(m_sorted->mapToSource(m_sorted->index(i, 0)).row())]) == selected)
            row = i;
    m_view->setCurrentIndex(m_sorted->index(row, 0));
    showCurrent();
    Q_EMIT reloaded();
}

const RunSummary* RunsPage::current() const
{
    const QModelIndex index = m_sorted->mapToSource(m_view->currentIndex());
    return index.isValid() ? &m_runs.runs()[std::size_t(index.row())] : nullptr;
}

void RunsPage::showCurrent()
{
    const RunSummary* run = current();
    auto spec = run ? core::base::readJson(run->folder / "spec.json")
                    : core::base::Result<core::base::Value>(core::base::Value{});
    m_panel->setRun(run, spec ? *spec : core::base::Value{});
    m_tree->setFamily(run ? core::store::familyOf(m_runs.runs(), run->id) : std::vector<core::store::TreeNode>{},
                      run ? QString::fromStdString(run->id) : QString());
    m_branches->setVisible(m_tree->family().size() > 1);
    m_branches->setFixedHeight(std::min(m_tree->sizeHint().height(), mostTreeHeight));
}

void RunsPage::select(const QString& id)
{
    for (int i = 0; i < m_sorted->rowCount(); ++i)
        if (m_runs.runs()[std::size_t(m_sorted->mapToSource(m_sorted->index(i, 0)).row())].id == id.toStdString())
            m_view->setCurrentIndex(m_sorted->index(i, 0));
}

/// Trains the run again beside the window, and keeps what that has shown in the run's folder.
void RunsPage::certifyCurrent()
{
    const RunSummary* run = current();
    if (!run || m_certifying)
        return;
    m_certifying = std::make_shared<std::atomic<bool>>(true);
    const auto tell = [this, id = QString::fromStdString(run->id)](const QString& text) {
        if (const RunSummary* shown = current(); shown && QString::fromStdString(shown->id) == id)
            m_panel->setCertificate(text, bool(m_certifying));
    };
    tell(tr("Training it again…"));
    const auto going = [this, tell, on = m_certifying](std::int64_t done, std::int64_t all) {
        QMetaObject::invokeMethod(
            this,
            [this, tell, done, all] {
                if (m_certifying)
                    tell(tr("Training it again: %1 of %2 steps").arg(style::count(done), style::count(all)));
            },
            Qt::QueuedConnection);
        return on->load();
    };
    m_prover->run([this, folder = run->folder, going, tell]() -> bridge::Worker::Answer {
        auto certificate = core::session::certify(folder, -1, -1, going);
        core::base::Status written;
        if (certificate)
            written = core::base::writeFileAtomically(
                folder / "certificate.json", core::base::writeJson(core::session::toValue(*certificate), 2) + "\n");
        return [this, tell, certificate = std::move(certificate), written = std::move(written)] {
            m_certifying.reset();
            if (!certificate)
                tell(certificate.error().kind == core::base::ErrorKind::Interrupted
                         ? tr("Given up.")
                         : QString::fromStdString(core::base::describe(certificate.error())));
            else {
                tell(QString::fromStdString(core::session::describe(*certificate)) +
                     tr("\n%1 steps compared, kept in certificate.json").arg(style::count(certificate->stepsChecked)));
                m_certificate->present(*certificate);
            }
            if (!written)
                Q_EMIT m_workbench.trouble(written.error());
        };
    });
}

/// Breaks the seal of the test split; what it showed is kept in the run and comes with the list.
void RunsPage::testCurrent()
{
    const RunSummary* run = current();
    if (!run)
        return;
    m_panel->setTesting(true);
    m_prover->run([this, folder = run->folder]() -> bridge::Worker::Answer {
        auto evaluation = core::session::evaluate(folder, "test", "last");
        return [this, evaluation = std::move(evaluation)] {
            m_panel->setTesting(false);
            if (!evaluation)
                Q_EMIT m_workbench.trouble(evaluation.error());
            Q_EMIT m_workbench.runsChanged();
        };
    });
}

void RunsPage::publishCurrent()
{
    if (const RunSummary* run = current(); run && run->problem.empty())
        m_publishing->come(run->folder);
}

void RunsPage::openCurrent()
{
    const RunSummary* run = current();
    if (!run || !run->problem.empty())
        return;
    m_workbench.openRun(folderOf(*run));
    Q_EMIT m_workbench.pageRequested("train");
}

void RunsPage::resumeCurrent()
{
    const RunSummary* run = current();
    if (!run || !models::canResume(*run))
        return;
    m_workbench.resumeRun(folderOf(*run));
    Q_EMIT m_workbench.pageRequested("train");
}

/// What changes the run's folder. A run that has just ended is still written out for a moment: that is waited for,
/// aside.
void RunsPage::change(const std::function<core::base::Status(const std::filesystem::path&)>& work)
{
    const RunSummary* run = current();
    if (!run)
        return;
    m_workbench.overlayRun(folderOf(*run), false);
    const bool live = m_workbench.training() && m_workbench.front() && m_workbench.front()->folder() == folderOf(*run);
    m_worker->run([this, work, folder = run->folder, live]() -> bridge::Worker::Answer {
        const double until = core::base::steadySeconds() + (live ? 0 : writtenOutSeconds);
        while (core::store::isBeingWritten(folder) && core::base::steadySeconds() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const core::base::Status done = work(folder);
        return [this, done] {
            if (!done)
                Q_EMIT m_workbench.trouble(done.error());
            Q_EMIT m_workbench.runsChanged();
        };
    });
}

void RunsPage::renameCurrent(const QString& name)
{
    change([name = name.toStdString()](const std::filesystem::path& run) -> core::base::Status {
        CORE_CHECK(core::store::renameRun(run, name));
        return {};
    });
}

void RunsPage::deleteCurrent()
{
    change([](const std::filesystem::path& run) { return core::store::removeRun(run); });
}

/// Reads what was ticked and is not there yet, lets go of what no longer is, and shows the rest in the order of ticks.
void RunsPage::compare()
{
    std::vector<RunModel*> shown;
    std::vector<RunModel*> gone;
    for (auto& [folder, model] : m_models)
        if (m_runs.tickOf(folder) < 0)
            gone.push_back(model);
    std::erase_if(m_models, [this](const auto& entry) { return m_runs.tickOf(entry.first) < 0; });
    for (const QString& folder : m_runs.ticked()) {
        if (const auto known = m_models.find(folder); known != m_models.end()) {
            known->second->color = m_runs.tickOf(folder);
            shown.push_back(known->second);
            continue;
        }
        m_worker->run([this, folder]() -> bridge::Worker::Answer {
            auto record = core::store::readRun(folder.toStdString());
            if (!record)
                return [this, error = record.error()] { Q_EMIT m_workbench.trouble(error); };
            return [this, folder, record = std::move(*record)] {
                if (m_runs.tickOf(folder) < 0 || m_models.contains(folder))
                    return;
                auto* model = new RunModel(this);
                model->load(record);
                m_models[folder] = model;
                compare();
            };
        });
    }
    m_comparison->setRuns(shown, int(m_runs.ticked().size() - shown.size()));
    for (RunModel* model : gone)
        model->deleteLater();
    Q_EMIT compared();
}

void RunsPage::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Delete && current())
        m_panel->ask(true);
    else
        Page::keyPressEvent(event);
}

}
