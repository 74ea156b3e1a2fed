// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/job_graph.h"

#include "core/base/clock.h"
#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace ui::pages {

using style::theme;
using enum core::jobs::JobState;

namespace {

struct Place {
    double column, row;
};

constexpr int graphColumns = 8, graphRows = 3;
constexpr double nodeTop = 14, lastWords = 46;

// By the order of the enumeration.
constexpr std::array<Place, core::jobs::jobStates> places{{{0, 0},
                                                           {1, 0},
                                                           {2, 0},
                                                           {3, 0},
                                                           {4, 0},
                                                           {5, 0},
                                                           {5, 1},
                                                           {2, 1},
                                                           {6, 0},
                                                           {6, 1},
                                                           {7, 0},
                                                           {7, 2},
                                                           {7, 1},
                                                           {6, 2},
                                                           {5, 2}}};

// The ways that are drawn where nobody has gone them, too.
constexpr std::pair<core::jobs::JobState, core::jobs::JobState> usualWays[] = {
    {Pending, Starting},
    {Starting, LaunchingMLInstances},
    {LaunchingMLInstances, PreparingTrainingStack},
    {PreparingTrainingStack, Downloading},
    {Downloading, Training},
    {Training, Uploading},
    {Uploading, Completed},
    {Training, Interrupted},
    {Interrupted, Restarting},
    {Restarting, LaunchingMLInstances},
    {Stopping, Stopped}};

// `PreparingTrainingStack` in two lines.
QStringList linesOf(core::jobs::JobState state)
{
    switch (state) {
    case LaunchingMLInstances:
        return {QStringLiteral("LaunchingML"), QStringLiteral("Instances")};
    case PreparingTrainingStack:
        return {QStringLiteral("Preparing"), QStringLiteral("TrainingStack")};
    case MaxRuntimeExceeded:
        return {QStringLiteral("MaxRuntime"), QStringLiteral("Exceeded")};
    case MaxWaitTimeExceeded:
        return {QStringLiteral("MaxWaitTime"), QStringLiteral("Exceeded")};
    default: {
        const std::string_view name = core::jobs::name(state);
        return {QString::fromLatin1(name.data(), qsizetype(name.size()))};
    }
    }
}

}

JobGraph::JobGraph(QWidget* parent) : QWidget(parent)
{
    fit();
    setAccessibleName(tr("States of the job"));
}

void JobGraph::fit()
{
    setMinimumSize(int(560 * theme().scale), int(196 * theme().scale));
}

QSize JobGraph::sizeHint() const
{
    return QSize(880, 232) * theme().scale;
}

void JobGraph::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        fit();
}

void JobGraph::setChanges(std::vector<core::jobs::StateChange> changes)
{
    m_changes = std::move(changes);
    count();
    QStringList told;
    for (const auto& change : m_changes) {
        const std::string_view name = core::jobs::name(change.state);
        told << QString::fromLatin1(name.data(), qsizetype(name.size()));
    }
    setAccessibleDescription(told.join(QStringLiteral(" → ")));
    update();
}

void JobGraph::count()
{
    m_nodes = {};
    const double now = core::base::wallSeconds();
    for (std::size_t i = 0; i < m_changes.size(); ++i) {
        Node& node = m_nodes[std::size_t(m_changes[i].state)];
        ++node.visits;
        node.reason = QString::fromStdString(m_changes[i].reason);
        if (!isFinal(m_changes[i].state))
            node.seconds += std::max(0.0, (i + 1 < m_changes.size() ? m_changes[i + 1].time : now) - m_changes[i].time);
    }
}

bool JobGraph::walked(State from, State to) const
{
    for (std::size_t i = 1; i < m_changes.size(); ++i)
        if (m_changes[i - 1].state == from && m_changes[i].state == to)
            return true;
    return false;
}

