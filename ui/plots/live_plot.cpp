// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/live_plot.h"

#include "ui/plots/export_file.h"
#include "ui/plots/live_plot_view.h"
#include "ui/style/theme.h"

#include <QContextMenuEvent>
#include <QFile>
#include <QKeyEvent>
#include <QSaveFile>
#include <QTextStream>

namespace ui::plots {

LivePlot::LivePlot(QWidget* parent) : QWidget(parent), m_view(std::make_unique<View>(*this))
{
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Curves"));
    m_view->applyTheme();
}

LivePlot::~LivePlot() = default;

void LivePlot::setPanels(std::vector<PanelSpec> panels)
{
    if (panels.size() != m_view->scene.panels.size())
        m_view->scene.panelWindows.clear();
    m_view->scene.panels = std::move(panels);
    QStringList titles;
    for (const PanelSpec& panel : m_view->scene.panels)
        titles += panel.title;
    setAccessibleName(tr("Curves: %1").arg(titles.join(QStringLiteral(", "))));
    m_view->schedule();
}

void LivePlot::setCurves(std::vector<CurveSpec> curves)
{
    m_view->scene.curves = std::move(curves);
    // Nothing may look into a buffer that has gone.
    m_view->scene.shapes.clear();
    m_view->scene.shapes.resize(m_view->scene.curves.size());
    m_view->scene.endLabels.clear();
    if (m_view->scene.lit >= int(m_view->scene.curves.size()))
        m_view->scene.lit = -1;
    m_view->schedule();
}

void LivePlot::setMarks(std::vector<MarkSpec> marks)
{
    m_view->scene.marks = std::move(marks);
    m_view->scene.markLabels.clear();
    m_view->schedule();
}

const std::vector<PanelSpec>& LivePlot::panels() const
{
    return m_view->scene.panels;
}
const std::vector<MarkSpec>& LivePlot::marks() const
{
    return m_view->scene.marks;
}

void LivePlot::setXAxis(XAxis axis)
{
    if (axis == m_view->scene.xAxis)
        return;
    m_view->scene.xAxis = axis;
    m_view->scene.window.reset();
    m_view->schedule();
}

XAxis LivePlot::xAxis() const
{
    return m_view->scene.xAxis;
}

void LivePlot::setLogX(bool on)
{
    if (on == m_view->scene.logX)
        return;
    m_view->scene.logX = on;
    m_view->scene.window.reset();
    m_view->schedule();
}

bool LivePlot::logX() const
{
    return m_view->scene.logX;
}

void LivePlot::setLogY(int panel, bool on)
{
    if (panel < 0 || std::size_t(panel) >= m_view->scene.panels.size() ||
        m_view->scene.panels[std::size_t(panel)].logY == on)
        return;
    m_view->scene.panels[std::size_t(panel)].logY = on;
    if (std::size_t(panel) < m_view->scene.panelWindows.size())
        m_view->scene.panelWindows[std::size_t(panel)].reset();
    m_view->schedule();
}

bool LivePlot::logY(int panel) const
{
    return panel >= 0 && std::size_t(panel) < m_view->scene.panels.size() &&
           m_view->scene.panels[std::size_t(panel)].logY;
}

void LivePlot::setSmoothing(double weight)
{
    m_view->scene.smoothing = std::clamp(weight, 0.0, 0.99);
    m_view->schedule();
}

double LivePlot::smoothing() const
{
    return m_view->scene.smoothing;
}

void LivePlot::setGapShown(bool on)
{
    m_view->scene.gaps = on;
    m_view->schedule();
}

void LivePlot::setLegendShown(bool on)
{
    m_view->scene.legend = on;
    m_view->schedule();
}

void LivePlot::setFollowLive(bool on)
{
    m_view->scene.window.setFollow(on);
    m_view->schedule();
}

void LivePlot::setNow(double step)
{
    m_view->scene.now = step;
    m_view->schedule();
}

void LivePlot::setRoute(int panel, Route route)
{
    const int shown = route.points.empty() ? -1 : panel;
    m_view->setRoute(shown, std::move(route));
}

void LivePlot::setAhead(double step)
{
    if (step == m_view->scene.ahead)
        return;
    m_view->scene.ahead = step;
    m_view->schedule();
}

void LivePlot::setEmptyText(const QString& text)
{
    m_view->scene.emptyText = text;
    m_view->schedule();
}

void LivePlot::setLit(int curve)
{
    m_view->scene.lit = curve >= 0 && std::size_t(curve) < m_view->scene.curves.size() ? curve : -1;
    m_view->schedule();
}

void LivePlot::showCursor(double step)
{
    m_view->moveCursor(step, -1, false);
}

void LivePlot::resetView()
{
    m_view->showAll();
}

void LivePlot::showSteps(double from, double to)
{
    m_view->prepare();
    const auto x = [this](double step) { return m_view->scene.xOfStep(step); };
    m_view->scene.window.show({x(from), x(to)}, m_view->scene.xData);
    m_view->schedule();
    Q_EMIT viewChanged();
}

void LivePlot::refresh()
{
    if (m_view->version() != m_view->drawnVersion)
        m_view->schedule();
}

void LivePlot::refreshNow()
{
    m_view->draw();
}

core::base::Status LivePlot::savePng(const QString& path) const
{
    return saveFile(path, m_view->png());
}

core::base::Status LivePlot::saveSvg(const QString& path) const
{
    return saveFile(path, m_view->svg());
}

core::base::Status LivePlot::saveCsv(const QString& path) const
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly)) {
        QTextStream out(&file);
        writeCsv(out, m_view->scene);
        out.flush();
        if (file.commit())
            return {};
    }
    return core::base::Error{core::base::ErrorKind::Resource,
                             "the numbers cannot be written: " + file.errorString().toStdString(), path.toStdString(),
                             "choose a folder that can be written and has room"};
}

QString LivePlot::csv() const
{
    QString text;
    QTextStream out(&text);
    writeCsv(out, m_view->scene);
    out.flush();
    return text;
}

QStringList LivePlot::valuesAt(double step) const
{
    return describeAt(m_view->scene, step);
}

const PlotScene& LivePlot::scene() const
{
    return m_view->scene;
}

QSize LivePlot::sizeHint() const
{
    return QSize(536, 560) * style::theme().scale;
}

QSize LivePlot::minimumSizeHint() const
{
    const int panels = std::max<int>(1, int(m_view->scene.panels.size()));
    return QSize(240, 72 + 76 * panels) * style::theme().scale;
}

void LivePlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        m_view->applyTheme();
        updateGeometry();
    }
}

void LivePlot::resizeEvent(QResizeEvent*)
{
    m_view->resize();
}

void LivePlot::showEvent(QShowEvent*)
{
    m_view->draw();
}

void LivePlot::keyPressEvent(QKeyEvent* event)
{
    if (!m_view->pressKey(event->key(), event->modifiers()))
        QWidget::keyPressEvent(event);
}

void LivePlot::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    m_view->drawCursor();
}

void LivePlot::contextMenuEvent(QContextMenuEvent* event)
{
    const int panel = m_view->scene.panelAt(event->pos());
    m_view->menuAt(event->globalPos(), panel);
    event->accept();
}

bool LivePlot::eventFilter(QObject* watched, QEvent* event)
{
    return m_view->handle(*event) || QWidget::eventFilter(watched, event);
}

}
