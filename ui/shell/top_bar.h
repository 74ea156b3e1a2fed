// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/actions.h"

#include <QAbstractButton>

class QMenu;

namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::shell {

class NameButton;

/// What is in front and how it goes: experiment, device, the four keys of a player, how far and how long.
class TopBar final : public QWidget {
    Q_OBJECT

public:
    TopBar(bridge::Workbench& bench, Actions& actions, QWidget* parent = nullptr);
    /// What the experiment's menu holds is made anew each time it opens.
    void setMenuMaker(std::function<void(QMenu&)> fill) { m_fillMenu = std::move(fill); }
    void openMenu();
    /// The text at the right, without its emphasis.
    QString progressText() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void showNames();
    void showProgress();
    void openDevices();
    void fit();

    bridge::Workbench& m_bench;
    NameButton* m_name;
    NameButton* m_device;
    style::Label* m_progress;
    std::function<void(QMenu&)> m_fillMenu;
    double m_done = -1; ///< share of the run for the line; negative: nothing runs
};

/// Text that opens a menu.
class NameButton final : public QAbstractButton {
    Q_OBJECT

public:
    NameButton(bool strong, bool chevron, QWidget* parent);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_strong, m_chevron;
};

}
