// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/window_actions.h"

#include "core/session/inspect.h"
#include "ui/bridge/finder.h"
#include "ui/bridge/time_travel.h"
#include "ui/models/cards.h"
#include "ui/pages/certificate_dialog.h"
#include "ui/pages/page.h"
#include "ui/pages/publish_dialog.h"
#include "ui/pages/run_panel.h"
#include "ui/pages/runs_page.h"
#include "ui/pages/start_from_dialog.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/inspector.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/pages.h"
#include "ui/shell/top_bar.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QInputDialog>
#include <QMenu>
#include <QUndoStack>

#include <tuple>

namespace ui::shell {

using bridge::Workbench;
using style::Scheme;

namespace {

const QString experimentFilter = QStringLiteral("*.experiment.json");

// Cards are read once: they come with the program.
const std::vector<models::Card>& samples()
{
    static const std::vector<models::Card> cards = [] {
        auto read = models::readCards();
        return read ? std::move(*read) : std::vector<models::Card>{};
    }();
    return cards;
}

}

WindowActions::WindowActions(MainWindow& window) : QObject(&window), m_window(window), m_actions(window.actions())
{
    addExperiment();
    addRun();
    addTransfer();
    addView();
    addSources();
    connect(&window.workbench(), &Workbench::stateChanged, this, &WindowActions::refresh);
    connect(&window.workbench().travel(), &bridge::TimeTravel::moved, this, &WindowActions::refresh);
    connect(&window.workbench(), &Workbench::frontChanged, this, &WindowActions::refresh);
    QUndoStack* undo = window.workbench().document().undoStack();
    connect(undo, &QUndoStack::indexChanged, this, &WindowActions::refresh);
    connect(undo, &QUndoStack::cleanChanged, this, &WindowActions::refresh);
    refresh();
}

void WindowActions::addExperiment()
{
    const QString group = tr("Experiment");
    m_actions.add(QStringLiteral("experiment.new"), tr("New experiment"), group, {QKeySequence::New}, [this] {
        m_window.workbench().document().open(core::base::Object{});
        m_window.showPage(QStringLiteral("data"));
    });
    m_actions.add(QStringLiteral("experiment.open"), tr("Open a file…"), group, {QKeySequence::Open},
                  [this] { openFile(); });
    m_actions.add(QStringLiteral("experiment.open_folder"), tr("Open a run or a folder of data…"), group,
                  {Qt::CTRL | Qt::SHIFT | Qt::Key_O}, [this] { openFolder(); });
    m_actions.add(QStringLiteral("experiment.save"), tr("Save the experiment"), group, {QKeySequence::Save},
                  [this] { save(false); });
    m_actions.add(QStringLiteral("experiment.save_as"), tr("Save the experiment as…"), group,
                  {Qt::CTRL | Qt::SHIFT | Qt::Key_S}, [this] { save(true); });
    m_actions.add(QStringLiteral("experiment.rename"), tr("Rename the experiment…"), group, {Qt::Key_F2}, [this] {
        // Where runs are chosen, the key is for the chosen one.
        if (auto* panel = m_window.findChild<pages::RunPanel*>();
            panel && m_window.page() == QLatin1String("runs") && panel->isVisible())
            return panel->beginRename();
        auto& document = m_window.workbench().document();
        bool given = false;
        const QString name =
            QInputDialog::getText(&m_window, tr("Rename"), tr("Name of the experiment and of its runs"),
                                  QLineEdit::Normal, document.name(), &given);
        if (given)
            document.set(QStringLiteral("name"), name.trimmed().toStdString());
    });
    m_actions.add(QStringLiteral("edit.undo"), tr("Undo"), tr("Edit"), {QKeySequence::Undo}, [this] { undo(false); });
    m_actions.add(QStringLiteral("edit.redo"), tr("Redo"), tr("Edit"),
                  {Qt::CTRL | Qt::Key_Y, Qt::CTRL | Qt::SHIFT | Qt::Key_Z}, [this] { undo(true); });
}

void WindowActions::addRun()
{
    const QString group = tr("Run");
    auto& bench = m_window.workbench();
    const auto shown = [this] { m_window.showPage(QStringLiteral("train")); };
    m_actions.add(QStringLiteral("run.play"), tr("Train"), group, {Qt::Key_F5}, [&bench, shown] {
        shown();
        bench.replaying() ? bench.proceed() : bench.train();
    });
    m_actions.add(QStringLiteral("run.pause"), tr("Pause"), group, {}, [&bench] { bench.pause(); });
    m_actions.add(QStringLiteral("run.step"), tr("Train a single step"), group, {Qt::Key_Period}, [&bench, shown] {
        shown();
        if (bench.travel().away())
            bench.travel().goTo(*bench.travel().step() + 1);
        else
            bench.singleStep();
    });
    m_actions.add(QStringLiteral("time.back"), tr("Go back one step"), group, {Qt::Key_Comma}, [&bench] {
        if (const models::RunModel* run = bench.front())
            bench.travel().goTo(run->shownStep().value_or(run->step()) - 1);
    });
    m_actions.add(QStringLiteral("time.live"), tr("Back to the newest step"), group, {Qt::CTRL | Qt::Key_End},
                  [&bench] { bench.travel().goLive(); });
    m_actions.add(QStringLiteral("time.branch"), tr("Go on from the shown step"), group, {Qt::CTRL | Qt::Key_B},
                  [&bench] { bench.travel().branch(); });
    using Kind = bridge::Finder::Kind;
    m_actions.add(QStringLiteral("find.rate"), tr("Test a range of learning rates"), group, {Qt::CTRL | Qt::Key_R},
                  [&bench] { bench.finder().start(Kind::Rate); });
    m_actions.add(QStringLiteral("find.batch_size"), tr("Find a batch size that is fast and fits"), group, {},
                  [&bench] { bench.finder().start(Kind::BatchSize); });
    m_actions.add(QStringLiteral("run.check"), tr("Check a replay certificate…"), group, {}, [this] {
        const QString file =
            QFileDialog::getOpenFileName(&m_window, tr("Check a certificate"), {}, tr("Certificates (*.json)"));
        if (file.isEmpty())
            return;
        auto* page = m_window.findChild<pages::CertificateDialog*>(QStringLiteral("certificatePage"));
        (page ? page : new pages::CertificateDialog(&m_window))->check(file);
    });
    m_actions.add(QStringLiteral("run.stop"), tr("Stop and keep the run resumable"), group, {Qt::SHIFT | Qt::Key_F5},
                  [&bench] { bench.stop(); });
    m_actions.add(QStringLiteral("run.toggle"), tr("Pause or go on"), group, {Qt::Key_Space}, [this, &bench] {
        if (bench.training() || bench.replaying())
            bench.paused() ? bench.proceed() : bench.pause();
        else if (m_window.page() == QLatin1String("train"))
            bench.train();
    });
    m_actions.add(QStringLiteral("run.resume"), tr("Resume the run in front"), group, {}, [&bench, shown] {
        shown();
        bench.resumeRun(bench.front()->folder());
    });
    m_actions.add(QStringLiteral("run.replay"), tr("Play the run in front again"), group, {}, [&bench, shown] {
        shown();
        bench.replay(8);
    });
    m_actions.add(QStringLiteral("run.python"), tr("Copy the lines that read this run in Python"), group, {},
                  [this] { copyPython(); });
}

void WindowActions::addTransfer()
{
    const QString group = tr("Run");
    auto& bench = m_window.workbench();
    m_actions.add(QStringLiteral("run.publish"), tr("Publish the model of the run in front…"), group, {},
                  [this, &bench] {
                      auto* runs = m_window.findChild<pages::RunsPage*>();
                      if (runs && bench.front() && !bench.front()->folder().isEmpty())
                          runs->publishing()->come(bench.front()->folder().toStdString());
                  });
    m_actions.add(QStringLiteral("model.start_from"), tr("Start from a model of the hub…"), group, {}, [this] {
        m_window.showPage(QStringLiteral("model"));
        if (auto* dialog = m_window.findChild<pages::StartFromDialog*>())
            dialog->come();
    });
}

void WindowActions::addView()
{
    int place = 0;
    for (const PageEntry& entry : pageEntries())
        m_actions.add(QStringLiteral("page.") + entry.name, tr("Go to %1").arg(entry.title), tr("Page"),
                      {QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + place++))},
                      [this, name = entry.name] { m_window.showPage(name); });
    const std::tuple<QString, QString, QString> sections[] = {
        {QStringLiteral("learn"), QStringLiteral("experiments"), tr("Go to Learn: experiments")},
        {QStringLiteral("learn"), QStringLiteral("problems"), tr("Go to Learn: common problems")},
        {QStringLiteral("learn"), QStringLiteral("failures"), tr("Go to Learn: failures")},
        {QStringLiteral("debug"), QStringLiteral("findings"), tr("Go to Debug: findings")},
        {QStringLiteral("debug"), QStringLiteral("bench"), tr("Go to Debug: rule bench")},
        {QStringLiteral("debug"), QStringLiteral("profiler"), tr("Go to Debug: profiler")},
        {QStringLiteral("debug"), QStringLiteral("ranks"), tr("Go to Debug: ranks")}};
    for (const auto& [page, part, title] : sections)
        m_actions.add(page + QLatin1Char('.') + part, title, tr("Page"), {}, [this, page = page, part = part] {
            m_window.showPage(page);
            m_window.pageWidget()->showSection(part);
        });
    const QString group = tr("View");
    m_actions.add(QStringLiteral("view.palette"), tr("Find any action"), group, {Qt::CTRL | Qt::Key_K},
                  [this] { m_window.commandPalette().summon(); });
    m_actions.add(QStringLiteral("view.presenter"), tr("Presenter mode"), group, {Qt::Key_F11},
                  [this] { m_window.setPresenter(!m_window.presenter()); });
    m_actions.add(QStringLiteral("view.inspector"), tr("Show or hide the inspector"), group, {Qt::CTRL | Qt::Key_I},
                  [this] { m_window.inspector().setVisible(m_window.inspector().isHidden()); });
    m_actions.add(QStringLiteral("view.light"), tr("Light theme"), group, {},
                  [this] { m_window.setScheme(Scheme::Light); });
    m_actions.add(QStringLiteral("view.dark"), tr("Dark theme"), group, {},
                  [this] { m_window.setScheme(Scheme::Dark); });
    m_actions.add(QStringLiteral("view.system"), tr("Theme of the desktop"), group, {},
                  [this] { m_window.setScheme(Scheme::System); });
    m_actions.add(QStringLiteral("view.dismiss"), tr("Dismiss the notice"), group, {Qt::CTRL | Qt::Key_Backspace},
                  [this] { m_window.notices().dismiss(); });
    m_actions.add(QStringLiteral("window.close"), tr("Close the window"), group, {QKeySequence::Quit},
                  [this] { m_window.close(); });
}

