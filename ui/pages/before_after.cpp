// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/before_after.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>

namespace ui::pages {

using style::theme;

QImage imageOf(const core::session::SampleRow& shape, const std::vector<std::uint8_t>& pixels)
{
    const int wide = int(shape.width), high = int(shape.height), channels = int(shape.channels);
    if (wide <= 0 || high <= 0 || (channels != 1 && channels != 3) ||
        pixels.size() < std::size_t(wide) * std::size_t(high) * std::size_t(channels))
        return {};
    const QImage view(pixels.data(), wide, high, wide * channels,
                      channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    return view.copy();
}

QImage imageOf(const core::session::SampleRow& sample)
{
    return imageOf(sample, sample.pixels);
}

BeforeAfter::BeforeAfter(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(sizeHint().height());
    setAccessibleName(tr("Training pictures before and after the pipeline"));
}

void BeforeAfter::setPairs(std::vector<std::pair<QImage, QImage>> pairs)
{
    m_pairs = std::move(pairs);
    update();
}

void BeforeAfter::paintEvent(QPaintEvent*)
{
    constexpr int side = 48, gap = 8, name = 56;
    QPainter painter(this);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(QRect(0, 0, name, side), Qt::AlignVCenter | Qt::AlignLeft, tr("before"));
    painter.drawText(QRect(0, side + gap, name, side), Qt::AlignVCenter | Qt::AlignLeft, tr("after"));
    const int fit = std::max(0, (width() - name + gap) / (side + gap));
    for (int i = 0; i < std::min(fit, int(m_pairs.size())); ++i) {
        const int x = name + i * (side + gap);
        painter.drawImage(QRect(x, 0, side, side), m_pairs[std::size_t(i)].first);
        painter.drawImage(QRect(x, side + gap, side, side), m_pairs[std::size_t(i)].second);
    }
}

}
