// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/image_wall.h"

#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

constexpr int tileGap = 8;

}

ImageWall::ImageWall(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Images"));
}

void ImageWall::setImages(std::vector<WallImage> images)
{
    m_images = std::move(images);
    m_captions = std::any_of(m_images.begin(), m_images.end(), [](const WallImage& i) { return !i.caption.isEmpty(); });
    m_details = std::any_of(m_images.begin(), m_images.end(), [](const WallImage& i) { return !i.detail.isEmpty(); });
    if (m_current >= int(m_images.size()))
        m_current = -1;
    updateBars();
    viewport()->update();
}

void ImageWall::setTile(int side)
{
    m_side = std::max(16, side);
    updateBars();
    viewport()->update();
}

void ImageWall::setEmptyText(const QString& text)
{
    m_emptyText = text;
    viewport()->update();
}

void ImageWall::setCurrent(int index)
{
    index = index >= 0 && index < int(m_images.size()) ? index : -1;
    if (index == m_current)
        return;
    m_current = index;
    if (index >= 0) {
        const QRect cell = cellRect(grid(), index);
        QScrollBar* bar = verticalScrollBar();
        if (cell.top() < 0)
            bar->setValue(bar->value() + cell.top());
        else if (cell.bottom() > viewport()->height())
            bar->setValue(bar->value() + cell.bottom() - viewport()->height());
        setAccessibleDescription(m_images[std::size_t(index)].caption + QLatin1Char(' ') +
                                 m_images[std::size_t(index)].detail);
    }
    viewport()->update();
    Q_EMIT currentChanged(index);
}

QSize ImageWall::sizeHint() const
{
    return QSize(8 * (m_side + tileGap), 4 * (m_side + tileGap + 20)) * style::theme().scale;
}

QSize ImageWall::minimumSizeHint() const
{
    return QSize(m_side + 2 * tileGap, m_side + 2 * tileGap + 20) * style::theme().scale;
}

ImageWall::Grid ImageWall::grid() const
{
    const style::Theme& theme = style::theme();
    Grid g;
    g.side = int(std::lround(m_side * theme.scale));
    const int line = int(std::ceil(QFontMetricsF(theme.body()).height()));
    // Captions want more width than a picture of 28 pixels has.
    const int least = std::max(g.side, m_details    ? int(104 * theme.scale)
                                       : m_captions ? int(56 * theme.scale)
                                                    : 0) +
                      tileGap;
    g.columns = std::max(1, viewport()->width() / least);
    g.cell =
        QSize(viewport()->width() / g.columns, g.side + tileGap + (m_captions ? line + 2 : 0) + (m_details ? line : 0) +
                                                   (m_captions || m_details ? tileGap : 0));
    return g;
}

QRect ImageWall::cellRect(const Grid& g, int index) const
{
    return {
        QPoint(index % g.columns * g.cell.width(), index / g.columns * g.cell.height() - verticalScrollBar()->value()),
        g.cell};
}

int ImageWall::indexAt(QPoint position) const
{
    const Grid g = grid();
    const int column = position.x() / g.cell.width(),
              row = (position.y() + verticalScrollBar()->value()) / g.cell.height();
    const int index = row * g.columns + column;
    return column < g.columns && row >= 0 && index < int(m_images.size()) ? index : -1;
}

void ImageWall::updateBars()
{
    const Grid g = grid();
    const int rows = (int(m_images.size()) + g.columns - 1) / g.columns;
    verticalScrollBar()->setRange(0, std::max(0, rows * g.cell.height() - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(g.cell.height() / 2);
}

void ImageWall::paintTile(QPainter& painter, const Grid& g, int index) const
{
    const style::Theme& theme = style::theme();
    const WallImage& tile = m_images[std::size_t(index)];
    const QRect cell = cellRect(g, index);
    const QRect square(cell.left() + 2, cell.top() + 2, g.side, g.side);
    QSize size = tile.image.size().scaled(square.size(), Qt::KeepAspectRatio);
    QRect picture({}, size);
    picture.moveCenter(square.center());
    // Few pixels stay squares: that is what the network sees.
    painter.setRenderHint(QPainter::SmoothPixmapTransform, tile.image.width() > g.side);
    painter.drawImage(picture, tile.image);
    const bool current = index == m_current;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(current      ? theme.accent
                        : tile.wrong ? theme.problem
                                     : theme.line,
                        current      ? 2
                        : tile.wrong ? 1.5
                                     : 1));
    painter.drawRoundedRect(QRectF(picture).adjusted(-0.5, -0.5, 0.5, 0.5), 2, 2);

    const QFontMetricsF metrics(theme.body());
    const double line = std::ceil(metrics.height()), width = cell.width() - tileGap;
    double left = square.left();
    const double y = square.bottom() + 4;
    if (tile.wrong) {
        painter.drawPixmap(QPointF(left, y + 3), style::iconPixmap(QStringLiteral("warning"), int(11 * theme.scale),
                                                                   theme.problem, devicePixelRatioF()));
        left += 14 * theme.scale;
    }
    painter.setFont(theme.body());
    painter.setPen(theme.text);
    painter.drawText(QRectF(left, y, square.left() + width - left, line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(tile.caption, Qt::ElideRight, square.left() + width - left));
    painter.setPen(tile.wrong ? theme.readable(theme.problem) : theme.muted);
    painter.drawText(QRectF(square.left(), y + line, width, line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(tile.detail, Qt::ElideRight, width));
}

void ImageWall::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    if (m_images.empty()) {
        painter.setFont(style::theme().body());
        painter.setPen(style::theme().muted);
        painter.drawText(QRectF(viewport()->rect()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    const Grid g = grid();
    const int offset = verticalScrollBar()->value();
    const int first = std::max(0, (event->rect().top() + offset) / g.cell.height()) * g.columns;
    const int last =
        std::min(int(m_images.size()), ((event->rect().bottom() + offset) / g.cell.height() + 1) * g.columns);
    for (int i = first; i < last; ++i)
        paintTile(painter, g, i);
}

void ImageWall::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateBars();
}

void ImageWall::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        updateBars();
        viewport()->update();
    }
}

void ImageWall::keyPressEvent(QKeyEvent* event)
{
    const int count = int(m_images.size()), columns = grid().columns;
    int next = m_current;
    switch (event->key()) {
    case Qt::Key_Left:
        next -= 1;
        break;
    case Qt::Key_Right:
        next += 1;
        break;
    case Qt::Key_Up:
        next -= columns;
        break;
    case Qt::Key_Down:
        next += columns;
        break;
    case Qt::Key_Home:
        next = 0;
        break;
    case Qt::Key_End:
        next = count - 1;
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current >= 0)
            Q_EMIT activated(m_current);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    if (count > 0)
        setCurrent(m_current < 0 ? 0 : std::clamp(next, 0, count - 1));
}

void ImageWall::mousePressEvent(QMouseEvent* event)
{
    if (const int index = indexAt(event->position().toPoint()); event->button() == Qt::LeftButton && index >= 0) {
        setCurrent(index);
        Q_EMIT clicked(index);
    }
}

void ImageWall::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (const int index = indexAt(event->position().toPoint()); index >= 0)
        Q_EMIT activated(index);
}

bool ImageWall::viewportEvent(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int index = indexAt(help->pos());
    if (index < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(
            help->globalPos(),
            m_images[std::size_t(index)].caption + QLatin1Char('\n') + m_images[std::size_t(index)].detail, this);
    return true;
}

}
