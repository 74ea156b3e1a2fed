// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pipeline_picture.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>

namespace ui::pages {

using core::debug::PipelineTrace;
using style::theme;

namespace {

constexpr double stageName = 72, stageHeight = 28, stageGap = 6, pipelineLegend = 28;

}

PipelinePicture::PipelinePicture(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("What each stage of the pipeline did in a step"));
    setToolTip(tr("Numbers are micro-batches. Where a lane is empty its stage waits for another: a bubble."));
}

void PipelinePicture::setTrace(PipelineTrace trace)
{
    const bool other = trace.stages != m_trace.stages;
    m_trace = std::move(trace);
    if (other)
        updateGeometry();
    update();
}

QSize PipelinePicture::sizeHint() const
{
    const double lanes = double(std::max<std::int64_t>(1, m_trace.stages));
    return {640, int((lanes * (stageHeight + stageGap) + pipelineLegend) * theme().scale)};
}

QRectF PipelinePicture::rectOf(const PipelineTrace::Work& work) const
{
    const double s = theme().scale, room = std::max(1.0, width() - stageName * s);
    const double all = std::max(m_trace.seconds, 1e-9);
    return {stageName * s + room * work.begin / all, double(work.stage) * (stageHeight + stageGap) * s,
            std::max(1.0, room * (work.end - work.begin) / all - 1), stageHeight * s};
}

void PipelinePicture::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    for (std::int64_t stage = 0; stage < m_trace.stages; ++stage) {
        const double top = double(stage) * (stageHeight + stageGap) * s;
        painter.setFont(theme().medium());
        painter.setPen(theme().text);
        painter.drawText(QRectF(0, top, stageName * s, stageHeight * s), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("Stage %1").arg(stage));
        painter.fillRect(QRectF(stageName * s, top, width() - stageName * s, stageHeight * s), theme().hover);
    }
    painter.setFont(theme().body());
    for (const PipelineTrace::Work& work : m_trace.work) {
        const QRectF place = rectOf(work);
        painter.fillRect(place, work.backward ? theme().branch : theme().accent);
        painter.setPen(theme().accentText);
        const QString number = QString::number(work.part);
        if (painter.fontMetrics().horizontalAdvance(number) + 4 < place.width())
            painter.drawText(place, Qt::AlignCenter, number);
    }
    const double top = height() - 22 * s;
    double x = stageName * s;
    const std::pair<QColor, QString> parts[] = {
        {theme().accent, tr("forward")}, {theme().branch, tr("backward")}, {theme().hover, tr("waits (bubble)")}};
    for (const auto& [color, name] : parts) {
        painter.fillRect(QRectF(x, top + 6 * s, 10 * s, 10 * s), color);
        painter.setPen(theme().muted);
        const double wide = painter.fontMetrics().horizontalAdvance(name);
        painter.drawText(QRectF(x + 16 * s, top, wide + 4, 22 * s), Qt::AlignLeft | Qt::AlignVCenter, name);
        x += wide + 40 * s;
    }
}

}
