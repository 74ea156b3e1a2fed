// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

class QPainter;

namespace ui::plots {

/// What happened over the time of a run, in lanes under one axis: what the time went into, and figures of the machine.
/// The wheel zooms about the pointer, dragging moves, a double click shows all, and the pointer tells of all lanes.
class ProfileTimeline final : public QWidget {
    Q_OBJECT

public:
    /// Some steps in a row; times are seconds since the run began.
    struct Block {
        double time = 0, seconds = 0;
        std::vector<double> phases;
        qint64 step = 0, count = 0;
    };
    struct Line {
        QString name; ///< `core 0`
        std::vector<double> values;
    };
    /// Figures at setSamples()' times.
    struct Lane {
        QString title, unit;
        double most = 0; ///< the top of its scale; 0: as the values want
        std::vector<Line> lines;
        QString tip = {};
    };

    explicit ProfileTimeline(QWidget* parent = nullptr);
    void setBlocks(std::vector<Block> blocks, std::vector<QString> phaseNames);
    void setSamples(std::vector<double> times, std::vector<Lane> lanes);
    const std::vector<Lane>& lanes() const { return m_lanes; }
    /// Where the time bar stands; nothing: live.
    void setMark(std::optional<double> time);
    /// Seconds from and to.
    std::pair<double, double> shown() const;
    double end() const;
    QString describe(double time) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {320, sizeHint().height()}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    double left() const;
    double laneTop(int lane) const;
    double timeAt(double x) const;
    double pixel(double time) const;
    void show(double from, double to);
    void paintPhases(QPainter& painter) const;
    void paintLane(QPainter& painter, int lane) const;
    void paintChip(QPainter& painter) const;

    std::vector<Block> m_blocks;
    std::vector<QString> m_phases;
    std::vector<double> m_times;
    std::vector<Lane> m_lanes;
    std::optional<std::pair<double, double>> m_range; ///< nothing: all
    std::optional<double> m_mark, m_pointer;          ///< seconds; pixels
    double m_grabbed = 0, m_grabbedFrom = 0, m_grabbedTo = 0;
};

}
