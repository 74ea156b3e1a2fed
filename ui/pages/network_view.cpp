// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/network_view.h"

#include "ui/plots/sparkline.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <utility>

namespace ui::pages {

using core::model::LayerInfo;
using core::session::Learning;
using style::theme;

namespace {

constexpr int blockHeight = 40;
constexpr int blockWidth = 400;
constexpr int edgeLength = 32;
constexpr int lowBlock = 28, shortEdge = 20; ///< of a network that is too long for the view
constexpr int barWidth = 88;
constexpr double sparkWidth = 76;
constexpr int narrowBlock = 220;

int sparksRoom()
{
    return 16 + barWidth + 24 + int(3 * sparkWidth * theme().scale) + 1;
}
constexpr int lockSide = 16;

}

QString shapeText(const std::vector<std::int64_t>& shape)
{
    QStringList sides;
    for (const std::int64_t side : shape)
        sides << style::count(side);
    return sides.join(QStringLiteral(" × "));
}

NetworkView::NetworkView(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Network"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void NetworkView::setNetwork(std::vector<std::int64_t> inputShape, std::vector<LayerInfo> layers)
{
    m_input = std::move(inputShape);
    m_layers = std::move(layers);
    m_current = std::min(m_current, int(m_layers.size()) - 1);
    fit();
    viewport()->update();
}

void NetworkView::setLearning(std::vector<Learning> learning)
{
    m_learning = std::move(learning);
    viewport()->update();
}

Learning NetworkView::learning(int index) const
{
    return std::size_t(index) < m_learning.size() ? m_learning[std::size_t(index)] : Learning::Whole;
}

QRect NetworkView::lockRect(int index) const
{
    if (m_layers.at(std::size_t(index)).tensors.empty())
        return {};
    const QRect block = blockRect(index);
    return {block.right() - lockSide - 11, block.center().y() - lockSide / 2 + 1, lockSide, lockSide};
}

/// As airy as the view allows: a network that would not fit is drawn denser before it scrolls.
NetworkView::Pitch NetworkView::pitch() const
{
    const double scale = theme().scale;
    const int airyBlock = int(blockHeight * scale), denseBlock = int(lowBlock * scale);
    const int edge = edgeLength, denseEdge = int(shortEdge * scale);
    const int count = std::max(1, int(m_layers.size()));
    const int room = (viewport()->height() - 24 - edge - 24) / count;
    const int spare = std::clamp(airyBlock + edge - room, 0, airyBlock + edge - denseBlock - denseEdge);
    const int fromBlock = std::min(airyBlock - denseBlock, spare / 2);
    return {airyBlock - fromBlock, edge - std::min(edge - denseEdge, spare - fromBlock)};
}

std::vector<NetworkView::Block> NetworkView::layout() const
{
    std::vector<Block> blocks;
    // Sparklines stand where blocks keep a width that can be read.
    const int room = viewport()->width() - sparksRoom();
    const int wide = std::min(blockWidth, m_sparks.empty() || room < narrowBlock ? viewport()->width() - 140 : room);
    const QFontMetrics metrics(theme().body());
    const Pitch pitch = this->pitch();
    int y = 24 + pitch.edge;
    for (const LayerInfo& layer : m_layers) {
        Block block{{1, y, wide, pitch.block}};
        if (!layer.problem.empty())
            block.reasonHeight = metrics
                                     .boundingRect(QRect(0, 0, wide + 120, 1000), Qt::TextWordWrap,
                                                   QString::fromStdString(layer.problem))
                                     .height() +
                                 8;
        blocks.push_back(block);
        y += block.rect.height() + block.reasonHeight + pitch.edge;
    }
    return blocks;
}

void NetworkView::fit()
{
    const auto blocks = layout();
    const int height = blocks.empty() ? 0 : blocks.back().rect.bottom() + blocks.back().reasonHeight + edgeLength;
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(blockHeight);
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
}

void NetworkView::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(0, -verticalScrollBar()->value());
    const auto blocks = layout();
    const int edge = pitch().edge;
    if (blocks.empty())
        return;
    const int middle = blocks.front().rect.center().x();
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    painter.drawText(QRect(0, 0, blocks.front().rect.width(), 24), Qt::AlignCenter, tr("input"));
    paintEdge(painter, {middle, 24}, edge, m_input);
    paintSparkNames(painter, blocks.front());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        paintBlock(painter, blocks[i], int(i));
        if (m_layers[i].problem.empty() && i + 1 < blocks.size())
            paintEdge(painter, {middle, blocks[i].rect.bottom() + 1}, edge, m_layers[i].outputShape);
    }
    if (m_drop >= 0) {
        const int place = std::min(m_drop, int(blocks.size()) - 1);
        const QRect& rect = blocks[std::size_t(place)].rect;
        const int y = m_drop > place ? rect.bottom() + edge / 2 : rect.top() - edge / 2;
        painter.fillRect(QRect(rect.left(), y - 1, rect.width(), 2), theme().accent);
    }
    if (m_layers.back().problem.empty()) {
        painter.setPen(theme().muted);
        painter.setFont(theme().body());
        painter.drawText(QRect(0, blocks.back().rect.bottom() + 4, blocks.back().rect.width(), 24), Qt::AlignCenter,
                         tr("output %1").arg(shapeText(m_layers.back().outputShape)));
    }
}

