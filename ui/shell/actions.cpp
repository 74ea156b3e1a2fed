// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/actions.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QWidget>

namespace ui::shell {

Actions::Actions(QWidget& home) : QObject(&home), m_home(home)
{
    qApp->installEventFilter(this);
}

QAction* Actions::add(const QString& id, const QString& text, const QString& group,
                      const QList<QKeySequence>& shortcuts, std::function<void()> run)
{
    auto* action = new QAction(text, this);
    action->setObjectName(id);
    action->setData(group);
    action->setShortcuts(shortcuts);
    action->setShortcutContext(Qt::WindowShortcut);
    connect(action, &QAction::triggered, this, std::move(run));
    m_home.addAction(action);
    m_actions.push_back(action);
    return action;
}

QAction* Actions::find(const QString& id) const
{
    for (QAction* action : m_actions)
        if (action->objectName() == id)
            return action;
    return nullptr;
}

std::vector<Actions::Entry> Actions::entries() const
{
    std::vector<Entry> all;
    for (const Source& source : m_sources)
        for (Entry& entry : source())
            all.push_back(std::move(entry));
    return all;
}

bool Actions::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::ShortcutOverride)
        return QObject::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const QWidget* focus = QApplication::focusWidget();
    const bool plain = !(key->modifiers() & ~Qt::ShiftModifier);
    const bool toggles = key->key() == Qt::Key_Space &&
                         (qobject_cast<const QAbstractButton*>(focus) || qobject_cast<const QComboBox*>(focus) ||
                          qobject_cast<const QAbstractItemView*>(focus));
    const bool types = key->key() < Qt::Key_Escape && qobject_cast<const QLineEdit*>(focus);
    if (plain && (toggles || types)) {
        event->accept();
        return true;
    }
    return QObject::eventFilter(watched, event);
}

}
