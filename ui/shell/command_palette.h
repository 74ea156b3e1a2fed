// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/shell/actions.h"

#include <QFrame>
#include <QPointer>

class QLineEdit;
class QListWidget;

namespace ui::shell {

/// Finds every action by a few of its letters: type, up and down, Enter. Esc or a click beside it closes it.
class CommandPalette final : public QFrame {
    Q_OBJECT

public:
    CommandPalette(Actions& actions, QWidget* window);

    /// Shows it over the upper middle of the window.
    void summon();
    /// What stands in the list now, best match first.
    QStringList shown() const;
    QLineEdit* input() const { return m_input; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void collect();
    void filter(const QString& text);
    void run();
    void place();

    struct Item {
        QString text, group, shortcut;
        bool enabled = true;
        std::function<void()> run;
    };
    Actions& m_actions;
    QLineEdit* m_input;
    QListWidget* m_list;
    std::vector<Item> m_items;
    QPointer<QWidget> m_before; ///< had the keyboard
};

/// How well `text` matches typed letters in order, higher is better; negative: not at all. Beginnings of words count
/// most.
int matchScore(const QString& text, const QString& typed);

}