void NetworkView::paintEdge(QPainter& painter, const QPoint& top, int length,
                            const std::vector<std::int64_t>& shape) const
{
    painter.setPen(QPen(theme().axis, 1));
    const QPointF end(top.x() + 0.5, top.y() + length - 1);
    painter.drawLine(QPointF(top.x() + 0.5, top.y()), end);
    painter.drawPolyline(QPolygonF{end + QPointF(-3.5, -4.5), end, end + QPointF(3.5, -4.5)});
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(QRect(top.x() + 12, top.y(), 200, length), Qt::AlignLeft | Qt::AlignVCenter, shapeText(shape));
}

void NetworkView::paintBlock(QPainter& painter, const Block& block, int index) const
{
    const LayerInfo& layer = m_layers[std::size_t(index)];
    const bool wrong = !layer.problem.empty();
    std::int64_t most = 0;
    for (const LayerInfo& other : m_layers)
        most = std::max(most, other.parameters);
    const bool current = index == m_current && hasFocus();
    painter.setPen(QPen(wrong ? theme().problem : current ? theme().accent : theme().line, wrong || current ? 2 : 1));
    painter.setBrush(theme().surface);
    painter.drawRoundedRect(QRectF(block.rect).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    if (learning(index) != Learning::Whole) {
        // Hatched: it is seen without colour, too.
        painter.setPen(Qt::NoPen);
        painter.setBrush(
            QBrush(theme().line, learning(index) == Learning::Frozen ? Qt::BDiagPattern : Qt::Dense7Pattern));
        painter.drawRoundedRect(QRectF(block.rect).adjusted(1.5, 1.5, -1.5, -1.5), 5, 5);
    }
    const QRect lock = lockRect(index).translated(0, verticalScrollBar()->value());
    if (!layer.tensors.empty())
        paintLock(painter, lock, index);
    const QRect inside = block.rect.adjusted(16, 0, layer.tensors.empty() ? -16 : -16 - lockSide - 8, 0);
    painter.setFont(theme().strong());
    painter.setPen(wrong ? theme().problem : theme().text);
    const QString type = (wrong ? QStringLiteral("▲ ") : QString()) + QString::fromStdString(layer.type);
    painter.drawText(inside, Qt::AlignLeft | Qt::AlignVCenter, type);
    const int after = painter.fontMetrics().horizontalAdvance(type) + 12;
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QFontMetrics metrics(theme().body());
    const QString name = QString::fromStdString(layer.name);
    const int nameWide = metrics.horizontalAdvance(name);
    painter.drawText(inside, Qt::AlignRight | Qt::AlignVCenter, name);
    const QRect middle = inside.adjusted(after, 0, -nameWide - 12, 0);
    painter.drawText(middle, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(QString::fromStdString(layer.text), Qt::ElideRight, middle.width()));
    const QRect side(block.rect.right() + 16, block.rect.top(), 200, block.rect.height());
    if (layer.parameters > 0) {
        painter.setFont(theme().medium());
        painter.setPen(theme().text);
        painter.drawText(side, Qt::AlignLeft | Qt::AlignVCenter, style::count(layer.parameters));
        // Where the parameters are, seen at a glance.
        const double share = double(layer.parameters) / double(std::max<std::int64_t>(most, 1));
        const QRectF bar(side.left(), std::min(side.bottom() - 1, side.center().y() + 13), barWidth, 2);
        painter.fillRect(bar, theme().line);
        painter.fillRect(QRectF(bar.left(), bar.top(), std::max(1., bar.width() * share), bar.height()),
                         theme().accent);
    }
    paintSparks(painter, block, index);
    if (wrong) {
        painter.setPen(theme().problem);
        painter.setFont(theme().body());
        painter.drawText(
            QRect(block.rect.left(), block.rect.bottom() + 6, block.rect.width() + 120, block.reasonHeight),
            Qt::TextWordWrap, QString::fromStdString(layer.problem));
    }
}

void NetworkView::setSparks(std::map<std::string, models::LayerSpark> sparks)
{
    m_sparks = std::move(sparks);
    viewport()->update();
}

QRect NetworkView::sparksBeside(const QRect& block) const
{
    const double s = theme().scale;
    const int left = block.right() + 16 + barWidth + 24, wide = int(3 * sparkWidth * s);
    return left + wide > viewport()->width() ? QRect() : QRect(left, block.top(), wide, block.height());
}

QRect NetworkView::sparkRect(int index) const
{
    if (index < 0 || index >= int(m_layers.size()) || !m_sparks.contains(m_layers[std::size_t(index)].name) ||
        m_layers[std::size_t(index)].parameters == 0)
        return {};
    return sparksBeside(blockRect(index));
}

void NetworkView::paintSparkNames(QPainter& painter, const Block& first) const
{
    const QRect all = sparksBeside(first.rect);
    if (m_sparks.empty() || all.isEmpty())
        return;
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QString names[] = {tr("weights"), tr("gradients"), tr("updates")};
    for (int i = 0; i < 3; ++i)
        painter.drawText(QRect(all.left() + i * all.width() / 3, 0, all.width() / 3 - 8, 24),
                         Qt::AlignLeft | Qt::AlignVCenter, names[i]);
}

void NetworkView::paintSparks(QPainter& painter, const Block& block, int index) const
{
    const LayerInfo& layer = m_layers[std::size_t(index)];
    const auto found = m_sparks.find(layer.name);
    const QRect all = sparksBeside(block.rect);
    if (found == m_sparks.end() || all.isEmpty() || layer.parameters == 0)
        return;
    const models::LayerSpark::Line* lines[] = {&found->second.weight, &found->second.gradient, &found->second.update};
    for (int i = 0; i < 3; ++i) {
        if (lines[i]->x.size() < 2)
            continue;
        plots::SparkData data;
        data.curves.push_back({lines[i]->x, lines[i]->y, 0, plots::Line::Plain, false});
        data.logY = true;
        plots::paintSparkline(
            painter, QRectF(all.left() + i * all.width() / 3, all.top() + 6, all.width() / 3 - 8, all.height() - 12),
            data, theme());
    }
}

bool NetworkView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (int i = 0; i < int(m_layers.size()); ++i)
            if (sparkRect(i).contains(help->pos())) {
                QToolTip::showText(help->globalPos(), describeSparks(i), viewport());
                return true;
            }
        QToolTip::hideText();
    }
    return QAbstractScrollArea::viewportEvent(event);
}

