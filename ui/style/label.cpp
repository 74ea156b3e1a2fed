// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/label.h"

#include "ui/style/theme.h"

#include <QEvent>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace ui::style {

namespace {

QColor colorOf(Tone tone, const Theme& theme)
{
    switch (tone) {
    case Tone::Muted:
        return theme.muted;
    case Tone::Accent:
        return theme.accent;
    case Tone::Problem:
        return theme.problem;
    default:
        return theme.text;
    }
}

QFont fontOf(Tone tone, const Theme& theme)
{
    switch (tone) {
    case Tone::Strong:
        return theme.strong();
    case Tone::Heading:
        return theme.heading();
    case Tone::Title:
        return theme.title();
    default:
        return theme.body();
    }
}

}

Label::Label(const QString& text, Tone tone, QWidget* parent) : QLabel(text, parent), m_tone(tone)
{
    setTextFormat(Qt::PlainText);
    restyle();
}

void Label::setTone(Tone tone)
{
    if (m_tone == tone)
        return;
    m_tone = tone;
    restyle();
}

void Label::setElided(Qt::TextElideMode where)
{
    m_elide = where;
    updateGeometry();
}

QSize Label::minimumSizeHint() const
{
    const QSize full = QLabel::minimumSizeHint();
    return m_elide == Qt::ElideNone ? full : QSize(0, full.height());
}

void Label::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && !m_restyling)
        restyle();
    QLabel::changeEvent(event);
}

void Label::paintEvent(QPaintEvent* event)
{
    if (m_elide == Qt::ElideNone || wordWrap()) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    const QRect area = contentsRect();
    painter.drawText(area, int(alignment() | Qt::TextSingleLine),
                     fontMetrics().elidedText(text(), m_elide, area.width()));
}

bool Label::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_elide != Qt::ElideNone && toolTip().isEmpty()) {
        if (fontMetrics().horizontalAdvance(text()) > contentsRect().width())
            QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text(), this);
        return true;
    }
    return QLabel::event(event);
}

void Label::restyle()
{
    m_restyling = true;
    const Theme& now = theme();
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, colorOf(m_tone, now));
    setPalette(colors);
    setFont(fontOf(m_tone, now));
    m_restyling = false;
}

}
