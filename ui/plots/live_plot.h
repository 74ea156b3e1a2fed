// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/plots/plot_specs.h"
#include "ui/plots/route.h"

#include <QWidget>

#include <memory>
#include <vector>

namespace ui::plots {

struct PlotScene;

/// Curves of one or several runs in a stack of panels over one x axis: follows a training live, is looked into with
/// wheel and mouse, and is exported. Wheel zooms x about the pointer (with Ctrl: y), dragging pans, dragging with Shift
/// zooms into a rectangle, a double click shows everything again; arrows move the crosshair, + and - zoom, Home resets.
///
/// The buffers stay the caller's and must outlive their curves here: call `setCurves({})` before a run is closed.
/// A repaint costs what the screen has in columns: dense stretches are drawn from the buffers' pyramids.
class LivePlot final : public QWidget {
    Q_OBJECT

public:
    explicit LivePlot(QWidget* parent = nullptr);
    ~LivePlot() override;

    void setPanels(std::vector<PanelSpec> panels);
    void setCurves(std::vector<CurveSpec> curves);
    void setMarks(std::vector<MarkSpec> marks);
    const std::vector<PanelSpec>& panels() const;
    const std::vector<MarkSpec>& marks() const;

    void setXAxis(XAxis axis);
    XAxis xAxis() const;
    void setLogX(bool on);
    bool logX() const;
    void setLogY(int panel, bool on);
    bool logY(int panel) const;
    /// TensorBoard's weight, 0 (off) … 0.99; only curves with `smoothed` follow it.
    void setSmoothing(double weight);
    double smoothing() const;
    /// The area between a run's training and validation curve; on by default.
    void setGapShown(bool on);
    /// Run names and line kinds above the first panel; on by default.
    void setLegendShown(bool on);
    /// When zoomed to the newest step, the window moves along; on by default.
    void setFollowLive(bool on);
    /// Where the time bar stands: what comes after is greyed. Infinity: live.
    void setNow(double step);
    /// A line ahead in `panel` that is dragged by its points; no points: none. While a hand holds it, it stays as it
    /// is.
    void setRoute(int panel, Route route);
    /// Lets the x axis reach `step`, so that there is room for what is ahead; 0: as far as the curves go.
    void setAhead(double step);
    /// Shown while no curve has a point: what will be here and what to do next.
    void setEmptyText(const QString& text);
    /// Only this curve in its colour, all others grey and thin; -1: all as they are. For views linked by hovering.
    void setLit(int curve);

    /// Shows the crosshair at `step` as if the pointer stood there; NaN hides it.
    void showCursor(double step);
    /// Everything in view, following the run.
    void resetView();
    /// Shows only steps [from, to].
    void showSteps(double from, double to);
    /// Looks whether a buffer has changed and repaints then, at most 30 times a second. Cheap; call it on every tick.
    void refresh();
    /// Paints now, without waiting for the next tick.
    void refreshNow();

    /// What is in view as a picture at twice the size, as drawing, and as numbers (one row a point: panel, run, curve,
    /// step, epoch, time, value, smoothed).
    core::base::Status savePng(const QString& path) const;
    core::base::Status saveSvg(const QString& path) const;
    core::base::Status saveCsv(const QString& path) const;
    QString csv() const;
    /// What the chip would say at `step`, one line a curve: for tests and for assistive technology.
    QStringList valuesAt(double step) const;
    /// What is in view and where, for tests.
    const PlotScene& scene() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// The pointer or the arrows moved the crosshair.
    void cursorMoved(double step);
    void cursorLeft();
    void viewChanged();
    /// A click without a drag.
    void stepClicked(double step);
    /// The person switched an axis in the menu.
    void logYChanged(int panel, bool on);
    void logXChanged(bool on);
    /// A panel's handle (`PanelSpec::handle`) is dragged; `done` with the last value.
    void handleMoved(int panel, double value, bool done);
    /// The line ahead was dragged and let go.
    void routeDragged(const ui::plots::Route& route);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    class View;
    std::unique_ptr<View> m_view;
};

}
