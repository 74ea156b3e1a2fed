// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"

#include <QWidget>

class QButtonGroup;
class QHBoxLayout;

namespace ui::bridge {
class DataDesk;
}
namespace ui::plots {
class SurfacePlot;
}

namespace ui::pages {

/// Rows of two features as points. A class is chosen (1 … 9) and painted with the pointer, or points are erased (E);
/// each stroke is one undo step. On a canvas the first points, and further classes, are painted too.
class PointsView final : public QWidget {
    Q_OBJECT

public:
    explicit PointsView(bridge::DataDesk& desk, QWidget* parent = nullptr);

    void setView(std::shared_ptr<const core::session::DataView> view);
    plots::SurfacePlot* plot() const { return m_plot; }
    /// A class's place, −1 for the eraser, −2 for none.
    void setTool(int tool);
    int tool() const { return m_tool; }
    /// Whether the key chose a tool.
    bool pressKey(int key);

private:
    void makeTools();
    int placeOf(std::int32_t target) const;
    void showPoints();
    void stroke(double x, double y, int point, bool begins, bool ends);
    void finish();

    bridge::DataDesk& m_desk;
    std::shared_ptr<const core::session::DataView> m_view;
    plots::SurfacePlot* m_plot;
    QHBoxLayout* m_tools;
    std::vector<core::session::Point> m_points; ///< in the order of the plot
    std::vector<core::session::Point> m_painted;
    std::vector<std::int64_t> m_erased;
    QStringList m_names; ///< classes that can be painted
    int m_tool = -2;
};

}