void WindowActions::addSources()
{
    m_actions.addSource([this] {
        std::vector<Actions::Entry> entries;
        for (const models::Card& card : samples())
            if (!card.runs.empty())
                entries.push_back({card.title, tr("Sample"), [this, &card] {
                                       m_window.workbench().document().open(card.runs.front().experiment);
                                       m_window.showPage(QStringLiteral("train"));
                                   }});
        for (const QString& file : m_window.m_settings.recent())
            entries.push_back(
                {file.section(QLatin1Char('/'), -1), tr("Recent"), [this, file] { m_window.openPath(file); }});
        return entries;
    });
}

void WindowActions::refresh()
{
    auto& bench = m_window.workbench();
    const bool busy = bench.training() || bench.replaying();
    const auto enable = [this](const char* id, bool on) { m_actions.find(QLatin1String(id))->setEnabled(on); };
    enable("run.play", !busy || bench.paused());
    enable("run.pause", busy && !bench.paused());
    const bool away = bench.travel().away();
    enable("run.step", away || !busy || bench.paused());
    enable("time.back", bench.front() && bench.front()->step() > 0);
    enable("time.live", away);
    enable("time.branch", away);
    enable("run.stop", busy);
    const models::RunModel* run = bench.front();
    using core::events::RunState;
    enable("run.resume", run && !busy && (run->state() == RunState::Interrupted || run->state() == RunState::Stopped));
    enable("run.replay", run && !busy);
    enable("run.python", run && !run->folder().isEmpty());
    m_actions.find(QStringLiteral("run.play"))->setText(bench.paused() ? tr("Go on") : tr("Train"));
    const QUndoStack* undo = bench.document().undoStack();
    enable("edit.undo", undo->canUndo());
    enable("edit.redo", undo->canRedo());
    m_actions.find(QStringLiteral("edit.undo"))
        ->setText(undo->canUndo() ? tr("Undo: %1").arg(undo->undoText()) : tr("Undo"));
    m_actions.find(QStringLiteral("edit.redo"))
        ->setText(undo->canRedo() ? tr("Redo: %1").arg(undo->redoText()) : tr("Redo"));
}

