// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/heat_table.h"

#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ui::plots {

namespace {

constexpr double nameGap = 8; ///< between a name and its row or column
constexpr double lean = 60;   ///< degrees that long column names stand at
constexpr double largestCell = 96;
constexpr double smallestNamed = 15; ///< a cell that has room for its name beside it
constexpr double smallestFramed = 6; ///< below, cells are pixels of one picture

QString nameOf(const QStringList& names, int cls)
{
    return cls < names.size() ? names[cls] : QObject::tr("class %1").arg(cls);
}

QColor over(const QColor& ground, const QColor& color, double share)
{
    const auto part = [share](int a, int b) { return int(std::lround(a + (b - a) * share)); };
    return {part(ground.red(), color.red()), part(ground.green(), color.green()), part(ground.blue(), color.blue())};
}

/// What is right stays quiet, so that what is confused is seen: a tenth of a row already stands out.
QColor shadeOf(double share, bool right, const style::Theme& theme)
{
    if (right)
        return over(theme.grid, theme.text, 0.16 * share);
    return over(theme.grid, theme.accent, std::min(1.0, 1.3 * std::sqrt(share)));
}

QColor readableOn(const QColor& ground, const style::Theme& theme)
{
    for (const QColor& color : {theme.text, theme.ground, QColor(Qt::white)})
        if (style::contrast(color, ground) >= 4.5)
            return color;
    return Qt::black;
}

/// What the figures of the cells are.
enum class Figures { Counts, Shares, None };

Figures figuresOf(const std::vector<std::int64_t>& counts, double cell, const QFontMetricsF& metrics)
{
    const auto most = std::ranges::max_element(counts);
    const double room = cell - 4;
    if (metrics.height() > cell + 2)
        return Figures::None;
    if (metrics.horizontalAdvance(style::count(*most)) <= room)
        return Figures::Counts;
    return metrics.horizontalAdvance(QStringLiteral("99")) <= room ? Figures::Shares : Figures::None;
}

QString captionOf(Figures figures)
{
    switch (figures) {
    case Figures::Counts:
        return HeatTable::tr("rows: truth · columns: said · figures: counts");
    case Figures::Shares:
        return HeatTable::tr("rows: truth · columns: said · figures: % of row");
    case Figures::None:
        return HeatTable::tr("rows: truth · columns: said · shade: share of row");
    }
    return {};
}

}

HeatTable::HeatTable(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Confusion matrix"));
}

void HeatTable::setClasses(const QStringList& names)
{
    if (names == m_names)
        return;
    m_names = names;
    update();
}

void HeatTable::setFrame(const core::events::ConfusionFrame& frame)
{
    const auto classes = std::size_t(std::max<std::int64_t>(0, frame.classes));
    if (classes == 0 || frame.counts.size() != classes * classes) {
        clear();
        return;
    }
    if (int(classes) != m_classes)
        m_current = m_hover = {-1, -1};
    m_classes = int(classes);
    m_counts = frame.counts;
    m_rowSums.assign(classes, 0);
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        m_rowSums[i / classes] += m_counts[i];
    update();
}

void HeatTable::clear()
{
    m_classes = 0;
    m_counts.clear();
    m_rowSums.clear();
    m_current = m_hover = {-1, -1};
    setAccessibleDescription({});
    update();
}

void HeatTable::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

void HeatTable::setCurrent(int truth, int predicted)
{
    const bool inside = truth >= 0 && predicted >= 0 && truth < m_classes && predicted < m_classes;
    m_current = inside ? std::pair{truth, predicted} : std::pair{-1, -1};
    setAccessibleDescription(inside ? describe(truth, predicted) : QString());
    update();
}

QString HeatTable::describe(int truth, int predicted) const
{
    if (truth < 0 || predicted < 0 || truth >= m_classes || predicted >= m_classes)
        return {};
    const std::int64_t count = m_counts[std::size_t(truth * m_classes + predicted)],
                       rows = m_rowSums[std::size_t(truth)];
    const QString what = truth == predicted
                             ? tr("%1 recognised").arg(nameOf(m_names, truth))
                             : tr("%1 taken for %2").arg(nameOf(m_names, truth), nameOf(m_names, predicted));
    if (rows == 0)
        return tr("%1: no rows").arg(what);
    return tr("%1: %2 of %3 (%4)")
        .arg(what, style::count(count), style::count(rows), style::percent(double(count) / double(rows)));
}

QSize HeatTable::sizeHint() const
{
    return QSize(330, 330) * style::theme().scale;
}

