// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/mini_surface.h"

#include "ui/plots/point_marks.h"
#include "ui/plots/surface_field.h"
#include "ui/plots/surface_image.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QPainter>

#include <cmath>

namespace ui::plots {

namespace {

constexpr double pictureHeight = 58, gap = 8;

/// Around the picture, for the outline of the one in view.
constexpr double rim = 2;

}

MiniSurface::MiniSurface(QWidget* parent) : QAbstractButton(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setCursor(Qt::PointingHandCursor);
}

void MiniSurface::setFrame(const core::events::SurfaceFrame& frame)
{
    m_frame = frame;
    m_image = {};
    update();
}

void MiniSurface::setPoints(std::vector<SurfacePoint> points)
{
    m_points = std::move(points);
    m_image = {};
    update();
}

void MiniSurface::setCaption(const QString& caption)
{
    if (caption == m_caption)
        return;
    m_caption = caption;
    setAccessibleName(caption.isEmpty() ? QString() : tr("Surface, %1").arg(caption));
    update();
}

QSize MiniSurface::sizeHint() const
{
    const style::Theme& theme = style::theme();
    const double height = (pictureHeight + gap + 2 * rim) * theme.scale + QFontMetricsF(theme.body()).height();
    return {int(80 * theme.scale), int(std::ceil(height))};
}

QSize MiniSurface::minimumSizeHint() const
{
    return {int(56 * style::theme().scale), sizeHint().height()};
}

void MiniSurface::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const style::Theme& theme = style::theme();
    const double edge = rim * theme.scale;
    const QRectF picture(edge, edge, std::floor(width() - 2 * edge), std::round(pictureHeight * theme.scale));
    if (m_frame.values.empty() || picture.width() < 1)
        return;
    const double ratio = devicePixelRatioF();
    const QSize pixels = (picture.size() * ratio).toSize();
    if (m_image.size() != pixels) {
        m_image = surfaceImage(m_frame, pixels, theme, false);
        QPainter inside(&m_image);
        inside.scale(pixels.width() / picture.width(), pixels.height() / picture.height());
        const QRectF area(QPointF(0, 0), picture.size());
        paintBorders(inside, area, surfaceBorders(SurfaceField(m_frame), m_frame.classes), 1.1 * theme.scale, theme);
        inside.setRenderHint(QPainter::Antialiasing);
        const double mark = 4 * theme.scale;
        const QRectF reach = area.adjusted(-mark, -mark, mark, mark);
        MarksInSight inSight(m_points.size(), mark / 2);
        for (const SurfacePoint& point : m_points) {
            const QPointF at(area.width() * (point.x - m_frame.left) / (m_frame.right - m_frame.left),
                             area.height() * (m_frame.top - point.y) / (m_frame.top - m_frame.bottom));
            if (reach.contains(at) && inSight.take(at, point.cls, point.validation))
                paintPoint(inside, at, point.cls, point.validation, 2 * theme.scale, theme.classColor(point.cls),
                           theme);
        }
    }
    painter.drawImage(picture, m_image);

    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    if (isChecked() || hasFocus()) {
        painter.setPen(QPen(isChecked() ? theme.accent : theme.axis, edge));
        painter.drawRect(picture.adjusted(-edge / 2, -edge / 2, edge / 2, edge / 2));
    } else if (underMouse() && isEnabled()) {
        painter.setPen(QPen(theme.axis, 1));
        painter.drawRect(picture.adjusted(-0.5, -0.5, 0.5, 0.5));
    }
    // Where there is no room for a strong name, its colour alone says which is chosen.
    const bool strong = isChecked() && QFontMetricsF(theme.strong()).horizontalAdvance(m_caption) <= width();
    const QFont font = strong ? theme.strong() : theme.body();
    painter.setFont(font);
    painter.setPen(isChecked() ? theme.text : theme.muted);
    const QRectF below(0, picture.bottom() + edge + (gap - rim) * theme.scale, width(), QFontMetricsF(font).height());
    painter.drawText(below, Qt::AlignHCenter | Qt::AlignTop,
                     QFontMetricsF(font).elidedText(m_caption, Qt::ElideRight, width()));
}

void MiniSurface::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        m_image = {};
        updateGeometry();
        update();
    }
    QAbstractButton::changeEvent(event);
}

}