void WindowActions::undo(bool forward)
{
    auto& bench = m_window.workbench();
    auto& document = bench.document();
    QString touched;
    const auto watching = connect(&document, &bridge::ExperimentDocument::changed, this,
                                  [&touched](const QString& path) { touched = path; });
    forward ? document.undoStack()->redo() : document.undoStack()->undo();
    disconnect(watching);
    if (!bench.training() || touched.isEmpty() || document.problemAt(touched))
        return;
    // A going run follows the undoing of a live edit too.
    const std::string path = touched.toStdString();
    const auto* field = core::spec::fieldAt(core::spec::experimentFields().schema(), document.resolved(), path,
                                            core::session::catalog());
    const core::base::Value* now = document.resolved().at(path);
    if (field && field->live && now)
        bench.edit(touched, *now);
}

void WindowActions::fillMenu(QMenu& menu)
{
    const auto put = [&](const char* id) { menu.addAction(m_actions.find(QLatin1String(id))); };
    put("experiment.new");
    put("experiment.open");
    put("experiment.open_folder");
    QMenu* recent = menu.addMenu(tr("Open recent"));
    for (const QString& file : m_window.m_settings.recent())
        recent->addAction(file, &m_window, [this, file] { m_window.openPath(file); });
    recent->setEnabled(!recent->isEmpty());
    QMenu* cards = menu.addMenu(tr("Samples"));
    for (const models::Card& card : samples())
        if (!card.runs.empty())
            cards->addAction(card.title, &m_window, [this, &card] {
                m_window.workbench().document().open(card.runs.front().experiment);
                m_window.showPage(QStringLiteral("train"));
            });
    cards->setEnabled(!cards->isEmpty());
    menu.addSeparator();
    put("experiment.save");
    put("experiment.save_as");
    put("experiment.rename");
    menu.addSeparator();
    put("edit.undo");
    put("edit.redo");
    menu.addSeparator();
    put("window.close");
}

