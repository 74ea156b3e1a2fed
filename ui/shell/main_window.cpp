// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_window.h"

#include "ui/models/progress_text.h"
#include "ui/pages/finder_dialog.h"
#include "ui/pages/page.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/inspector.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/opener.h"
#include "ui/shell/pages.h"
#include "ui/shell/rail.h"
#include "ui/shell/status_line.h"
#include "ui/shell/time_bar.h"
#include "ui/shell/top_bar.h"
#include "ui/shell/window_actions.h"

#include <QApplication>
#include <QCloseEvent>
#include <QGridLayout>
#include <QMessageBox>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QScreen>

#include <algorithm>

namespace ui::shell {

using style::Scheme;
using style::theme;

namespace {

constexpr double presenterScale = 1.6;
constexpr QSize usualSize(1280, 800);

}

MainWindow::MainWindow(const WindowOptions& options)
    : m_settings(options.remember),
      m_bench(options.runsFolder),
      m_actions(*this),
      m_todo(new WindowActions(*this)),
      m_rail(new Rail(this)),
      m_topBar(new TopBar(m_bench, m_actions, this)),
      m_notices(new NoticeBar(this)),
      m_stack(new QStackedWidget(this)),
      m_timeBar(new TimeBar(m_bench, this)),
      m_inspector(new Inspector(m_bench, this)),
      m_status(new StatusLine(m_bench, this)),
      m_palette(new CommandPalette(m_actions, this))
{
    setAcceptDrops(true);
    setMinimumSize(800, 560);
    // The keyboard begins nowhere: keys are the window's until somebody goes into a field.
    setFocusPolicy(Qt::ClickFocus);
    setFocus();
    m_topBar->setMenuMaker([this](QMenu& menu) { m_todo->fillMenu(menu); });
    int place = 1;
    for (const PageEntry& entry : pageEntries())
        m_rail->addPage(entry.name, entry.title, entry.icon, tr("%1  Ctrl+%2").arg(entry.title).arg(place++));
    this->place();
    wire();
    restore();
}

MainWindow::~MainWindow()
{
    // Pages let go of the runs before the workbench drops them.
    delete m_todo;
    m_inspector->show(nullptr);
    while (QWidget* page = m_stack->widget(0))
        delete page;
}

void MainWindow::place()
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(0);
    grid->addWidget(m_rail, 0, 0, 4, 1);
    grid->addWidget(m_topBar, 0, 1);
    grid->addWidget(m_notices, 1, 1);
    grid->addWidget(m_stack, 2, 1);
    grid->addWidget(m_timeBar, 3, 1);
    grid->addWidget(m_inspector, 0, 2, 4, 1);
    grid->addWidget(m_status, 4, 0, 1, 3);
    grid->setColumnStretch(1, 1);
    grid->setRowStretch(2, 1);
    m_palette->raise();
    new pages::FinderDialog(m_bench, this); // comes up by itself when something is looked for
}

void MainWindow::wire()
{
    connect(m_rail, &Rail::pageChosen, this, &MainWindow::showPage);
    connect(m_rail, &Rail::paletteAsked, m_palette, &CommandPalette::summon);
    connect(m_rail, &Rail::themeAsked, this, [this] { setScheme(theme().dark ? Scheme::Light : Scheme::Dark); });
    connect(&m_bench, &bridge::Workbench::trouble, m_notices, &NoticeBar::tell);
    connect(&m_bench, &bridge::Workbench::pageRequested, this, &MainWindow::showPage);
    connect(&m_bench, &bridge::Workbench::stateChanged, this, &MainWindow::tellOfRun);
    connect(&m_bench, &bridge::Workbench::advanced, this, &MainWindow::tellOfRun);
    const auto name = [this] {
        const QString title = models::experimentTitle(m_bench.document().name(), m_bench.document().resolved());
        setWindowTitle(m_bench.document().modified() ? tr("%1 (changed) – Descent").arg(title)
                                                     : tr("%1 – Descent").arg(title));
    };
    connect(&m_bench.document(), &bridge::ExperimentDocument::changed, this, name);
    name();
}

void MainWindow::restore()
{
    style::setTheme(m_settings.scheme());
    resize(usualSize);
    if (const QByteArray geometry = m_settings.geometry(); !geometry.isEmpty())
        restoreGeometry(geometry);
    if (const auto given = m_settings.experiment())
        m_bench.document().open(*given, m_settings.experimentFile());
    const QString page = m_settings.page();
    showPage(pageNames().contains(page) ? page : pageNames().front());
}

void MainWindow::remember()
{
    m_settings.setGeometry(saveGeometry());
    m_settings.setPage(m_page);
    m_settings.setScheme(style::currentScheme());
    m_settings.setExperiment(m_bench.document().given(), m_bench.document().file());
}

// --- Pages

