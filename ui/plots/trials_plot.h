// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/small_axes.h"
#include "ui/plots/trial_mark.h"

#include <QPolygonF>
#include <QWidget>

#include <vector>

namespace ui::plots {

/// Many trials in grey and one in the accent: their values as marks, or their curves. Those outside of a brush fade.
class TrialsPlot final : public QWidget {
    Q_OBJECT

public:
    /// How a trial's line ends; failed ones lie below the axis.
    using Mark = TrialMark;

    struct Item {
        qint64 trial = 0;
        QPolygonF points; ///< in rising x; one point is a mark alone
        Mark mark = Mark::Whole;
        QString value = {}; ///< at the end of its line when it is lit
    };
    struct Spec {
        QString title, xTitle;
        std::vector<Item> items;
        QPolygonF best = {};      ///< stairs: the best so far
        QPolygonF reference = {}; ///< dashed: what the lit trial was judged against
        ValueFormat format = ValueFormat::Number;
        bool logY = false;
        QString none = {}; ///< said where there are no items
    };

    explicit TrialsPlot(QWidget* parent = nullptr);
    void setSpec(Spec spec);
    const Spec& spec() const { return m_spec; }
    /// What the lit trial was judged against, and the trials that this came from, which stand out a little.
    void setReference(QPolygonF reference, std::vector<qint64> others = {});
    const std::vector<qint64>& others() const { return m_others; }
    void setLit(qint64 trial);
    qint64 lit() const { return m_lit; }
    /// Trials that a brush has left out.
    void setFaded(std::vector<qint64> trials);
    /// Where a trial's last point stands, for tests.
    QPointF placeOf(qint64 trial) const;
    /// Where the lit trial's name is written; empty where none is.
    QRectF nameRoom() const;
    QSize sizeHint() const override { return {420, 180}; }

Q_SIGNALS:
    void hovered(qint64 trial); ///< -1: none
    void chosen(qint64 trial);
    void opened(qint64 trial);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    SmallAxes axes() const;
    QPolygonF drawn(const Item& item, const SmallAxes& axes) const;
    qint64 trialAt(const QPointF& position) const;
    bool faded(qint64 trial) const;
    void paintItem(QPainter& painter, const SmallAxes& axes, const Item& item, bool lit) const;
    void paintStairs(QPainter& painter, const SmallAxes& axes) const;
    void paintName(QPainter& painter, const Item& item) const;

    Spec m_spec;
    qint64 m_lit = -1;
    std::vector<qint64> m_faded; ///< ascending
    std::vector<qint64> m_others;
};

}
