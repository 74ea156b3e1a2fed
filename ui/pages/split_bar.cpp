// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/split_bar.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>
#include <numeric>

namespace ui::pages {

using style::theme;

namespace {

constexpr int foldHeight = 12;
constexpr std::int64_t mostBars = 10;

}

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

QSize SplitBar::sizeHint() const
{
    return {200, m_folds > 1 ? int(std::min(m_folds, mostBars)) * foldHeight + 32 : 56};
}

void SplitBar::setFolds(const QString& kind, std::int64_t folds, bool sliding)
{
    m_kind = kind;
    m_folds = folds;
    m_sliding = sliding;
    setFixedHeight(sizeHint().height());
    update();
}

void SplitBar::paintTest(QPainter& painter, const QRectF& part) const
{
    // The seal: an outline with hatching, and a lock.
    painter.fillRect(part, theme().ground);
    painter.fillRect(part, QBrush(theme().line, Qt::BDiagPattern));
    painter.setPen(QPen(theme().axis, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(part.adjusted(0.5, 0.5, -0.5, -0.5));
    if (part.width() > 24 && part.height() >= 20) {
        const QRectF plate(part.center().x() - 10, part.center().y() - 10, 20, 20);
        painter.fillRect(plate, theme().ground);
        painter.drawPixmap(QPointF(plate.left() + 2, plate.top() + 2),
                           style::iconPixmap(QStringLiteral("lock"), 16, theme().text, devicePixelRatioF()));
    }
}

void SplitBar::paintFolds(QPainter& painter) const
{
    const double all = double(std::accumulate(m_rows.begin(), m_rows.end(), std::int64_t(0)));
    const double test = width() * double(m_rows[2]) / all, open = width() - test - (test > 0 ? 2 : 0);
    const std::int64_t bars = std::min(m_folds, mostBars);
    const bool forward = m_kind == QLatin1String("walk_forward");
    QColor train = theme().accent, check = theme().accent;
    check.setAlphaF(0.35);
    for (std::int64_t fold = 0; fold < bars; ++fold) {
        const double top = double(fold) * foldHeight, high = foldHeight - 3;
        const double parts = double(m_folds) + (forward ? 1 : 0);
        const double begin = open * (double(fold) + (forward ? 1 : 0)) / parts, end = begin + open / parts;
        if (forward) {
            const double from = m_sliding ? open * double(fold) / parts : 0;
            painter.fillRect(QRectF(from, top, begin - from, high), train);
        } else {
            painter.fillRect(QRectF(0, top, begin, high), train);
            painter.fillRect(QRectF(end, top, open - end, high), train);
        }
        painter.fillRect(QRectF(begin + 1, top, std::max(1., end - begin - 2), high), check);
    }
    if (test > 0)
        paintTest(painter, QRectF(width() - test, 0, test, double(bars) * foldHeight - 3));
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    QString text = tr("%1 folds, each validates once").arg(style::count(m_folds));
    if (forward)
        text = tr("%1 steps forward in time").arg(style::count(m_folds));
    if (m_folds > bars)
        text += tr(" (the first %1 are drawn)").arg(bars);
    if (m_rows[2] > 0)
        text += QStringLiteral(" · ") + tr("test, sealed: %1 rows").arg(style::count(m_rows[2]));
    painter.drawText(QRectF(0, double(bars) * foldHeight + 4, width(), 20), Qt::AlignLeft | Qt::AlignVCenter, text);
}

void SplitBar::paintEvent(QPaintEvent*)
{
    const std::int64_t all = std::accumulate(m_rows.begin(), m_rows.end(), std::int64_t(0));
    if (all <= 0)
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_folds > 1) {
        paintFolds(painter);
        return;
    }
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
            paintTest(painter, part);
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
