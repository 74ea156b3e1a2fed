// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/before_after.h"

#include "ui/pages/look_view.h"
#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>

namespace ui::pages {

using style::theme;

namespace {

constexpr int side = 48, gap = 8, valueNameWidth = 56;

}

BeforeAfter::BeforeAfter(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(sizeHint().height());
    setAccessibleName(tr("Training samples before and after the pipeline"));
}

void BeforeAfter::setPairs(std::vector<Pair> pairs)
{
    m_pairs = std::move(pairs);
    update();
}

int BeforeAfter::tileWidth() const
{
    if (m_pairs.empty() || !m_pairs.front().before.pixels.empty())
        return side;
    return m_pairs.front().before.modality == core::data::Modality::Text ? 240 : 120;
}

void BeforeAfter::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(QRect(0, 0, valueNameWidth, side), Qt::AlignVCenter | Qt::AlignLeft, tr("before"));
    painter.drawText(QRect(0, side + gap, valueNameWidth, side), Qt::AlignVCenter | Qt::AlignLeft, tr("after"));
    const int wide = tileWidth(), fit = std::max(1, (width() - valueNameWidth + gap) / (wide + gap));
    for (int i = 0; i < std::min(fit, int(m_pairs.size())); ++i) {
        const int x = valueNameWidth + i * (wide + gap);
        const Pair& pair = m_pairs[std::size_t(i)];
        paintLook(painter, QRectF(x, 0, wide, side), pair.before, &pair.before);
        paintLook(painter, QRectF(x, side + gap, wide, side), pair.after, &pair.before);
    }
}

}