QString NetworkView::describeSparks(int index) const
{
    const auto& spark = m_sparks.at(m_layers.at(std::size_t(index)).name);
    const auto last = [](const models::LayerSpark::Line& line) { return line.y.empty() ? 0 : line.y.back(); };
    const double weight = last(spark.weight), update = last(spark.update);
    return tr("|weights| %1, |gradients| %2, |update| %3, each on a logarithmic scale of its own.\nAn update is %4 of "
              "the "
              "weights; about 1e-3 is usual. Above 1e-2 the rate is too high, below 1e-5 the layer hardly learns.\n"
              "Gradients far smaller than those of later layers vanish, far larger ones explode.")
        .arg(style::number(weight, 3), style::number(last(spark.gradient), 3), style::number(update, 3),
             style::number(weight > 0 ? update / weight : 0, 2));
}

// Of layers that learn only a hint, on the block that is chosen.
void NetworkView::paintLock(QPainter& painter, const QRect& place, int index) const
{
    const bool frozen = learning(index) != Learning::Whole;
    if (!frozen && index != m_current)
        return;
    painter.setOpacity(frozen ? 1 : 0.4);
    painter.drawPixmap(place, style::iconPixmap(QStringLiteral("lock"), lockSide, frozen ? theme().text : theme().muted,
                                                devicePixelRatioF()));
    painter.setOpacity(1);
}

