// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/small_axes.h"
#include "ui/plots/trial_mark.h"

#include <QImage>
#include <QPolygonF>
#include <QWidget>

#include <cmath>
#include <functional>
#include <optional>
#include <vector>

namespace ui::plots {

/// Trials over two axes that both go from 0 to 1, one of them lit; behind them lines, bands and a coloured field. Arrow
/// keys walk over the trials, Enter opens one.
class StudyPlot final : public QWidget {
    Q_OBJECT

public:
    struct Axis {
        QString title;
        std::vector<Tick> ticks; ///< at 0 … 1
    };
    struct Item {
        qint64 trial = 0;
        QPolygonF points; ///< one: a mark; two: a bar from the first to the second
        TrialMark mark = TrialMark::Whole;
        QString text = {};           ///< beside it while it is lit
        double shade = std::nan(""); ///< 0 … 1 on the sequential scale; NaN: grey
        bool strong = false;         ///< in the text's colour
    };
    struct Curve {
        QPolygonF points;
        QString name = {};
        int color = -1; ///< of a run; -1: the text's
        bool stairs = false, dashed = false;
        QPolygonF lower = {}, upper = {}; ///< a band around it
    };
    /// Row-major from the lower left.
    struct Field {
        int columns = 0, rows = 0;
        std::vector<float> values;
        double low = 0, high = 1; ///< ends of the colours
        QString lowText = {}, highText = {}, name = {};
        bool falling = false;                     ///< small values are bright
        std::function<QString(double)> told = {}; ///< a value in words; as a number without
    };
    /// A dashed line from edge to edge at x, and a ring on it where there is a y.
    struct Guide {
        double x = 0, y = std::nan("");
        QString name = {};
    };
    struct Spec {
        QString name, empty; ///< for a screen reader; what is said where there is nothing to show
        Axis x, y;
        std::vector<Item> items = {};
        std::vector<Curve> curves = {};
        Field field = {};
        std::vector<Guide> guides = {};
        bool picks = false; ///< a click beside the trials picks a place
    };

    explicit StudyPlot(QWidget* parent = nullptr);
    void setSpec(Spec spec);
    const Spec& spec() const { return m_spec; }
    void setLit(qint64 trial);
    qint64 lit() const { return m_lit; }
    void setFaded(std::vector<qint64> trials);
    /// Shown as a cross; nothing: none.
    void setPicked(std::optional<QPointF> place);
    /// In pixels: a place of the axes, and a trial's mark.
    QPointF placeOf(const QPointF& place) const;
    QPointF placeOfTrial(qint64 trial) const;
    QSize sizeHint() const override { return {520, 240}; }
    QSize minimumSizeHint() const override { return {200, 64}; }

Q_SIGNALS:
    void hovered(qint64 trial); ///< -1: none
    void chosen(qint64 trial);
    void opened(qint64 trial);
    void picked(QPointF place);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    SmallAxes axes() const;
    bool empty() const;
    bool faded(qint64 trial) const;
    bool hasScale() const;
    qint64 trialAt(const QPointF& position) const;
    void makeImage();
    void paintField(QPainter& painter, const SmallAxes& axes) const;
    void paintScale(QPainter& painter, const SmallAxes& axes) const;
    void paintCurve(QPainter& painter, const Curve& curve) const;
    void paintCurveNames(QPainter& painter, const SmallAxes& axes) const;
    void paintGuide(QPainter& painter, const SmallAxes& axes, const Guide& guide) const;
    void paintItem(QPainter& painter, const Item& item, bool lit) const;
    void paintText(QPainter& painter, const SmallAxes& axes, const Item& item) const;
    QPolygonF mapped(const QPolygonF& points) const;

    Spec m_spec;
    QImage m_image;
    std::vector<QPolygonF> m_lines; ///< of equal value, in cells
    qint64 m_lit = -1;
    std::vector<qint64> m_faded; ///< ascending
    std::optional<QPointF> m_picked;
};

}
