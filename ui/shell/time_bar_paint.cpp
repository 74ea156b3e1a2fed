// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/experiment.h"
#include "ui/bridge/workbench.h"
#include "ui/forms/text_forms.h"
#include "ui/models/progress_text.h"
#include "ui/pages/run_tree.h"
#include "ui/plots/ticks.h"
#include "ui/shell/time_bar.h"
#include "ui/style/theme.h"

#include <QPainter>
#include <QPushButton>

#include <algorithm>
#include <cmath>
#include <set>

namespace ui::shell {

using core::events::RunState;
using style::theme;

namespace {

constexpr int paintMargin = 24;

QString shortEdit(const core::events::Edited& edit)
{
    const QString path = QString::fromStdString(edit.path);
    return path.section(QLatin1Char('.'), -1) + QStringLiteral(" → ") + forms::textOf(edit.after);
}

}

void TimeBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme().ground);
    painter.fillRect(0, 0, width(), 1, theme().line);
    if (!m_bench.front()) {
        paintEmpty(painter);
        return;
    }
    const Axis here = axis();
    paintTexts(painter, here);
    paintAxis(painter, here);
    paintBranches(painter, here);
    paintMarks(painter, here);
    paintHandle(painter, here);
}

void TimeBar::paintEmpty(QPainter& painter) const
{
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const double y = axis().y;
    painter.drawText(QRectF(paintMargin, 0, width() - 2 * paintMargin, y), Qt::AlignVCenter | Qt::AlignLeft,
                     tr("Steps, checkpoints and edits of the run in front will stand here."));
    painter.fillRect(QRectF(paintMargin, y, width() - 2 * paintMargin, 1), theme().line);
}

void TimeBar::paintTexts(QPainter& painter, const Axis& axis) const
{
    const models::RunModel& run = *m_bench.front();
    const double line = 20 * theme().scale;
    const QRectF left(paintMargin, axis.y - line - 2, axis.left - paintMargin - 8, line);
    painter.setFont(theme().strong());
    painter.setPen(theme().text);
    const auto shown = run.shownStep();
    painter.drawText(left, Qt::AlignVCenter | Qt::AlignLeft,
                     shown ? tr("step %1").arg(style::count(*shown)) : models::stepText(run));
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(left.translated(0, line), Qt::AlignVCenter | Qt::AlignLeft,
                     shown ? tr("epoch %1").arg(QString::number(run.epochOf(double(*shown)), 'f', 1))
                           : models::epochText(run));
    if (shown)
        return;

    const bool failed = run.state() == RunState::Failed;
    const bool live = run.live() && run.state() != RunState::Paused;
    const double x = axis.right + 32 * theme().scale;
    const QString word = m_bench.replaying() ? tr("Replay") : models::stateWord(run);
    painter.setFont(theme().strong());
    const double wide = painter.fontMetrics().horizontalAdvance(word);
    // A long word takes the room of the dot.
    const bool dot = x + 10 + wide <= width() - 4 && (live || run.state() == RunState::Paused);
    if (dot) {
        painter.setPen(QPen(live ? theme().branch : theme().muted, 1.5));
        painter.setBrush(live ? QBrush(theme().branch) : Qt::NoBrush);
        painter.drawEllipse(QPointF(x, axis.y), 3.5, 3.5);
    }
    const double textX = dot ? x + 10 : std::min(x, width() - paintMargin - wide);
    painter.setPen(failed ? theme().problem : live ? theme().text : theme().muted);
    painter.drawText(QRectF(textX, axis.y - line / 2, wide + 8, line), Qt::AlignVCenter | Qt::AlignLeft, word);
}

void TimeBar::paintAxis(QPainter& painter, const Axis& axis) const
{
    const models::RunModel& run = *m_bench.front();
    const double now = axis.x(double(run.step()));
    painter.fillRect(QRectF(axis.left, axis.y - 0.5, axis.right - axis.left, 1), theme().line);
    // What was gone back from is still there, but grey.
    const double shown = axis.x(shownStep());
    painter.fillRect(QRectF(axis.left, axis.y - 1, now - axis.left, 2), theme().muted);
    painter.fillRect(QRectF(axis.left, axis.y - 1, shown - axis.left, 2), theme().run(0));
    painter.setFont(theme().body());
    const int count = std::max(2, int((axis.right - axis.left) / (96 * theme().scale)));
    for (const plots::Tick& tick : plots::linearTicks(0, axis.steps, count, plots::ValueFormat::Number, true)) {
        const double x = std::round(axis.x(tick.value)) + 0.5;
        painter.setPen(QPen(theme().axis, 1));
        painter.drawLine(QPointF(x, axis.y + 1), QPointF(x, axis.y + 5));
        painter.setPen(theme().muted);
        const double wide = 80 * theme().scale;
        painter.drawText(QRectF(x - wide / 2, axis.y + 6, wide, 20 * theme().scale), Qt::AlignCenter, tick.label);
    }
}