QSize HeatTable::minimumSizeHint() const
{
    return QSize(180, 180) * style::theme().scale;
}

HeatTable::Grid HeatTable::grid() const
{
    const style::Theme& theme = style::theme();
    const QFontMetricsF metrics(theme.body());
    double name = 0;
    for (int cls = 0; cls < m_classes; ++cls)
        name = std::max(name, metrics.horizontalAdvance(nameOf(m_names, cls)));
    const double space = nameGap * theme.scale, line = metrics.height(), n = m_classes;
    name = std::min(name, 0.26 * width());
    const double caption = line + space;
    const auto laidOut = [&](double left, double top, double right, bool upright) {
        const double room = std::min(width() - left - right, height() - top - caption);
        double cell = std::min(largestCell * theme.scale, room / n);
        if (cell >= smallestFramed)
            cell = std::floor(cell);
        return Grid{QRectF(std::ceil(left), std::ceil(top), cell * n, cell * n), cell, upright};
    };
    const Grid flat = laidOut(name + space, line + space, 1, false);
    if (flat.cell >= name + 4)
        return flat;
    const double angle = lean * std::numbers::pi / 180;
    const double rise = name * std::sin(angle) + line * std::cos(angle) / 2,
                 over = name * std::cos(angle) + line * std::sin(angle) / 2;
    const Grid leaning = laidOut(name + space, rise + space, std::max(1.0, over - flat.cell / 2), true);
    // Too many classes to name: the tooltip does.
    return leaning.cell >= smallestNamed * theme.scale ? leaning : laidOut(1, 1, 1, false);
}

std::pair<int, int> HeatTable::cellAt(QPointF position) const
{
    if (m_classes == 0)
        return {-1, -1};
    const Grid place = grid();
    if (!place.area.contains(position) || place.cell <= 0)
        return {-1, -1};
    const auto index = [&](double offset) { return std::clamp(int(offset / place.cell), 0, m_classes - 1); };
    return {index(position.y() - place.area.top()), index(position.x() - place.area.left())};
}

void HeatTable::paintNames(QPainter& painter, const Grid& grid) const
{
    const style::Theme& theme = style::theme();
    const double space = nameGap * theme.scale;
    if (grid.area.left() < space)
        return;
    const auto lit = m_hover.first >= 0 ? m_hover : m_current;
    for (int cls = 0; cls < m_classes; ++cls) {
        const auto use = [&](bool strong) {
            painter.setFont(strong ? theme.strong() : theme.body());
            painter.setPen(strong ? theme.text : theme.muted);
        };
        const double middle = (cls + 0.5) * grid.cell, room = grid.area.left() - space;
        use(lit.first == cls);
        QFontMetricsF metrics(painter.font());
        painter.drawText(QRectF(0, grid.area.top() + middle - metrics.height() / 2, room, metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(nameOf(m_names, cls), Qt::ElideRight, room));
        use(lit.second == cls);
        metrics = QFontMetricsF(painter.font());
        painter.save();
        painter.translate(grid.area.left() + middle, grid.area.top() - space / 2);
        if (grid.upright) {
            painter.rotate(-lean);
            painter.drawText(QRectF(0, -metrics.height() / 2, room + 1, metrics.height()),
                             Qt::AlignLeft | Qt::AlignVCenter,
                             metrics.elidedText(nameOf(m_names, cls), Qt::ElideRight, room + 1));
        } else {
            painter.drawText(QRectF(-grid.cell / 2, -metrics.height(), grid.cell, metrics.height()), Qt::AlignCenter,
                             nameOf(m_names, cls));
        }
        painter.restore();
    }
}

void HeatTable::paintCells(QPainter& painter, const Grid& grid) const
{
    const style::Theme& theme = style::theme();
    const Figures figures = figuresOf(m_counts, grid.cell, QFontMetricsF(theme.body()));
    const bool framed = grid.cell >= smallestFramed;
    QImage picture(framed ? QSize() : QSize(m_classes, m_classes), QImage::Format_RGB32);
    painter.setFont(theme.body());
    for (int truth = 0; truth < m_classes; ++truth)
        for (int said = 0; said < m_classes; ++said) {
            const std::int64_t count = m_counts[std::size_t(truth * m_classes + said)],
                               rows = m_rowSums[std::size_t(truth)];
            const double share = rows > 0 ? double(count) / double(rows) : 0;
            const QColor shade = shadeOf(share, truth == said, theme);
            if (!framed) {
                picture.setPixel(said, truth, shade.rgb());
                continue;
            }
            const QRectF cell(grid.area.left() + said * grid.cell, grid.area.top() + truth * grid.cell, grid.cell,
                              grid.cell);
            painter.fillRect(cell.adjusted(0, 0, -1, -1), shade);
            const int percent = int(std::lround(100 * share));
            if (figures == Figures::None || count == 0 || (figures == Figures::Shares && percent == 0))
                continue;
            painter.setPen(readableOn(shade, theme));
            painter.drawText(cell.adjusted(-4, -4, 3, 3), Qt::AlignCenter,
                             figures == Figures::Counts ? style::count(count) : QString::number(percent));
        }
    if (!framed)
        painter.drawImage(grid.area, picture);
    const QFontMetricsF metrics(theme.body());
    painter.setPen(theme.muted);
    painter.drawText(QRectF(0, grid.area.bottom() + nameGap * theme.scale, width(), metrics.height()),
                     Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(captionOf(figures), Qt::ElideRight, width()));
}

void HeatTable::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const style::Theme& theme = style::theme();
    if (m_classes == 0) {
        painter.setFont(theme.body());
        painter.setPen(theme.muted);
        painter.drawText(rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const Grid place = grid();
    paintCells(painter, place);
    paintNames(painter, place);
    const auto outline = [&](std::pair<int, int> cell, const QColor& color, double width) {
        if (cell.first < 0)
            return;
        const QRectF rect(place.area.left() + cell.second * place.cell, place.area.top() + cell.first * place.cell,
                          place.cell - 1, place.cell - 1);
        painter.setPen(QPen(color, width, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect);
    };
    outline(m_hover, theme.axis, 1.5 * theme.scale);
    outline(m_current, hasFocus() ? theme.accent : theme.text, 2 * theme.scale);
    if (hasFocus() && m_current.first < 0) {
        painter.setPen(QPen(theme.accent, 2 * theme.scale));
        painter.drawRect(place.area.adjusted(-1, -1, 0, 0));
    }
}

bool HeatTable::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    auto* help = static_cast<QHelpEvent*>(event);
    const auto [truth, said] = cellAt(help->pos());
    if (truth < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), describe(truth, said), this);
    return true;
}

void HeatTable::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        updateGeometry();
        update();
    }
    QWidget::changeEvent(event);
}