void MainWindow::showPage(const QString& name)
{
    const auto& entries = pageEntries();
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const PageEntry& e) { return e.name == name; });
    if (entry == entries.end())
        return;
    auto* page = m_stack->findChild<pages::Page*>(name, Qt::FindDirectChildrenOnly);
    if (!page) {
        page = entry->make(m_bench, m_stack);
        page->setObjectName(name);
        m_stack->addWidget(page);
    }
    m_page = name;
    m_stack->setCurrentWidget(page);
    m_rail->setCurrent(name);
    m_inspector->show(page);
}

pages::Page* MainWindow::pageWidget() const
{
    return static_cast<pages::Page*>(m_stack->currentWidget());
}

bool MainWindow::openPath(const QString& what)
{
    const auto opened = open(m_bench, what);
    if (!opened) {
        m_notices->tell(opened.error());
        return false;
    }
    if (*opened == OpenedAs::Experiment)
        m_settings.addRecent(m_bench.document().file());
    showPage(pageFor(*opened));
    return *opened != OpenedAs::Study || pageWidget()->showSection(what);
}

// --- Looks

void MainWindow::setScheme(Scheme scheme)
{
    style::setTheme(scheme, m_presenter ? presenterScale : 1);
    m_settings.setScheme(scheme);
    update();
}

void MainWindow::setPresenter(bool on, bool fillScreen)
{
    if (m_presenter == on)
        return;
    m_presenter = on;
    for (QWidget* part : {static_cast<QWidget*>(m_rail), static_cast<QWidget*>(m_inspector),
                          static_cast<QWidget*>(m_timeBar), static_cast<QWidget*>(m_status)})
        part->setVisible(!on);
    style::setTheme(style::currentScheme(), on ? presenterScale : 1);
    // Full screen must not make the window smaller than it was.
    const QSize screenSize = screen()->size();
    if (!on && isFullScreen())
        showNormal();
    else if (on && fillScreen && isVisible() && screenSize.width() >= width() && screenSize.height() >= height())
        showFullScreen();
}

void MainWindow::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), theme().ground);
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && m_presenter)
        setPresenter(false);
    else
        QWidget::keyPressEvent(event);
}

void MainWindow::tellOfRun()
{
    const models::RunModel* run = m_bench.front();
    if (run != m_toldOf) {
        m_toldOf = run;
        m_told = run && !run->live() ? run->notices().size() : 0;
    }
    if (!run || !m_bench.training()) {
        // What a run failed with is told once, while it is still the one that was training.
        const bool failed = run && run->finished() && run->finished()->state == core::events::RunState::Failed;
        if (failed && m_told != SIZE_MAX)
            m_notices->tell(run->finished()->error);
        if (failed)
            m_told = SIZE_MAX;
        return;
    }
    for (; m_told < run->notices().size(); ++m_told)
        m_notices->tell(run->notices()[m_told].error);
}

// --- The end

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (m_bench.training() && !m_closing) {
        event->ignore();
        askBeforeClosing();
        return;
    }
    remember();
    event->accept();
}

void MainWindow::askBeforeClosing()
{
    if (m_question)
        return;
    const models::RunModel* run = m_bench.front();
    m_question = new QMessageBox(QMessageBox::Question, tr("A run is training"),
                                 tr("A run is training. What should become of it?"), QMessageBox::NoButton, this);
    m_question->setAttribute(Qt::WA_DeleteOnClose);
    if (run)
        m_question->setInformativeText(
            tr("%1 is at %2. A stopped run goes on later from where it was.").arg(run->id(), models::stepText(*run)));
    auto* stop = m_question->addButton(tr("Stop and keep resumable"), QMessageBox::AcceptRole);
    auto* keep = m_question->addButton(tr("Keep training without a window"), QMessageBox::DestructiveRole);
    auto* cancel = m_question->addButton(tr("Cancel"), QMessageBox::RejectRole);
    stop->setObjectName(QStringLiteral("stop"));
    keep->setObjectName(QStringLiteral("keep"));
    cancel->setObjectName(QStringLiteral("cancel"));
    m_question->setDefaultButton(stop);
    m_question->setEscapeButton(cancel);
    connect(m_question, &QMessageBox::buttonClicked, this, [this, stop, keep](QAbstractButton* chosen) {
        m_question = nullptr;
        if (chosen == stop)
            m_bench.stop();
        else if (chosen == keep) {
            if (m_bench.paused())
                m_bench.proceed();
            QApplication::setQuitOnLastWindowClosed(false);
            hide();
        } else
            return;
        closeWhenEnded();
    });
    m_question->open();
}

void MainWindow::closeWhenEnded()
{
    const auto end = [this] {
        if (m_bench.training() || m_closing)
            return;
        m_closing = true;
        const bool hidden = isHidden();
        close();
        if (hidden)
            QApplication::quit();
    };
    connect(&m_bench, &bridge::Workbench::stateChanged, this, end, Qt::QueuedConnection);
    end();
}

// --- Dropped files

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().front().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QString what = event->mimeData()->urls().front().toLocalFile();
    event->acceptProposedAction();
    openPath(what);
}

}
