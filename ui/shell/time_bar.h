// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace ui::bridge {
class Workbench;
}

namespace ui::shell {

/// The steps of the run in front on one axis for the whole window: how far it is, its checkpoints, edits and best step.
class TimeBar final : public QWidget {
    Q_OBJECT

public:
    explicit TimeBar(bridge::Workbench& bench, QWidget* parent = nullptr);
    /// What stands under the pointer at `x`: `checkpoint at step 400`; empty if nothing does.
    QString describe(double x) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Axis {
        double left = 0, right = 1, y = 0, steps = 1;
        double x(double step) const { return left + (right - left) * step / steps; }
    };
    Axis axis() const;
    void refit();
    void paintEmpty(QPainter& painter) const;
    void paintTexts(QPainter& painter, const Axis& axis) const;
    void paintAxis(QPainter& painter, const Axis& axis) const;
    void paintMarks(QPainter& painter, const Axis& axis) const;

    bridge::Workbench& m_bench;
};

}
