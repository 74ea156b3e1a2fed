// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/frames.h"

#include <QTimer>
#include <QWidget>

#include <optional>

namespace ui::pages {

/// A single step in slow motion: forward, backward and update appear one after another, each with what it gave, and
/// with a bar for each layer. Pointing at a bar names the layer.
class StepStrip final : public QWidget {
    Q_OBJECT

public:
    static constexpr int phases = 3, paceMs = 450;

    explicit StepStrip(QWidget* parent = nullptr);
    /// Nothing hides it.
    void setTrace(const core::events::StepTrace* trace, bool classifies);
    /// How many of the three are there by now.
    int revealed() const { return m_revealed; }
    /// What a phase says, as it stands there.
    QStringList lines(int phase) const;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Bar {
        QString tip;
        double share = 0; ///< of the longest one
    };
    std::vector<Bar> bars(int phase) const;
    QRectF block(int phase) const;
    QRectF barsArea(int phase) const;
    void paintPhase(QPainter& painter, int phase) const;
    QString tipAt(const QPointF& position) const;

    std::optional<core::events::StepTrace> m_trace;
    bool m_classifies = false;
    int m_revealed = 0;
    QTimer m_pace;
};

}
