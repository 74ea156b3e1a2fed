// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/workbench.h"
#include "ui/shell/actions.h"
#include "ui/shell/settings.h"

#include <QStackedWidget>

class QMessageBox;

namespace ui::pages {
class Page;
}

namespace ui::shell {

class CommandPalette;
class Inspector;
class NoticeBar;
class Rail;
class StatusLine;
class TimeBar;
class TopBar;
class WindowActions;

struct WindowOptions {
    QString runsFolder;
    bool remember = true; ///< take up where the last window was left, and remember this one
};

/// The frame: rail, top bar, page, inspector, time bar, status line. It places parts and passes on; what they do is
/// theirs.
class MainWindow final : public QWidget {
    Q_OBJECT

public:
    explicit MainWindow(const WindowOptions& options);
    ~MainWindow() override;

    bridge::Workbench& workbench() { return m_bench; }
    Actions& actions() { return m_actions; }
    CommandPalette& commandPalette() { return *m_palette; }
    Inspector& inspector() { return *m_inspector; }
    NoticeBar& notices() { return *m_notices; }
    TopBar& topBar() { return *m_topBar; }

    /// Makes the page when it is first seen.
    void showPage(const QString& name);
    QString page() const { return m_page; }
    pages::Page* pageWidget() const;
    /// An experiment, a run, or data; trouble is told in the bar. False if it could not be opened.
    bool openPath(const QString& what);
    void setScheme(style::Scheme scheme);
    void setPresenter(bool on, bool fillScreen = true);
    bool presenter() const { return m_presenter; }
    /// The question that a window with a going run asks before it closes; nullptr while it does not.
    QMessageBox* closeQuestion() const { return m_question; }

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    friend class WindowActions;
    void place();
    void wire();
    void restore();
    void remember();
    void askBeforeClosing();
    void closeWhenEnded();
    void tellOfRun();

    Settings m_settings;
    bridge::Workbench m_bench;
    Actions m_actions;
    WindowActions* m_todo;
    Rail* m_rail;
    TopBar* m_topBar;
    NoticeBar* m_notices;
    QStackedWidget* m_stack;
    TimeBar* m_timeBar;
    Inspector* m_inspector;
    StatusLine* m_status;
    CommandPalette* m_palette;
    QMessageBox* m_question = nullptr;
    QString m_page;
    const models::RunModel* m_toldOf = nullptr; ///< whose notices have been told, and how many
    std::size_t m_told = 0;
    bool m_presenter = false;
    bool m_closing = false;
};

}
