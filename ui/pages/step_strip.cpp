// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/step_strip.h"

#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace ui::pages {

using core::events::StepTrace;
using style::number;
using style::theme;

namespace {

QString time(double seconds)
{
    return seconds < 1e-3 ? QString::number(seconds * 1e6, 'f', 0) + QStringLiteral(" µs")
                          : QString::number(seconds * 1e3, 'g', 3) + QStringLiteral(" ms");
}

QString share(double part, double whole)
{
    return whole > 0 ? QString::number(100 * part / whole, 'g', 2) + QStringLiteral(" %") : QStringLiteral("–");
}

}

StepStrip::StepStrip(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("stepStrip"));
    setAccessibleName(tr("The last step: forward, backward, update"));
    m_pace.setInterval(paceMs);
    connect(&m_pace, &QTimer::timeout, this, [this] {
        if (++m_revealed >= phases)
            m_pace.stop();
        update();
    });
    setTrace(nullptr, false);
}

QSize StepStrip::sizeHint() const
{
    return {600, int(96 * theme().scale)};
}

void StepStrip::setTrace(const StepTrace* trace, bool classifies)
{
    setVisible(trace);
    if (!trace) {
        m_trace.reset();
        m_pace.stop();
        return;
    }
    setFixedHeight(sizeHint().height());
    if (m_trace && m_trace->step == trace->step)
        return;
    m_trace = *trace;
    m_classifies = classifies;
    m_revealed = 1;
    m_pace.start();
    QStringList told;
    for (int phase = 0; phase < phases; ++phase)
        told << lines(phase).join(QStringLiteral(", "));
    setAccessibleDescription(told.join(QStringLiteral("; ")));
    update();
}

QStringList StepStrip::lines(int phase) const
{
    if (!m_trace)
        return {};
    const StepTrace& step = *m_trace;
    if (phase == 0) {
        QString second = tr("%1 rows").arg(style::count(step.rows));
        if (m_classifies)
            second += tr(", accuracy %1").arg(style::percent(step.accuracy));
        return {tr("Forward"), tr("loss %1").arg(number(step.loss)), second};
    }
    if (phase == 1) {
        const bool clipped = step.clippedNorm > 0 && std::abs(step.clippedNorm - step.gradNorm) > 1e-6 * step.gradNorm;
        return {tr("Backward"), tr("|gradient| %1").arg(number(step.gradNorm)),
                clipped ? tr("used as %1").arg(number(step.clippedNorm)) : time(step.backwardSeconds)};
    }
    const QString rate = tr("lr %1").arg(number(step.lr));
    if (step.layers.empty())
        return {tr("Update"), rate, tr("one round of trees more")};
    const double change = step.loss != 0 ? step.lossAfter / step.loss - 1 : 0;
    return {tr("Update"),
            tr("|Δw| %1, %2 of |w|").arg(number(step.updateNorm), share(step.updateNorm, step.weightNorm)),
            !std::isfinite(step.lossAfter) ? rate
                                           : rate + tr(" · these rows now: loss %1 (%2%3 %)")
                                                        .arg(number(step.lossAfter), QString(change > 0 ? "+" : "−"),
                                                             QString::number(std::abs(100 * change), 'g', 2))};
}

std::vector<StepStrip::Bar> StepStrip::bars(int phase) const
{
    std::vector<Bar> all;
    if (!m_trace || phase == 0)
        return all;
    double longest = 0;
    for (const auto& layer : m_trace->layers) {
        const double ratio = layer.weight > 0 ? layer.update / layer.weight : 0;
        const double value = phase == 1 ? layer.gradient : ratio;
        longest = std::max(longest, value);
        const QString name = QString::fromStdString(layer.name);
        const QString moved =
            tr("%1: |Δw| %2, %3 of its |w| %4. About 0.1 % a step is usual; 1 % and more is restless, "
               "0.001 % hardly moves.")
                .arg(name, number(layer.update), share(layer.update, layer.weight), number(layer.weight));
        all.push_back({phase == 1 ? tr("%1: |gradient| %2").arg(name, number(layer.gradient)) : moved, value});
    }
    for (Bar& bar : all)
        bar.share = longest > 0 ? bar.share / longest : 0;
    return all;
}

