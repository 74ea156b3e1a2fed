// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/actions.h"

class QMenu;

namespace ui::shell {

class MainWindow;

/// Says once what can be done in the window: names, keys, and when it makes sense.
class WindowActions final : public QObject {
    Q_OBJECT

public:
    explicit WindowActions(MainWindow& window);
    /// The experiment's menu in the top bar.
    void fillMenu(QMenu& menu);

private:
    void addExperiment();
    void addRun();
    void addTransfer();
    void addView();
    void addSources();
    void refresh();
    void undo(bool forward);
    void openFile();
    void openFolder();
    bool save(bool as);
    void copyPython();

    MainWindow& m_window;
    Actions& m_actions;
};

}
