// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/image_wall.h"

#include "ui/style/theme.h"

#include <QFontMetrics>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace ui::plots {

namespace {

constexpr int gap = 8;

int lineHeight() { return QFontMetrics(style::theme().body()).height(); }

}

ImageWall::ImageWall(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Pictures"));
}

void ImageWall::setImages(std::vector<WallImage> images)
{
    m_images = std::move(images);
    m_captions = std::ranges::any_of(m_images, [](const WallImage& image) { return !image.caption.isEmpty(); });
    m_details = std::ranges::any_of(m_images, [](const WallImage& image) { return !image.detail.isEmpty(); });
    m_current = m_images.empty() ? -1 : std::min(m_current, int(m_images.size()) - 1);
    setAccessibleDescription(tr("%n pictures", nullptr, int(m_images.size())));
    updateBars();
    viewport()->update();
}

void ImageWall::setTile(int side)
{
    m_side = side;
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
    if (index < -1 || index >= int(m_images.size()) || index == m_current)
        return;
    m_current = index;
    if (index >= 0) {
        const QRect cell = cellRect(grid(), index);
        const int view = verticalScrollBar()->value();
        if (cell.top() < 0)
            verticalScrollBar()->setValue(view + cell.top());
        else if (cell.bottom() > viewport()->height())
            verticalScrollBar()->setValue(view + cell.bottom() - viewport()->height() + gap);
    }
    viewport()->update();
    Q_EMIT currentChanged(index);
}

QSize ImageWall::sizeHint() const { return {320, 240}; }
QSize ImageWall::minimumSizeHint() const { return {m_side + 2 * gap, m_side + 2 * gap}; }

ImageWall::Grid ImageWall::grid() const
{
    Grid grid;
    grid.side = int(m_side * style::theme().scale);
    const int lines = (m_captions ? 1 : 0) + (m_details ? 1 : 0);
    // A caption needs room for a word, whatever the picture's size.
    const int least = m_details ? QFontMetrics(style::theme().body()).horizontalAdvance(QStringLiteral("said T-shirt 0.83")) / 1
        : m_captions            ? QFontMetrics(style::theme().body()).horizontalAdvance(QStringLiteral("Ankle boot"))
                                : 0;
    const int width = std::max(grid.side, least) + gap;
    grid.columns = std::max(1, (viewport()->width() + gap) / width);
    grid.cell = {width, grid.side + lines * lineHeight() + gap + (lines ? 4 : 0)};
    return grid;
}

QRect ImageWall::cellRect(const Grid& grid, int index) const
{
    return {index % grid.columns * grid.cell.width(), index / grid.columns * grid.cell.height() - verticalScrollBar()->value(),
        grid.cell.width() - gap, grid.cell.height() - gap};
}

int ImageWall::indexAt(QPoint position) const
{
    const Grid shape = grid();
    const int column = position.x() / shape.cell.width(), row = (position.y() + verticalScrollBar()->value()) / shape.cell.height();
    const int index = row * shape.columns + column;
    return column < shape.columns && index < int(m_images.size()) && cellRect(shape, index).contains(position) ? index : -1;
}

void ImageWall::updateBars()
{
    const Grid shape = grid();
    const int rows = (int(m_images.size()) + shape.columns - 1) / shape.columns;
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(shape.cell.height() / 2);
    verticalScrollBar()->setRange(0, std::max(0, rows * shape.cell.height() - gap - viewport()->height()));
}

void ImageWall::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    const style::Theme& theme = style::theme();
    if (m_images.empty()) {
        painter.setFont(theme.body());
        painter.setPen(theme.muted);
        painter.drawText(viewport()->rect().adjusted(gap, gap, -gap, -gap), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const Grid shape = grid();
    const int first = std::max(0, verticalScrollBar()->value() / shape.cell.height()) * shape.columns;
    const int last = ((verticalScrollBar()->value() + viewport()->height()) / shape.cell.height() + 1) * shape.columns;
    for (int index = first; index < std::min(last, int(m_images.size())); ++index)
        paintTile(painter, shape, index);
}

void ImageWall::paintTile(QPainter& painter, const Grid& grid, int index) const
{
    const style::Theme& theme = style::theme();
    const WallImage& shown = m_images[std::size_t(index)];
    const QRect cell = cellRect(grid, index);
    const QRect picture(cell.left(), cell.top(), grid.side, grid.side);
    // Small pictures are shown as the pixels that the network sees.
    painter.drawImage(picture, shown.image);
    painter.setPen(index == m_current ? QPen(theme.accent, 2) : QPen(theme.line, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(picture);
    int y = picture.bottom() + 4;
    const auto line = [&](const QString& text, const QColor& color, const QFont& font) {
        painter.setFont(font);
        painter.setPen(color);
        const QRect place(cell.left(), y, cell.width(), lineHeight());
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(font).elidedText(text, Qt::ElideRight, place.width()));
        y += lineHeight();
    };
    if (m_captions)
        line((shown.wrong ? QStringLiteral("▲ ") : QString()) + shown.caption, shown.wrong ? theme.problem : theme.text, theme.body());
    if (m_details)
        line(shown.detail, theme.muted, theme.body());
}

void ImageWall::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateBars();
}

void ImageWall::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        updateBars();
        viewport()->update();
    }
}

void ImageWall::keyPressEvent(QKeyEvent* event)
{
    const int columns = grid().columns;
    const auto go = [&](int by) { setCurrent(std::clamp(m_current + by, 0, int(m_images.size()) - 1)); };
    if (m_images.empty())
        return QAbstractScrollArea::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left: go(-1); break;
    case Qt::Key_Right: go(1); break;
    case Qt::Key_Up: go(m_current >= columns ? -columns : 0); break;
    case Qt::Key_Down: go(m_current + columns < int(m_images.size()) ? columns : 0); break;
    case Qt::Key_Home: setCurrent(0); break;
    case Qt::Key_End: setCurrent(int(m_images.size()) - 1); break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current >= 0)
            Q_EMIT activated(m_current);
        break;
    default: QAbstractScrollArea::keyPressEvent(event);
    }
}

void ImageWall::mousePressEvent(QMouseEvent* event)
{
    if (const int index = indexAt(event->pos()); index >= 0)
        setCurrent(index);
}

void ImageWall::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (const int index = indexAt(event->pos()); index >= 0)
        Q_EMIT activated(index);
}

bool ImageWall::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index = indexAt(help->pos());
        if (index >= 0 && !m_images[std::size_t(index)].caption.isEmpty())
            QToolTip::showText(help->globalPos(), m_images[std::size_t(index)].caption + QStringLiteral("\n") + m_images[std::size_t(index)].detail, viewport());
        else
            QToolTip::hideText();
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

}
