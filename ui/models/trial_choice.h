// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <set>

namespace ui::models {

/// Which trial is meant in all views of a study at once, and which ones a brush has left.
class TrialChoice final : public QObject {
    Q_OBJECT

public:
    static constexpr qint64 none = -1;

    using QObject::QObject;

    qint64 chosen() const { return m_chosen; }
    qint64 hovered() const { return m_hovered; }
    /// The one that is lit: under the mouse, else the chosen one.
    qint64 lit() const { return m_hovered != none ? m_hovered : m_chosen; }
    bool brushed() const { return m_brushed; }
    bool inBrush(qint64 trial) const { return !m_brushed || m_inside.count(trial) > 0; }
    std::size_t inside() const { return m_inside.size(); }

    void choose(qint64 trial)
    {
        if (trial == m_chosen)
            return;
        m_chosen = trial;
        Q_EMIT chosenChanged();
        Q_EMIT litChanged();
    }
    void hover(qint64 trial)
    {
        if (trial == m_hovered)
            return;
        m_hovered = trial;
        Q_EMIT litChanged();
    }
    void brush(bool on, std::set<qint64> inside)
    {
        if (on == m_brushed && inside == m_inside)
            return;
        m_brushed = on;
        m_inside = std::move(inside);
        Q_EMIT brushChanged();
    }

Q_SIGNALS:
    void chosenChanged();
    void litChanged();
    void brushChanged();

private:
    qint64 m_chosen = none, m_hovered = none;
    bool m_brushed = false;
    std::set<qint64> m_inside;
};

}
