// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QObject>

#include <functional>
#include <vector>

namespace ui::shell {

/// Everything a person can do, once: the palette, the shortcuts and the buttons are made from here.
class Actions final : public QObject {
    Q_OBJECT

public:
    /// Shortcuts work in the window of `home`.
    explicit Actions(QWidget& home);

    /// `id` is stable (`train.pause`); `text` begins with a verb where it can.
    QAction* add(const QString& id, const QString& text, const QString& group, const QList<QKeySequence>& shortcuts,
                 std::function<void()> run);
    QAction* find(const QString& id) const;
    const std::vector<QAction*>& all() const { return m_actions; }

    /// Things to do that come and go: samples, recent experiments. Asked when the palette opens.
    struct Entry {
        QString text, group;
        std::function<void()> run;
    };
    using Source = std::function<std::vector<Entry>()>;
    void addSource(Source source) { m_sources.push_back(std::move(source)); }
    std::vector<Entry> entries() const;

protected:
    /// A plain key belongs to the widget that types or toggles with it before it is a shortcut.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget& m_home;
    std::vector<QAction*> m_actions;
    std::vector<Source> m_sources;
};

}
