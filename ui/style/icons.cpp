// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/theme.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

/// The resources lie in a static library: without this nothing refers to them and the linker leaves them out. Qt wants
/// the call outside of namespaces.
static void registerResources()
{
    Q_INIT_RESOURCE(resources);
}

namespace ui::style {

namespace {

QByteArray drawing(const QString& name)
{
    registerResources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void paintIcon(QPainter* painter, QByteArray svg, const QRectF& area, const QColor& color)
{
    svg.replace("currentColor", color.name().toLatin1());
    QSvgRenderer renderer(svg);
    const double side = std::min(area.width(), area.height());
    QRectF square(0, 0, side, side);
    square.moveCenter(area.center());
    renderer.render(painter, square);
}

/// Draws the lines anew for every size, pixel ratio and theme, so that an icon handed out once is always right.
class LineIcon final : public QIconEngine {
public:
    explicit LineIcon(QByteArray svg) : m_svg(std::move(svg)) {}

    void paint(QPainter* painter, const QRect& area, QIcon::Mode mode, QIcon::State state) override
    {
        const Theme& t = theme();
        painter->save();
        if (mode == QIcon::Disabled)
            painter->setOpacity(painter->opacity() * 0.45);
        const bool lit = state == QIcon::On || mode == QIcon::Selected;
        paintIcon(painter, m_svg, area, mode == QIcon::Disabled ? t.muted : lit ? t.accent : t.text);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap picture(size);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        paint(&painter, QRect({}, size), mode, state);
        return picture;
    }

    QIconEngine* clone() const override { return new LineIcon(*this); }
    bool isNull() override { return m_svg.isEmpty(); }

private:
    QByteArray m_svg;
};

}

QIcon icon(const QString& name)
{
    QByteArray svg = drawing(name);
    return svg.isEmpty() ? QIcon() : QIcon(new LineIcon(std::move(svg)));
}

QPixmap iconPixmap(const QString& name, int side, const QColor& color, double pixelRatio)
{
    QPixmap picture(QSizeF(side * pixelRatio, side * pixelRatio).toSize());
    picture.setDevicePixelRatio(pixelRatio);
    picture.fill(Qt::transparent);
    const QByteArray svg = drawing(name);
    if (!svg.isEmpty()) {
        QPainter painter(&picture);
        paintIcon(&painter, svg, QRectF(0, 0, side, side), color);
    }
    return picture;
}

}
