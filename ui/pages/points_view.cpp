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

namespace {

constexpr const char* canvasClasses[] = {"1", "2", "3"};

}

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
    m_names.clear();
    for (const std::string& name : info.classes)
        m_names << QString::fromStdString(name);
    if (m_view->canvas()) {
        // Those that were painted come in the order of their first points; here each keeps its place.
        for (const char* name : canvasClasses)
            if (!m_names.contains(QLatin1String(name)))
                m_names << QLatin1String(name);
        m_names.sort();
        if (m_tool == -2)
            m_tool = 0;
        m_plot->setDrawing(true);
    }
    m_plot->setLeastReach(m_view->canvas() ? 1 : 0);
    m_plot->setEmptyText(tr("Paint points: press 1, 2, 3 to choose the class, then drag over the plane.\n"
                            "A few of each of two classes, and a network can learn them."));
    m_plot->setClasses(m_names);
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
    for (int c = 0; c < std::min<int>(int(m_names.size()), 6); ++c)
        add(m_names[c], c,
            tr("Press and drag over the plane: points of this class are added to the data (key %1)").arg(c + 1));
    add(tr("Eraser"), -1, tr("Press and drag over points to leave them out of the data (key E)"));
    m_tools->addStretch();
}

void PointsView::setTool(int tool)
{
    m_tool = tool;
    m_plot->setDrawing(tool > -2);
    if (m_view)
        makeTools();
}

bool PointsView::pressKey(int key)
{
    if (key == Qt::Key_E)
        setTool(-1);
    else if (key >= Qt::Key_1 && key - Qt::Key_1 < int(m_names.size()))
        setTool(key - Qt::Key_1);
    else if (key == Qt::Key_Escape && m_tool > -2)
        setTool(-2);
    else
        return false;
    return true;
}

/// A class's place among those that can be painted.
int PointsView::placeOf(std::int32_t target) const
{
    const auto& classes = m_view->info().classes;
    return target >= 0 && std::size_t(target) < classes.size()
               ? int(m_names.indexOf(QString::fromStdString(classes[std::size_t(target)])))
               : target;
}

void PointsView::showPoints()
{
    std::vector<plots::SurfacePoint> shown;
    for (const auto* points : {&m_points, &m_painted})
        for (const Point& point : *points)
            if (std::find(m_erased.begin(), m_erased.end(), point.row) == m_erased.end() || points == &m_painted)
                shown.push_back({point.x, point.y, points == &m_painted ? point.target : placeOf(point.target),
                                 point.split == core::data::SplitName::Validation});
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
        const double apart = std::max(high > low ? high - low : 0., m_view && m_view->canvas() ? 2. : 0.) / 40;
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
        rows.push_back(Array{double(point.x), double(point.y), m_names[point.target].toStdString()});
    m_desk.addRows({info.features[0], info.features[1], info.target}, std::move(rows));
}

}
