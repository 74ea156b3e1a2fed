// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/split_bar.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <numeric>

namespace ui::pages {

using style::theme;

SplitBar::SplitBar(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(sizeHint().height());
}

void SplitBar::setRows(const std::array<std::int64_t, 3>& rows)
{
    m_rows = rows;
    setAccessibleName(tr("%1 training, %2 validation, %3 test rows").arg(rows[0]).arg(rows[1]).arg(rows[2]));
    setToolTip(tr("Training rows teach, validation rows check after every epoch. Test rows stay sealed until they are "
                  "opened, and every opening is counted."));
    update();
}

void SplitBar::paintEvent(QPaintEvent*)
{
    const std::int64_t all = std::accumulate(m_rows.begin(), m_rows.end(), std::int64_t(0));
    if (all <= 0)
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    double left = 0;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (m_rows[i] <= 0)
            continue;
        const double wide = width() * double(m_rows[i]) / double(all);
        const QRectF part(left + (left > 0 ? 1 : 0), 0, wide - (left > 0 ? 1 : 0), 24);
        QColor fill = theme().accent;
        fill.setAlphaF(i == 0 ? 1. : 0.35);
        painter.fillRect(part, i == 2 ? theme().ground : fill);
        if (i == 2) {
            // The seal: an outline with hatching, and a lock.
            painter.fillRect(part, QBrush(theme().line, Qt::BDiagPattern));
            painter.setPen(QPen(theme().axis, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(part.adjusted(0.5, 0.5, -0.5, -0.5));
            if (part.width() > 24) {
                const QRectF plate(part.center().x() - 10, part.top() + 2, 20, 20);
                painter.fillRect(plate, theme().ground);
                painter.drawPixmap(QPointF(plate.left() + 2, plate.top() + 2),
                                   style::iconPixmap(QStringLiteral("lock"), 16, theme().text, devicePixelRatioF()));
            }
        }
        left += wide;
    }
    paintNames(painter, double(all));
}

void SplitBar::paintNames(QPainter& painter, double all) const
{
    const QString names[] = {tr("training"), tr("validation"), tr("test, sealed")};
    double left = width(), limit = width();
    // From the right: a name stands under the start of its part, or as far left as the next one needs.
    for (std::size_t i = m_rows.size(); i-- > 0;) {
        if (m_rows[i] <= 0)
            continue;
        left -= width() * double(m_rows[i]) / all;
        const QString rows =
            style::count(m_rows[i]) + QStringLiteral(" · ") + style::percent(double(m_rows[i]) / all, 3);
        const double nameWide = QFontMetrics(theme().medium()).horizontalAdvance(names[i]) + 8;
        const double rowsWide = QFontMetrics(theme().body()).horizontalAdvance(rows);
        const double x = std::max(0., std::min(left, limit - nameWide - rowsWide));
        painter.setFont(theme().medium());
        painter.setPen(theme().text);
        painter.drawText(QRectF(x, 30, nameWide, 20), Qt::AlignLeft | Qt::AlignVCenter, names[i]);
        painter.setFont(theme().body());
        painter.setPen(theme().muted);
        painter.drawText(QRectF(x + nameWide, 30, rowsWide + 4, 20), Qt::AlignLeft | Qt::AlignVCenter, rows);
        limit = x - 16;
    }
}

}
