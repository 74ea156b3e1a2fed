// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <map>

class QStackedWidget;
class QPushButton;

namespace ui::bridge {
class SweepDesk;
class Workbench;
}

namespace ui::pages {

class SweepView;

/// The experiments that teach: a list, and a page for each.
class ExperimentsView final : public QWidget {
    Q_OBJECT

public:
    explicit ExperimentsView(bridge::Workbench& bench, QWidget* parent = nullptr);

    /// By its kind; false if there is none.
    bool open(const QString& kind);
    void close();
    /// nullptr while the list is shown.
    SweepView* shown() const;
    bridge::SweepDesk& desk() { return *m_desk; }
    /// For the inspector; nullptr while the list is shown.
    QWidget* panel() const;

Q_SIGNALS:
    void panelChanged();

private:
    QWidget* buildList();
    void tellProgress();

    bridge::Workbench& m_bench;
    bridge::SweepDesk* m_desk;
    QStackedWidget* m_stack;
    QPushButton* m_going; ///< which set trains, and how far it is
    std::map<QString, SweepView*> m_views;
};

}
