// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/schedule_preview.h"

#include "ui/bridge/workbench.h"
#include "ui/style/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace ui::pages {

using core::base::Object;
using core::base::Value;
using style::theme;

SchedulePreview::SchedulePreview(bridge::Workbench& bench, QWidget* parent) : QWidget(parent), m_bench(bench)
{
    setFixedHeight(sizeHint().height());
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &SchedulePreview::ask);
    connect(&m_preview, &bridge::Preview::slow, this, qOverload<>(&QWidget::update));
}

void SchedulePreview::showEvent(QShowEvent*)
{
    ask();
}

void SchedulePreview::ask()
{
    if (!isVisible() || !m_bench.document().problems().empty())
        return;
    const Value& resolved = m_bench.document().resolved();
    Value asked = Object{{"data", resolved["data"]}, {"split", resolved["split"]}, {"train", resolved["train"]}};
    if (asked == m_asked)
        return;
    m_asked = asked;
    Value rowsOf = Object{{"data", resolved["data"]}, {"split", resolved["split"]}};
    // The rows are counted once for a data set; after that a change of the schedule costs nothing.
    const std::int64_t rows = rowsOf == m_rowsOf ? m_rows : 0;
    m_preview.ask(
        [resolved, rows] {
            return rows > 0 ? core::session::previewSchedule(resolved, rows) : core::session::previewSchedule(resolved);
        },
        [this, rowsOf](core::base::Result<core::session::SchedulePreview> schedule) {
            m_problem = schedule ? QString() : QString::fromStdString(schedule.error().message);
            if (schedule) {
                m_schedule = std::move(*schedule);
                m_rowsOf = rowsOf;
                m_rows = m_schedule.trainRows;
            }
            setAccessibleName(tr("Learning rate over %1 steps").arg(m_schedule.totalSteps));
            update();
        });
}

/// The rates from the lowest to the highest, as exactly as there is room.
QString SchedulePreview::rangeText(double low, double high, const QFontMetrics& metrics, int room)
{
    if (low == high)
        return style::number(high);
    for (const QString& text : {tr("%1 … %2").arg(style::number(low), style::number(high)),
                                tr("%1 … %2").arg(QString::number(low, 'g', 1), style::number(high))})
        if (metrics.horizontalAdvance(text) <= room)
            return text;
    return tr("at most %1").arg(style::number(high));
}

void SchedulePreview::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QRectF title(0, 4, width(), 20);
    if (!m_problem.isEmpty() || m_schedule.lr.empty()) {
        painter.drawText(title, Qt::AlignVCenter | Qt::AlignLeft,
                         m_problem.isEmpty() ? tr("Counting the rows…") : tr("No curve: %1").arg(m_problem));
        return;
    }
    const auto& lr = m_schedule.lr;
    const auto [low, high] = std::minmax_element(lr.begin(), lr.end());
    const QString name = tr("lr over the run");
    painter.drawText(title, Qt::AlignVCenter | Qt::AlignLeft, name);
    painter.drawText(title, Qt::AlignVCenter | Qt::AlignRight,
                     rangeText(*low, *high, painter.fontMetrics(),
                               width() - painter.fontMetrics().horizontalAdvance(name) - int(12 * theme().scale)));
    const QRectF plot(0.5, 30.5, width() - 1, 52);
    painter.setPen(QPen(theme().axis, 1));
    painter.drawPolyline(QPolygonF{plot.topLeft(), plot.bottomLeft(), plot.bottomRight()});
    // Zero is the foot, so that a constant rate is seen as constant and not as noise.
    const auto y = [&](double rate) { return plot.bottom() - (*high > 0 ? rate / *high : 0) * (plot.height() - 6); };
    QPainterPath path;
    const int columns = std::max(2, int(plot.width()));
    for (int i = 0; i <= columns; ++i) {
        const auto step = std::min(lr.size() - 1, std::size_t(double(i) / columns * double(lr.size() - 1) + 0.5));
        const QPointF at(plot.left() + plot.width() * i / columns, y(lr[step]));
        i == 0 ? path.moveTo(at) : path.lineTo(at);
    }
    painter.setPen(QPen(theme().accent, 1.5));
    painter.drawPath(path);
    painter.setPen(theme().muted);
    const QRectF foot(0, plot.bottom() + 4, width(), 20);
    painter.drawText(foot, Qt::AlignVCenter | Qt::AlignLeft, QStringLiteral("0"));
    painter.drawText(foot, Qt::AlignVCenter | Qt::AlignRight, tr("%1 steps").arg(style::count(m_schedule.totalSteps)));
}

}
