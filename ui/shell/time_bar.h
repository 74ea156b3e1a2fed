// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPushButton;

namespace ui::bridge {
class Workbench;
}

namespace ui::shell {

/// The steps of the run in front on one axis for the whole window: how far it is, its checkpoints, edits, branches and
/// best step. Dragged back, every page shows that step, and another future can begin there.
class TimeBar final : public QWidget {
    Q_OBJECT

public:
    explicit TimeBar(bridge::Workbench& bench, QWidget* parent = nullptr);
    /// What stands under the pointer at `x`: `checkpoint at step 400`; empty if nothing does.
    QString describe(double x) const;
    /// Where a step stands, in the widget's pixels: for tests.
    QPointF placeOf(double step) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Axis {
        double left = 0, right = 1, y = 0, steps = 1;
        double x(double step) const { return left + (right - left) * step / steps; }
    };
    Axis axis() const;
    double widestText() const;
    void refit();
    void refresh();
    void placeButtons();
    bool onAxis(const QPointF& point) const;
    void dragTo(double x);
    double shownStep() const;
    void paintEmpty(QPainter& painter) const;
    void paintTexts(QPainter& painter, const Axis& axis) const;
    void paintAxis(QPainter& painter, const Axis& axis) const;
    void paintMarks(QPainter& painter, const Axis& axis) const;
    void paintBranches(QPainter& painter, const Axis& axis) const;
    void paintHandle(QPainter& painter, const Axis& axis) const;

    bridge::Workbench& m_bench;
    QPushButton* m_goOn;
    QPushButton* m_live;
    bool m_dragging = false;
};

}