QPointF JobGraph::placeOf(State state) const
{
    const Place place = places[std::size_t(state)];
    // Below the last row stand names of two lines.
    const double cell = width() / double(graphColumns), s = theme().scale;
    const double tall = (height() - (nodeTop + lastWords) * s) / double(graphRows - 1);
    return {cell * (place.column + 0.5), nodeTop * s + tall * place.row};
}

void JobGraph::paintEdge(QPainter& painter, State from, State to, bool lit) const
{
    const double gap = 10 * theme().scale;
    QPointF a = placeOf(from), b = placeOf(to);
    painter.setPen(QPen(lit ? theme().accent : theme().line, (lit ? 2.0 : 1.25) * theme().scale));
    const QLineF whole(a, b);
    if (whole.length() < 3 * gap)
        return;
    QLineF line = whole;
    line.setLength(whole.length() - gap);
    line = QLineF(line.p2(), line.p1());
    line.setLength(line.length() - gap);
    line = QLineF(line.p2(), line.p1());
    painter.drawLine(line);
    // Which way it goes.
    QLineF barb(line.p2(), line.p1());
    barb.setLength(5 * theme().scale);
    for (const double turn : {28.0, -28.0}) {
        QLineF side = barb;
        side.setAngle(barb.angle() + turn);
        painter.drawLine(side);
    }
}

void JobGraph::paintNode(QPainter& painter, State state) const
{
    const Node& node = m_nodes[std::size_t(state)];
    const bool here = !m_changes.empty() && m_changes.back().state == state, been = node.visits > 0;
    const bool wrong = been && (state == Failed || state == MaxRuntimeExceeded || state == MaxWaitTimeExceeded);
    const QColor color = wrong ? theme().problem : been ? theme().accent : theme().axis;
    const double s = theme().scale, radius = (here ? 7 : 5) * s;
    const QPointF at = placeOf(state);
    painter.setPen(QPen(color, 1.5 * s));
    painter.setBrush(been ? color : theme().ground);
    painter.drawEllipse(at, radius, radius);
    painter.setFont(here ? theme().strong() : theme().body());
    painter.setPen(been ? (wrong ? theme().problem : theme().text) : theme().muted);
    const double cell = width() / double(graphColumns), line = 16 * s;
    double y = at.y() + 12 * s;
    const auto write = [&](const QString& text) {
        const QRectF place(at.x() - cell / 2, y, cell, line);
        // Ways that lead down pass behind the words.
        painter.fillRect(painter.boundingRect(place, Qt::AlignCenter, text).adjusted(-3, 0, 3, 0), theme().ground);
        painter.drawText(place, Qt::AlignCenter, text);
        y += line;
    };
    for (const QString& text : linesOf(state))
        write(wrong && text == linesOf(state).front() ? QStringLiteral("▲ ") + text : text);
    if (!been || isFinal(state))
        return;
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    QString told = style::duration(node.seconds);
    if (node.visits > 1) {
        const QString whole = tr("%1 times, %2").arg(node.visits).arg(told);
        const bool fits = painter.fontMetrics().horizontalAdvance(whole) <= cell - 4;
        told = fits ? whole : tr("%1×, %2").arg(node.visits).arg(told);
    }
    write(told);
}

void JobGraph::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto& [from, to] : usualWays)
        if (!walked(from, to))
            paintEdge(painter, from, to, false);
    for (std::size_t i = 1; i < m_changes.size(); ++i)
        paintEdge(painter, m_changes[i - 1].state, m_changes[i].state, true);
    for (int i = 0; i < core::jobs::jobStates; ++i)
        paintNode(painter, State(i));
}

int JobGraph::nodeAt(const QPointF& position) const
{
    for (int i = 0; i < core::jobs::jobStates; ++i)
        if (QLineF(placeOf(State(i)) + QPointF(0, 16), position).length() < 40)
            return i;
    return -1;
}

bool JobGraph::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int node = nodeAt(help->pos());
        const QString reason = node < 0 ? QString() : m_nodes[std::size_t(node)].reason;
        QToolTip::showText(help->globalPos(), reason, this);
        return true;
    }
    return QWidget::event(event);
}

}