void TimeBar::paintMarks(QPainter& painter, const Axis& axis) const
{
    const models::RunModel& run = *m_bench.front();
    painter.setPen(QPen(theme().axis, 1));
    constexpr double closest = 6;
    double last = -closest;
    for (const auto& checkpoint : run.checkpoints()) {
        const double x = std::round(axis.x(double(checkpoint.step))) + 0.5;
        if (x - last < closest)
            continue;
        last = x;
        painter.drawLine(QPointF(x, axis.y - 5), QPointF(x, axis.y + 1));
    }
    painter.setFont(theme().body());
    double free = axis.left - 8;
    for (const auto& edit : run.edits()) {
        const double x = axis.x(double(edit.step));
        const QString text = shortEdit(edit);
        painter.drawPixmap(QPointF(x - 8, axis.y - 22),
                           style::iconPixmap(QStringLiteral("live"), 16, theme().accent, devicePixelRatioF()));
        const double wide = painter.fontMetrics().horizontalAdvance(text);
        // Where edits stand close, the sign alone remains; its text is in the tooltip.
        if (x - 8 > free && x + 10 + wide < axis.right + 8) {
            painter.setPen(theme().muted);
            painter.drawText(QRectF(x + 10, axis.y - 24, wide + 4, 20), Qt::AlignVCenter | Qt::AlignLeft, text);
            free = x + 14 + wide;
        }
    }
    // Each rule where it fired first.
    std::set<std::string> rules;
    painter.setRenderHint(QPainter::Antialiasing);
    for (const core::events::Finding& finding : run.findings())
        if (rules.insert(finding.rule).second) {
            const double x = axis.x(double(finding.step)), s = theme().scale;
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme().problem);
            painter.drawPolygon(QPolygonF{QPointF(x, axis.y - 17 * s), QPointF(x + 6 * s, axis.y - 7 * s),
                                          QPointF(x - 6 * s, axis.y - 7 * s)});
        }
    const QColor ground = theme().ground;
    if (const auto& best = run.best()) {
        painter.setPen(QPen(theme().run(0), 1.5));
        painter.setBrush(ground);
        painter.drawEllipse(QPointF(axis.x(double(best->step)), axis.y), 3.5, 3.5);
    }
}

void TimeBar::paintHandle(QPainter& painter, const Axis& axis) const
{
    const double now = axis.x(shownStep());
    painter.fillRect(QRectF(now - 1, axis.y - 20 * theme().scale, 2, 20 * theme().scale - 5), theme().text);
    painter.setPen(QPen(hasFocus() ? theme().accent : theme().text, 2));
    painter.setBrush(theme().ground);
    painter.drawEllipse(QPointF(now, axis.y), 5, 5);
}

// Runs behind the one in front that part from it, or that it parts from: a line that leaves the axis at that step.
void TimeBar::paintBranches(QPainter& painter, const Axis& axis) const
{
    const models::RunModel& run = *m_bench.front();
    const double rise = 18 * theme().scale;
    painter.setFont(theme().body());
    for (const models::RunModel* other : m_bench.overlays()) {
        const bool child = other->opened().parent == run.id().toStdString();
        const bool parent = run.opened().parent == other->id().toStdString();
        if (!child && !parent)
            continue;
        const double begin = axis.x(double(child ? other->opened().parentStep : run.opened().parentStep));
        const double end = std::max(begin + 2 * rise, axis.x(double(other->step())));
        const QColor color = theme().run(other->color);
        painter.setPen(QPen(color, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(
            QPolygonF{QPointF(begin, axis.y), QPointF(begin + rise, axis.y - rise), QPointF(end, axis.y - rise)});
        painter.setBrush(color);
        painter.drawEllipse(QPointF(end, axis.y - rise), 3, 3);
        const QString text = pages::changeText(core::spec::wholeDifference(run.spec(), other->spec()));
        const double wide = painter.fontMetrics().horizontalAdvance(text);
        if (begin + rise + 8 + wide < axis.right) {
            painter.setPen(color);
            painter.drawText(QRectF(begin + rise + 4, axis.y - rise - 19, wide + 4, 18),
                             Qt::AlignVCenter | Qt::AlignLeft, text);
        }
    }
}

}