void HeatTable::mouseMoveEvent(QMouseEvent* event)
{
    const auto cell = cellAt(event->position());
    if (cell == m_hover)
        return;
    m_hover = cell;
    if (cell.first < 0)
        QToolTip::hideText();
    else if (QToolTip::isVisible())
        QToolTip::showText(event->globalPosition().toPoint(), describe(cell.first, cell.second), this);
    update();
    Q_EMIT cellHovered(cell.first, cell.second);
}

void HeatTable::mousePressEvent(QMouseEvent* event)
{
    const auto [truth, said] = cellAt(event->position());
    if (event->button() != Qt::LeftButton || truth < 0) {
        QWidget::mousePressEvent(event);
        return;
    }
    setCurrent(truth, said);
    Q_EMIT cellClicked(truth, said);
}

void HeatTable::keyPressEvent(QKeyEvent* event)
{
    const auto [truth, said] = m_current;
    const auto walk = [this](int row, int column) {
        setCurrent(std::clamp(row, 0, m_classes - 1), std::clamp(column, 0, m_classes - 1));
        Q_EMIT cellHovered(m_current.first, m_current.second);
    };
    const bool begun = truth >= 0;
    switch (m_classes == 0 ? 0 : event->key()) {
    case Qt::Key_Left:
        walk(begun ? truth : 0, said - 1);
        return;
    case Qt::Key_Right:
        walk(begun ? truth : 0, said + 1);
        return;
    case Qt::Key_Up:
        walk(truth - 1, begun ? said : 0);
        return;
    case Qt::Key_Down:
        walk(truth + 1, begun ? said : 0);
        return;
    case Qt::Key_Home:
        walk(begun ? truth : 0, 0);
        return;
    case Qt::Key_End:
        walk(begun ? truth : 0, m_classes - 1);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (begun)
            Q_EMIT cellClicked(truth, said);
        return;
    case Qt::Key_Escape:
        if (begun) {
            setCurrent(-1, -1);
            Q_EMIT cellHovered(-1, -1);
            return;
        }
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void HeatTable::leaveEvent(QEvent* event)
{
    if (m_hover.first >= 0) {
        m_hover = {-1, -1};
        update();
        Q_EMIT cellHovered(-1, -1);
    }
    QWidget::leaveEvent(event);
}

}
