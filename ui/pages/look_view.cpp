// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/look_view.h"

#include "ui/style/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::session::Look;
using style::theme;

QImage imageOf(const Look& look)
{
    const int wide = int(look.width), high = int(look.height), channels = int(look.channels);
    if (wide <= 0 || high <= 0 || (channels != 1 && channels != 3) ||
        look.pixels.size() < std::size_t(wide) * std::size_t(high) * std::size_t(channels))
        return {};
    const QImage view(look.pixels.data(), wide, high, wide * channels,
                      channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
    return view.copy();
}

namespace {

constexpr int mostLookCurves = 6;

// Each token in a frame of its own, in their order, as far as there is room.
void paintTokens(QPainter& painter, const QRectF& area, const std::vector<std::string>& tokens)
{
    const QFontMetricsF metrics(theme().body());
    constexpr double height = 22, gap = 4, inside = 5;
    double x = area.left(), y = area.top();
    for (const std::string& token : tokens) {
        QString text = QString::fromStdString(token);
        const bool unknown = text == QLatin1String("<unk>");
        if (text == QLatin1String(" "))
            text = QStringLiteral("␣");
        const double width = metrics.horizontalAdvance(text) + 2 * inside;
        if (x > area.left() && x + width > area.right()) {
            x = area.left();
            y += height + gap;
        }
        if (y + height > area.bottom() + 1)
            return;
        const QRectF frame(x, y, std::min(width, area.width()), height);
        painter.setPen(QPen(unknown ? theme().problem : theme().line, 1));
        painter.setBrush(theme().surface);
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        painter.setPen(unknown ? theme().problem : theme().text);
        painter.drawText(frame, Qt::AlignCenter, text);
        x += width + gap;
    }
}

void paintText(QPainter& painter, const QRectF& area, const Look& look)
{
    painter.setFont(theme().body());
    painter.setPen(theme().text);
    const int flags = int(Qt::TextWordWrap) | int(Qt::AlignLeft) | int(Qt::AlignTop);
    const QString text = QString::fromStdString(look.text.substr(0, 2000));
    if (look.tokens.empty()) {
        painter.drawText(area, flags, text);
        return;
    }
    // The text above, what a network is given of it below.
    const QRectF above(area.left(), area.top(), area.width(), area.height() * 0.4);
    QRectF used;
    painter.save();
    painter.setClipRect(above, Qt::IntersectClip);
    painter.drawText(above, flags, text, &used);
    painter.restore();
    const double top = std::min(used.bottom(), above.bottom()) + 8;
    painter.setRenderHint(QPainter::Antialiasing);
    paintTokens(painter, QRectF(area.left(), top, area.width(), area.bottom() - top), look.tokens);
}

void paintPicture(QPainter& painter, const QRectF& area, const Look& look)
{
    const double scale = std::min(area.width() / double(look.width), area.height() / double(look.height));
    const QSizeF size(double(look.width) * scale, double(look.height) * scale);
    const QRectF place(area.left(), area.top() + (area.height() - size.height()) / 2, size.width(), size.height());
    painter.setRenderHint(QPainter::SmoothPixmapTransform, scale < 1);
    painter.drawImage(place, imageOf(look));
    if (!look.mask.empty()) {
        QImage mask(int(look.width), int(look.height), QImage::Format_ARGB32_Premultiplied);
        mask.fill(Qt::transparent);
        for (int y = 0; y < mask.height(); ++y)
            for (int x = 0; x < mask.width(); ++x)
                if (const int c = look.mask[std::size_t(y * mask.width() + x)]; c > 0 && c < 255) {
                    QColor colour = theme().classColor(c);
                    colour.setAlphaF(0.45);
                    mask.setPixelColor(x, y, colour);
                }
        painter.drawImage(place, mask);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setFont(theme().body());
    int number = 0;
    for (const Look::Box& box : look.boxes) {
        const QRectF at(place.left() + double(box.left) * scale, place.top() + double(box.top) * scale,
                        double(box.right - box.left) * scale, double(box.bottom - box.top) * scale);
        painter.setPen(QPen(theme().classColor(number++ % 8), 1.5));
        painter.drawRect(at);
        if (at.width() > 40 && at.height() > 24) {
            const QString text = QString::fromStdString(box.label);
            const QRectF plate(at.left(), at.top(), QFontMetricsF(painter.font()).horizontalAdvance(text) + 6, 18);
            painter.fillRect(plate, theme().surface);
            painter.setPen(theme().text);
            painter.drawText(plate.adjusted(3, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
        }
    }
}

struct Range {
    float low = HUGE_VALF, high = -HUGE_VALF;
};

Range rangeOf(const float* values, std::int64_t count)
{
    Range range;
    for (std::int64_t i = 0; i < count; ++i)
        if (std::isfinite(values[i])) {
            range.low = std::min(range.low, values[i]);
            range.high = std::max(range.high, values[i]);
        }
    return range;
}

// One line of values; more than a pixel's worth of them are drawn from their lowest to their highest.
void paintLine(QPainter& painter, const QRectF& area, const float* values, std::int64_t count, Range range,
               const QColor& colour)
{
    if (count < 1 || !(range.low <= range.high))
        return;
    const double span = range.high > range.low ? double(range.high) - double(range.low) : 1;
    const auto yOf = [&](double value) {
        return area.bottom() - std::clamp((value - double(range.low)) / span, 0., 1.) * area.height();
    };
    QPainterPath path;
    bool down = false;
    const std::int64_t points = std::min<std::int64_t>(count, std::max<std::int64_t>(2, std::int64_t(area.width())));
    for (std::int64_t p = 0; p < points; ++p) {
        const std::int64_t begin = p * count / points, end = std::max(begin + 1, (p + 1) * count / points);
        const Range here = rangeOf(values + begin, end - begin);
        if (!(here.low <= here.high)) {
            down = false;
            continue;
        }
        const double x = area.left() + area.width() * (points > 1 ? double(p) / double(points - 1) : 0.5);
        if (down)
            path.lineTo(x, yOf(double(here.low)));
        else
            path.moveTo(x, yOf(double(here.low)));
        path.lineTo(x, yOf(double(here.high)));
        down = true;
    }
    painter.setPen(QPen(colour, 1.25));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
}

void paintSpectrogram(QPainter& painter, const QRectF& area, const Look& look)
{
    const int mels = int(look.mels), frames = mels > 0 ? int(look.spectrogram.size()) / mels : 0;
    if (frames < 1)
        return;
    const Range range = rangeOf(look.spectrogram.data(), std::int64_t(look.spectrogram.size()));
    QImage image(frames, mels, QImage::Format_RGB32);
    for (int mel = 0; mel < mels; ++mel)
        for (int frame = 0; frame < frames; ++frame) {
            const float value = look.spectrogram[std::size_t(mel * frames + frame)];
            image.setPixelColor(frame, mels - 1 - mel,
                                theme().sequential(range.high > range.low
                                                       ? double((value - range.low) / (range.high - range.low))
                                                       : 0));
        }
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(area, image);
}

void paintCurves(QPainter& painter, const QRectF& area, const Look& look, const Look& reference)
{
    const std::int64_t steps = look.shape.empty() ? 0 : look.shape.back();
    const std::int64_t lines = steps > 0 ? std::int64_t(look.values.size()) / steps : 0;
    painter.setRenderHint(QPainter::Antialiasing);
    const std::int64_t shown = std::min<std::int64_t>(lines, mostLookCurves);
    for (std::int64_t c = 0; c < shown; ++c) {
        const bool fits = reference.values.size() == look.values.size();
        const Look& ranged = fits ? reference : look;
        const QRectF band(area.left(), area.top() + area.height() * double(c) / double(shown), area.width(),
                          area.height() / double(shown) - 4);
        paintLine(painter, band, look.values.data() + c * steps, steps,
                  rangeOf(ranged.values.data() + c * steps, steps), theme().run(int(c)));
    }
}

}

void paintLook(QPainter& painter, const QRectF& area, const Look& look, const Look* reference)
{
    painter.save();
    painter.setClipRect(area);
    if (!look.pixels.empty()) {
        paintPicture(painter, area, look);
    } else if (look.modality == core::data::Modality::Text) {
        paintText(painter, area, look);
    } else if (look.modality == core::data::Modality::Audio) {
        const double wave = area.height() * 0.4;
        const std::int64_t frames = look.shape.empty() ? 0 : look.shape.back();
        painter.setRenderHint(QPainter::Antialiasing);
        paintLine(painter, QRectF(area.left(), area.top(), area.width(), wave - 4), look.values.data(), frames,
                  reference ? rangeOf(reference->values.data(), std::int64_t(reference->values.size())) : Range{-1, 1},
                  theme().accent);
        paintSpectrogram(painter, QRectF(area.left(), area.top() + wave, area.width(), area.height() - wave), look);
    } else {
        paintCurves(painter, area, look, reference ? *reference : look);
    }
    painter.restore();
}

LookView::LookView(QWidget* parent) : QWidget(parent)
{
    setAccessibleName(tr("The chosen sample"));
}

void LookView::setLook(std::optional<Look> look)
{
    m_look = std::move(look);
    setToolTip(
        m_look && !m_look->tokens.empty()
            ? tr("<b>Tokens</b><br>What a network is given of this text, in this order; each has a number of its "
                 "own. <i>&lt;unk&gt;</i> stands for every token that the vocabulary lacks: with many of them, "
                 "enlarge data.tokens.vocabulary or cut words into pieces (bpe). A text that ends too early "
                 "here was cut off by data.tokens.max_length.")
            : QString());
    update();
}

void LookView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    if (!m_look) {
        painter.drawText(rect(), Qt::AlignLeft | Qt::AlignTop, tr("Choose a row to look at it."));
        return;
    }
    QString head = tr("row %1").arg(style::count(m_look->row));
    if (!m_look->label.empty())
        head += QStringLiteral(" · ") + QString::fromStdString(m_look->label);
    if (m_look->rate > 0 && !m_look->shape.empty())
        head += QStringLiteral(" · ") + tr("%1 s at %2 Hz")
                                            .arg(style::number(double(m_look->shape.back()) / m_look->rate, 3),
                                                 style::count(qint64(m_look->rate)));
    if (!m_look->where.empty())
        head += QStringLiteral(" · ") + QString::fromStdString(m_look->where).section(QLatin1Char('/'), -1);
    painter.drawText(QRect(0, 0, width(), 18), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(head, Qt::ElideMiddle, width()));
    paintLook(painter, QRectF(rect()).adjusted(0, 24, 0, 0), *m_look);
}

}
