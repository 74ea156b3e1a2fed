// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/points_view.h"

#include "ui/bridge/data_desk.h"
#include "ui/plots/surface_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::base::Array;
using core::session::CellRole;
using core::session::DataView;
using core::session::Point;

PointsView::PointsView(bridge::DataDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_desk(desk),
      m_plot(new plots::SurfacePlot(this)),
      m_tools(new QHBoxLayout)
{
    m_plot->setScaleShown(false);
    m_plot->setAccessibleName(tr("Rows as points"));
    m_tools->setSpacing(4);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(m_tools);
    column->addWidget(m_plot, 1);
    connect(m_plot, &plots::SurfacePlot::stroke, this, &PointsView::stroke);
}

void PointsView::setView(std::shared_ptr<const DataView> view)
{
    m_view = std::move(view);
    m_painted.clear();
    m_erased.clear();
    m_points.clear();
    if (!m_view)
        return;
    for (const Point& point : m_view->points())
        if (point.split != core::data::SplitName::Test)
            m_points.push_back(point);
    const auto& info = m_view->info();
    QStringList classes;
    for (const std::string& name : info.classes)
        classes << QString::fromStdString(name);
    m_plot->setClasses(classes);
    m_plot->setFeatures(QString::fromStdString(info.features.empty() ? "x" : info.features[0]),
                        QString::fromStdString(info.features.size() < 2 ? "y" : info.features[1]));
    makeTools();
    showPoints();
}

void PointsView::makeTools()
{
    while (QLayoutItem* item = m_tools->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    m_tools->addWidget(new style::Label(tr("Paint"), style::Tone::Muted, this));
    const auto add = [this](const QString& text, int tool, const QString& tip) {
        auto* button = new QPushButton(text, this);
        button->setProperty("flat", true);
        button->setCheckable(true);
        button->setChecked(tool == m_tool);
        button->setToolTip(tip);
        connect(button, &QPushButton::clicked, this, [this, tool](bool on) { setTool(on ? tool : -2); });
        m_tools->addWidget(button);
    };
    const auto& classes = m_view->info().classes;
    for (std::size_t c = 0; c < std::min<std::size_t>(classes.size(), 6); ++c)
        add(QString::fromStdString(classes[c]), int(c),
            tr("Press and drag over the plane: points of this class are added to the data"));
    add(tr("Eraser"), -1, tr("Press and drag over points to leave them out of the data"));
    m_tools->addStretch();
}

void PointsView::setTool(int tool)
{
    m_tool = tool;
    m_plot->setDrawing(tool > -2);
    if (m_view)
        makeTools();
}

void PointsView::showPoints()
{
    std::vector<plots::SurfacePoint> shown;
    for (const auto* points : {&m_points, &m_painted})
        for (const Point& point : *points)
            if (std::find(m_erased.begin(), m_erased.end(), point.row) == m_erased.end() || points == &m_painted)
                shown.push_back({point.x, point.y, point.target, point.split == core::data::SplitName::Validation});
    m_plot->setPoints(std::move(shown));
}

void PointsView::stroke(double x, double y, int point, bool begins, bool ends)
{
    if (begins) {
        m_painted.clear();
        m_erased.clear();
    }
    if (m_tool >= 0) {
        // A point every so often along the stroke, not one a pixel.
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (const Point& other : m_points) {
            low = std::min(low, double(other.x));
            high = std::max(high, double(other.x));
        }
        const double apart = high > low ? (high - low) / 40 : 0;
        const bool far =
            m_painted.empty() || std::hypot(x - double(m_painted.back().x), y - double(m_painted.back().y)) >= apart;
        if (far && !(ends && !m_painted.empty()))
            m_painted.push_back({float(x), float(y), m_tool, core::data::SplitName::Train, -1});
    } else if (m_tool == -1 && point >= 0) {
        // Places in the plot leave out what was erased before.
        int place = -1;
        for (const Point& other : m_points) {
            place += std::find(m_erased.begin(), m_erased.end(), other.row) == m_erased.end();
            if (place == point) {
                m_erased.push_back(other.row);
                break;
            }
        }
    }
    showPoints();
    if (ends)
        finish();
}

void PointsView::finish()
{
    if (!m_erased.empty()) {
        m_desk.dropRows(std::exchange(m_erased, {}));
        return;
    }
    if (m_painted.empty() || !m_view)
        return;
    const auto& info = m_view->info();
    Array rows;
    for (const Point& point : std::exchange(m_painted, {}))
        rows.push_back(Array{double(point.x), double(point.y), info.classes[std::size_t(point.target)]});
    m_desk.addRows({info.features[0], info.features[1], info.target}, std::move(rows));
}

}