QRectF StepStrip::block(int phase) const
{
    // The update has the most to say.
    constexpr double from[] = {0, 0.24, 0.5, 1};
    const double s = theme().scale, inset = 24 * s, room = width() - 2 * inset;
    return {inset + room * from[phase], 10 * s, room * (from[phase + 1] - from[phase]) - 16 * s, height() - 18 * s};
}

QRectF StepStrip::barsArea(int phase) const
{
    const QRectF whole = block(phase);
    const double s = theme().scale;
    return {whole.left(), whole.bottom() - 16 * s, std::min(whole.width(), 240 * s), 16 * s};
}

void StepStrip::paintPhase(QPainter& painter, int phase) const
{
    const double s = theme().scale;
    const bool newest = phase + 1 == m_revealed && m_revealed < phases;
    const QRectF area = block(phase);
    const QStringList text = lines(phase);
    painter.setFont(theme().strong());
    painter.setPen(newest ? theme().readable(theme().accent) : theme().text);
    painter.drawText(area, Qt::AlignTop | Qt::AlignLeft, QStringLiteral("%1  %2").arg(phase + 1).arg(text[0]));
    painter.setFont(theme().body());
    const QFontMetricsF metrics(theme().body());
    for (int line = 1; line < text.size(); ++line) {
        painter.setPen(line == 1 ? theme().text : theme().muted);
        painter.drawText(area.translated(0, 20 * s * line), Qt::AlignTop | Qt::AlignLeft,
                         metrics.elidedText(text[line], Qt::ElideRight, area.width()));
    }
    const std::vector<Bar> all = bars(phase);
    const QRectF place = barsArea(phase);
    const double step = all.empty() ? 0 : std::min(12 * s, place.width() / double(all.size()));
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double height = std::max(1.0, place.height() * all[i].share);
        painter.fillRect(
            QRectF(place.left() + step * double(i), place.bottom() - height, std::max(1.0, step - 2), height),
            newest || m_revealed == phases ? theme().accent : theme().axis);
    }
}

void StepStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(0, 0, width(), 1, theme().line);
    for (int phase = 0; m_trace && phase < m_revealed; ++phase)
        paintPhase(painter, phase);
}

QString StepStrip::tipAt(const QPointF& position) const
{
    for (int phase = 0; phase < m_revealed; ++phase) {
        const std::vector<Bar> all = bars(phase);
        const QRectF place = barsArea(phase);
        const double step = all.empty() ? 1 : std::min(12 * theme().scale, place.width() / double(all.size()));
        const double bar = (position.x() - place.left()) / step;
        if (place.adjusted(0, -4, 0, 4).contains(position) && bar >= 0 && std::size_t(bar) < all.size())
            return all[std::size_t(bar)].tip;
        if (!block(phase).contains(position))
            continue;
        if (phase == 0)
            return tr("Forward: the rows of this step go through the network, and the loss says how wrong it is.");
        if (phase == 1)
            return tr("Backward: the chain rule gives for every weight how the loss would change with it.\n"
                      "|gradient| = √(Σ g²). Far above its usual size: a jump is near. Near 0: nothing is learned.");
        return tr("Update: the optimizer moves every weight against its gradient.\n"
                  "SGD: w ← w − lr · g. The same rows are asked again afterwards: their loss should have fallen.");
    }
    return {};
}

bool StepStrip::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const QString tip = tipAt(help->pos()); !tip.isEmpty())
        QToolTip::showText(help->globalPos(), tip, this);
    else
        QToolTip::hideText();
    return true;
}

}