QString NetworkView::describe(int index) const
{
    const LayerInfo& layer = m_layers.at(std::size_t(index));
    QString text =
        tr("%1 %2 %3, output %4, %5 parameters")
            .arg(QString::fromStdString(layer.name), QString::fromStdString(layer.type),
                 QString::fromStdString(layer.text), shapeText(layer.outputShape), style::count(layer.parameters));
    if (learning(index) != Learning::Whole)
        text += learning(index) == Learning::Frozen ? tr(", frozen") : tr(", partly frozen");
    return layer.problem.empty() ? text : text + QStringLiteral(". ") + QString::fromStdString(layer.problem);
}

void NetworkView::choose(int index)
{
    if (index < 0 || index >= int(m_layers.size()))
        return;
    m_current = index;
    setAccessibleDescription(describe(index));
    const QRect rect = layout()[std::size_t(index)].rect;
    QScrollBar* bar = verticalScrollBar();
    if (rect.top() - edgeLength < bar->value())
        bar->setValue(rect.top() - edgeLength);
    else if (rect.bottom() + edgeLength > bar->value() + viewport()->height())
        bar->setValue(rect.bottom() + edgeLength - viewport()->height());
    viewport()->update();
    Q_EMIT chosen(index);
}

QRect NetworkView::blockRect(int index) const
{
    return layout().at(std::size_t(index)).rect.translated(0, -verticalScrollBar()->value());
}

int NetworkView::dropPlace(int y) const
{
    int place = 0;
    for (int i = 0; i < m_editable && i < int(m_layers.size()); ++i)
        if (y > blockRect(i).center().y())
            place = i + 1;
    return place;
}

void NetworkView::mousePressEvent(QMouseEvent* event)
{
    const QPoint at = event->position().toPoint() + QPoint(0, verticalScrollBar()->value());
    const auto blocks = layout();
    m_pressed = -1;
    for (std::size_t i = 0; i < blocks.size(); ++i)
        if (blocks[i].rect.contains(at)) {
            choose(int(i));
            if (lockRect(int(i)).adjusted(-6, -6, 6, 6).contains(event->position().toPoint())) {
                Q_EMIT freezeToggled(int(i));
                return;
            }
            m_pressed = int(i) < m_editable && event->button() == Qt::LeftButton ? int(i) : -1;
        }
    m_pressedAt = event->position().toPoint();
}

void NetworkView::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint at = event->position().toPoint();
    if (m_pressed < 0 || (m_drop < 0 && (at - m_pressedAt).manhattanLength() < QApplication::startDragDistance()))
        return;
    m_drop = dropPlace(at.y());
    viewport()->update();
}

void NetworkView::mouseReleaseEvent(QMouseEvent*)
{
    const int from = std::exchange(m_pressed, -1), drop = std::exchange(m_drop, -1);
    viewport()->update();
    const int to = drop > from ? drop - 1 : drop;
    if (from < 0 || drop < 0 || to == from)
        return;
    m_current = to;
    Q_EMIT moved(from, to);
}

void NetworkView::keyPressEvent(QKeyEvent* event)
{
    const int step = event->key() == Qt::Key_Up ? -1 : event->key() == Qt::Key_Down ? 1 : 0;
    const bool editable = m_current >= 0 && m_current < m_editable;
    if (editable && step != 0 && (event->modifiers() & Qt::AltModifier)) {
        const int to = m_current + step;
        if (to >= 0 && to < m_editable)
            Q_EMIT moved(std::exchange(m_current, to), to);
    } else if (editable && (event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace))
        Q_EMIT removed(m_current);
    else if (event->key() == Qt::Key_F && m_current >= 0 && event->modifiers() == Qt::NoModifier)
        Q_EMIT freezeToggled(m_current);
    else if (step != 0 && !m_layers.empty())
        choose(std::clamp(m_current + step, 0, int(m_layers.size()) - 1));
    else
        QAbstractScrollArea::keyPressEvent(event);
}

void NetworkView::resizeEvent(QResizeEvent*)
{
    fit();
}
void NetworkView::focusInEvent(QFocusEvent*)
{
    viewport()->update();
}
void NetworkView::focusOutEvent(QFocusEvent*)
{
    viewport()->update();
}

}