void WindowActions::openFile()
{
    const QString file = QFileDialog::getOpenFileName(
        &m_window, tr("Open an experiment, a run or data"), {},
        tr("Experiments, runs and data (*.json *.csv *.tsv *.txt *.gz *.h5 *ubyte);;All files (*)"));
    if (!file.isEmpty())
        m_window.openPath(file);
}

void WindowActions::openFolder()
{
    const QString folder = QFileDialog::getExistingDirectory(&m_window, tr("Open a run or a folder of data"),
                                                             m_window.workbench().runsFolder());
    if (!folder.isEmpty())
        m_window.openPath(folder);
}

bool WindowActions::save(bool as)
{
    auto& document = m_window.workbench().document();
    QString file = document.file();
    // What comes with the program is not written over.
    if (as || file.isEmpty() || file.startsWith(QLatin1Char(':'))) {
        const QString name = document.name().isEmpty() ? QStringLiteral("my") : document.name();
        file = QFileDialog::getSaveFileName(&m_window, tr("Save the experiment"),
                                            name + QStringLiteral(".experiment.json"), experimentFilter);
    }
    if (file.isEmpty())
        return false;
    if (auto saved = document.saveAs(file); !saved) {
        m_window.notices().tell(saved.error());
        return false;
    }
    m_window.m_settings.addRecent(file);
    refresh();
    return true;
}

void WindowActions::copyPython()
{
    const models::RunModel* run = m_window.workbench().front();
    QGuiApplication::clipboard()->setText(
        QStringLiteral("import h5py\nrun = h5py.File(\"%1/run.h5\", \"r\", libver=\"latest\", swmr=True)\n"
                       "loss = run[\"/scalars/train/loss/value\"][:]\n")
            .arg(run->folder()));
}

}
