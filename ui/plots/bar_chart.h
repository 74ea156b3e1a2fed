// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/plot_specs.h"

#include <QStringList>
#include <QWidget>

#include <vector>

namespace ui::plots {

/// One colour of the bars: a split, a class.
struct BarSeries {
    QString name;
    std::vector<double> values;
    int color = 0;       ///< index into the theme's run colours
    bool hollow = false; ///< outline only, so that splits differ without colour too
};

/// Bars for categories (class balance per split) or for bins (histograms), with tooltips that give the numbers.
class BarChart final : public QWidget {
    Q_OBJECT

public:
    explicit BarChart(QWidget* parent = nullptr);

    void setTitle(const QString& title, const QString& subtitle = {});
    /// One group of bars a category; horizontal bars are for long names.
    void setBars(const QStringList& categories, std::vector<BarSeries> series, Qt::Orientation bars = Qt::Vertical);
    /// `edges` holds one number more than each series has values; the series are laid over each other.
    void setHistogram(std::vector<double> edges, std::vector<BarSeries> series, const QString& unit = {});
    void clear();
    void setLogCount(bool on);
    void setEmptyText(const QString& text);
    /// What the tooltip says of bar `bar` of `series`.
    QString describe(int series, int bar) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Bar {
        int series = 0, index = 0;
        QRectF rect, reach; ///< what is painted; what answers to the pointer
    };
    struct Plan {
        QRectF plot;
        std::vector<Bar> bars;
        double top = 1;
    };
    Plan plan() const;
    void planGroups(Plan& plan) const;
    void planBins(Plan& plan) const;
    double height(double value, double top) const;
    double legendWidth() const;
    bool legendBelow() const;
    void paintTitle(QPainter& painter) const;
    void paintScale(QPainter& painter, const Plan& plan) const;
    void paintNames(QPainter& painter, const Plan& plan) const;

    QString m_title, m_subtitle, m_unit, m_emptyText;
    QStringList m_categories;
    std::vector<double> m_edges;
    std::vector<BarSeries> m_series;
    Qt::Orientation m_orientation = Qt::Vertical;
    bool m_logCount = false;
    int m_hoverSeries = -1, m_hoverBar = -1;
};

}
