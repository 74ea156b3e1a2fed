// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/live_plot_view.h"

#include "ui/plots/export_file.h"
#include "ui/plots/series_buffer.h"
#include "ui/style/theme.h"

#include <QAccessible>
#include <QBuffer>
#include <QSvgGenerator>

#include <qcustomplot.h>

#include <functional>

namespace ui::plots {

namespace {

constexpr int frame = 33; ///< milliseconds between two redraws: 30 a second

/// A place in QCustomPlot's order of layers where we paint ourselves.
class Painted final : public QCPLayerable {
public:
    Painted(QCustomPlot* plot, const QString& layer, std::function<void(QCPPainter&)> paint)
        : QCPLayerable(plot, layer),
          m_paint(std::move(paint))
    {
    }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}
    void draw(QCPPainter* painter) override { m_paint(*painter); }

private:
    std::function<void(QCPPainter&)> m_paint;
};

/// Ticks that the scene has chosen.
class ChosenTicks final : public QCPAxisTicker {
public:
    std::vector<Tick> ticks;

    void generate(const QCPRange&, const QLocale&, QChar, int, QVector<double>& places, QVector<double>* minor,
                  QVector<QString>* labels) override
    {
        places.clear();
        if (minor)
            minor->clear();
        if (labels)
            labels->clear();
        for (const Tick& tick : ticks) {
            places.append(tick.value);
            if (labels)
                labels->append(tick.label);
        }
    }
};

void setTicks(QCPAxis* axis, const std::vector<Tick>& ticks)
{
    qSharedPointerCast<ChosenTicks>(axis->ticker())->ticks = ticks;
}

void setScale(QCPAxis* axis, const AxisMap& map)
{
    axis->setScaleType(map.log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis->setRange(map.range.lo, map.range.hi);
}

}

LivePlot::View::View(LivePlot& owner) : m_owner(owner), m_plot(new QCustomPlot(&owner))
{
    m_plot->installEventFilter(&owner);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setMouseTracking(true);
    m_plot->setContextMenuPolicy(Qt::NoContextMenu);
    m_plot->plotLayout()->clear();
    m_plot->plotLayout()->addElement(0, 0, new QCPLayoutInset);
    // Layers own what they are given; QCustomPlot deletes them.
    new Painted(m_plot, QStringLiteral("main"), [this](QCPPainter& painter) {
        paintCurves(painter, scene, style::theme(), painter.modes().testFlag(QCPPainter::pmVectorized));
    });
    new Painted(m_plot, QStringLiteral("legend"), [this](QCPPainter& painter) {
        const style::Theme& theme = style::theme();
        if (scene.empty) {
            painter.setFont(theme.body());
            painter.setPen(theme.muted);
            painter.drawText(QRectF(m_owner.rect()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                             scene.emptyText);
            return;
        }
        // Panels that have been exchanged are laid out with the next refresh; something may want to be painted before.
        if (scene.places.size() != scene.panels.size())
            return;
        paintNames(painter, scene, theme);
        paintFuture(painter, scene, theme);
        paintHandles(painter, scene, theme);
        if (!m_exporting)
            paintRoute(painter, scene, theme);
        paintMarks(painter, scene, theme);
        paintEndLabels(painter, scene, theme);
    });
    new Painted(m_plot, QStringLiteral("overlay"), [this](QCPPainter& painter) {
        if (!m_exporting)
            paintOverlay(painter);
    });
    m_plot->layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmLogical);
    m_timer.setSingleShot(true);
    QObject::connect(&m_timer, &QTimer::timeout, &owner, [this] { draw(); });
}

void LivePlot::View::applyTheme()
{
    m_plot->setBackground(QBrush(style::theme().ground));
    styleAxes();
    schedule();
}

void LivePlot::View::buildRects()
{
    auto* inset = static_cast<QCPLayoutInset*>(m_plot->plotLayout()->element(0, 0));
    while (inset->elementCount() > 0)
        inset->removeAt(0);
    m_rects.clear();
    for (std::size_t p = 0; p < scene.panels.size(); ++p) {
        auto* rect = new QCPAxisRect(m_plot, false);
        rect->setMinimumSize(1, 1);
        rect->setMinimumMargins({});
        rect->setAutoMargins(QCP::msNone);
        rect->setMargins({});
        for (const QCPAxis::AxisType type : {QCPAxis::atLeft, QCPAxis::atBottom}) {
            QCPAxis* axis = rect->addAxis(type);
            axis->setLayer(QStringLiteral("axes"));
            axis->grid()->setLayer(QStringLiteral("grid"));
            axis->grid()->setVisible(true);
            axis->setTicker(QSharedPointer<ChosenTicks>::create());
        }
        inset->addElement(rect, QRectF(0, 0, 1, 1));
        m_rects.push_back(rect);
    }
    styleAxes();
}

void LivePlot::View::styleAxes()
{
    const style::Theme& theme = style::theme();
    for (std::size_t p = 0; p < m_rects.size(); ++p)
        for (const QCPAxis::AxisType type : {QCPAxis::atLeft, QCPAxis::atBottom}) {
            QCPAxis* axis = m_rects[p]->axis(type);
            axis->setBasePen(QPen(theme.axis, 1));
            // Ticks have no length; in drawings they are points, so they have the axis's colour.
            axis->setTickPen(QPen(theme.axis, 1));
            axis->setSubTickPen(Qt::NoPen);
            axis->setTickLength(0);
            axis->setSubTicks(false);
            // Powers of ten as everywhere else: 1e-4.
            axis->setNumberFormat(QStringLiteral("g"));
            axis->setTickLabelFont(theme.body());
            axis->setTickLabelColor(theme.muted);
            axis->setTickLabelPadding(int((type == QCPAxis::atLeft ? 8 : 6) * theme.scale));
            axis->setTickLabels(type == QCPAxis::atLeft || p + 1 == m_rects.size());
            axis->grid()->setPen(QPen(theme.grid, 1));
            axis->grid()->setZeroLinePen(Qt::NoPen);
        }
}

/// Imposes the scene's areas, ranges and ticks on QCustomPlot.
void LivePlot::View::applyScene()
{
    if (m_rects.size() != scene.panels.size())
        buildRects();
    auto* inset = static_cast<QCPLayoutInset*>(m_plot->plotLayout()->element(0, 0));
    const QSizeF size = m_owner.size();
    for (std::size_t p = 0; p < m_rects.size(); ++p) {
        const PlotScene::Panel& place = scene.places[p];
        // QCustomPlot rounds down to whole pixels.
        inset->setInsetRect(
            int(p), QRectF((place.area.left() + 0.25) / size.width(), (place.area.top() + 0.25) / size.height(),
                           (place.area.width() + 0.25) / size.width(), (place.area.height() + 0.25) / size.height()));
        m_rects[p]->setVisible(!scene.empty);
        for (QCPAxis* axis : m_rects[p]->axes())
            axis->setVisible(!scene.empty);
        setScale(m_rects[p]->axis(QCPAxis::atBottom), scene.x);
        setScale(m_rects[p]->axis(QCPAxis::atLeft), place.y);
        setTicks(m_rects[p]->axis(QCPAxis::atBottom), scene.xTicks);
        setTicks(m_rects[p]->axis(QCPAxis::atLeft), place.ticks);
    }
}

std::uint64_t LivePlot::View::version() const
{
    std::uint64_t sum = 0;
    for (const CurveSpec& curve : scene.curves)
        sum += curve.buffer ? curve.buffer->version() : 0;
    return sum;
}

void LivePlot::View::schedule()
{
    if (m_timer.isActive() || !m_owner.isVisible())
        return;
    const qint64 since = m_sinceDraw.isValid() ? m_sinceDraw.elapsed() : frame;
    m_timer.start(int(std::clamp<qint64>(frame - since, 0, frame)));
}

void LivePlot::View::prepare()
{
    layOut(scene, QSizeF(m_owner.size()).expandedTo({1, 1}), style::theme());
}

void LivePlot::View::draw()
{
    m_timer.stop();
    const QSizeF size = m_owner.size();
    if (size.isEmpty())
        return;
    if (m_plot->bufferDevicePixelRatio() != m_owner.devicePixelRatioF())
        m_plot->setBufferDevicePixelRatio(m_owner.devicePixelRatioF());
    drawnVersion = version();
    prepare();
    shapeCurves(scene, m_plot->bufferDevicePixelRatio());
    placeLabels(scene, size, style::theme());
    applyScene();
    m_plot->replot(QCustomPlot::rpQueuedRefresh);
    m_sinceDraw.start();
}

void LivePlot::View::resize()
{
    m_plot->setGeometry(m_owner.rect());
    draw();
}

void LivePlot::View::drawCursor()
{
    QCPLayer* overlay = m_plot->layer(QStringLiteral("overlay"));
    if (overlay->mode() == QCPLayer::lmBuffered) {
        overlay->replot();
        return;
    }
    // A picture of its own only from now on: until somebody points at the plot it would be cleared and laid over in
    // vain.
    overlay->setMode(QCPLayer::lmBuffered);
    m_plot->replot(QCustomPlot::rpQueuedRefresh);
}

void LivePlot::View::moveCursor(double step, int panel, bool tell)
{
    if (step == cursor && (panel < 0 || panel == m_cursorPanel))
        return;
    cursor = step;
    if (panel >= 0)
        m_cursorPanel = panel;
    drawCursor();
    if (!tell)
        return;
    if (QAccessible::isActive())
        m_owner.setAccessibleDescription(describeAt(scene, step).join(QStringLiteral("; ")));
    Q_EMIT m_owner.cursorMoved(step);
}

void LivePlot::View::paintOverlay(QPainter& painter) const
{
    const style::Theme& theme = style::theme();
    paintCursor(painter, scene, theme, cursor, m_cursorPanel, m_owner.size());
    if (m_drag == Drag::Rectangle && m_dragged) {
        QColor fill = theme.accent;
        fill.setAlphaF(0.1F);
        painter.setPen(QPen(theme.accent, 1));
        painter.setBrush(fill);
        painter.drawRect(
            QRectF(m_pressed, m_last).normalized().intersected(scene.places[std::size_t(m_dragPanel)].area));
    }
    if (m_owner.hasFocus() && m_owner.property("keyboardFocus").toBool()) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(m_owner.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }
}

QByteArray LivePlot::View::png() const
{
    m_exporting = true;
    const QPixmap picture = m_plot->toPixmap(m_owner.width(), m_owner.height(), 2);
    m_exporting = false;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    picture.save(&buffer, "PNG");
    return bytes;
}

QByteArray LivePlot::View::svg() const
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(m_owner.size());
    generator.setViewBox(m_owner.rect());
    generator.setResolution(96);
    generator.setTitle(m_owner.accessibleName());
    QCPPainter painter;
    painter.begin(&generator);
    painter.setMode(QCPPainter::pmVectorized);
    m_exporting = true;
    m_plot->toPainter(&painter, m_owner.width(), m_owner.height());
    m_exporting = false;
    painter.end();
    return withPublicFont(bytes);
}

}
