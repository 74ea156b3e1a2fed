// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/time_bar.h"

#include "ui/bridge/workbench.h"
#include "ui/forms/text_forms.h"
#include "ui/models/progress_text.h"
#include "ui/plots/ticks.h"
#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::shell {

using core::events::RunState;
using style::theme;

namespace {

constexpr int barHeight = 64;
constexpr int margin = 24;

QString shortEdit(const core::events::Edited& edit)
{
    const QString path = QString::fromStdString(edit.path);
    return path.section(QLatin1Char('.'), -1) + QStringLiteral(" → ") + forms::textOf(edit.after);
}

}

TimeBar::TimeBar(bridge::Workbench& bench, QWidget* parent) : QWidget(parent), m_bench(bench)
{
    setMouseTracking(true);
    refit();
    for (auto signal :
         {&bridge::Workbench::frontChanged, &bridge::Workbench::stateChanged, &bridge::Workbench::advanced})
        connect(&bench, signal, this, [this] {
            const models::RunModel* run = m_bench.front();
            setAccessibleDescription(run ? models::stepText(*run) + QStringLiteral(", ") + models::epochText(*run)
                                         : QString());
            update();
        });
    setAccessibleName(tr("Time bar"));
}

void TimeBar::refit()
{
    setFixedHeight(theme().scale > 1 ? 80 : barHeight);
}

void TimeBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        refit();
    QWidget::changeEvent(event);
}

TimeBar::Axis TimeBar::axis() const
{
    Axis axis;
    axis.left = margin + std::lround(128 * theme().scale);
    axis.right = width() - std::lround(96 * theme().scale);
    axis.y = std::lround(36 * theme().scale);
    if (const models::RunModel* run = m_bench.front())
        axis.steps = std::max<double>({1, double(run->opened().totalSteps), double(run->step())});
    return axis;
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
    paintMarks(painter, here);
}

void TimeBar::paintEmpty(QPainter& painter) const
{
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const double y = axis().y;
    painter.drawText(QRectF(margin, 0, width() - 2 * margin, y), Qt::AlignVCenter | Qt::AlignLeft,
                     tr("Steps, checkpoints and edits of the run in front will stand here."));
    painter.fillRect(QRectF(margin, y, width() - 2 * margin, 1), theme().line);
}

void TimeBar::paintTexts(QPainter& painter, const Axis& axis) const
{
    const models::RunModel& run = *m_bench.front();
    const double line = 20 * theme().scale;
    const QRectF left(margin, axis.y - line - 2, axis.left - margin - 8, line);
    painter.setFont(theme().strong());
    painter.setPen(theme().text);
    painter.drawText(left, Qt::AlignVCenter | Qt::AlignLeft, models::stepText(run));
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(left.translated(0, line), Qt::AlignVCenter | Qt::AlignLeft, models::epochText(run));

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
    const double textX = dot ? x + 10 : std::min(x, width() - margin - wide);
    painter.setPen(failed ? theme().problem : live ? theme().text : theme().muted);
    painter.drawText(QRectF(textX, axis.y - line / 2, wide + 8, line), Qt::AlignVCenter | Qt::AlignLeft, word);
}

void TimeBar::paintAxis(QPainter& painter, const Axis& axis) const
{
    const models::RunModel& run = *m_bench.front();
    const double now = axis.x(double(run.step()));
    painter.fillRect(QRectF(axis.left, axis.y - 0.5, axis.right - axis.left, 1), theme().line);
    painter.fillRect(QRectF(axis.left, axis.y - 1, now - axis.left, 2), theme().run(0));
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
    for (const auto& checkpoint : run.checkpoints()) {
        const double x = std::round(axis.x(double(checkpoint.step))) + 0.5;
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
    const QColor ground = theme().ground;
    if (const auto& best = run.best()) {
        painter.setPen(QPen(theme().run(0), 1.5));
        painter.setBrush(ground);
        painter.drawEllipse(QPointF(axis.x(double(best->step)), axis.y), 3.5, 3.5);
    }
    const double now = axis.x(double(run.step()));
    painter.fillRect(QRectF(now - 1, axis.y - 20 * theme().scale, 2, 20 * theme().scale - 5), theme().text);
    painter.setPen(QPen(theme().text, 2));
    painter.setBrush(ground);
    painter.drawEllipse(QPointF(now, axis.y), 5, 5);
}

QString TimeBar::describe(double x) const
{
    const models::RunModel* run = m_bench.front();
    if (!run)
        return {};
    const Axis here = axis();
    double nearest = 7;
    QString text;
    const auto offer = [&](double step, const QString& what) {
        if (const double away = std::abs(here.x(step) - x); away < nearest) {
            nearest = away;
            text = what;
        }
    };
    for (const auto& edit : run->edits())
        offer(double(edit.step), tr("%1 %2 → %3, edited at step %4")
                                     .arg(QString::fromStdString(edit.path), forms::textOf(edit.before),
                                          forms::textOf(edit.after), style::count(edit.step)));
    if (const auto& best = run->best())
        offer(double(best->step), tr("best %1: %2 at epoch %3")
                                      .arg(QString::fromStdString(best->metric), style::number(best->value))
                                      .arg(best->epoch));
    for (const auto& checkpoint : run->checkpoints())
        offer(double(checkpoint.step),
              tr("checkpoint at step %1, %2").arg(style::count(checkpoint.step), style::bytes(checkpoint.bytes)));
    return text;
}

bool TimeBar::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = describe(help->pos().x());
        text.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QWidget::event(event);
}

}
