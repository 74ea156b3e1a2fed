// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/rail.h"

#include "ui/shell/icon_button.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QPainter>
#include <QVBoxLayout>

namespace ui::shell {

using style::theme;

namespace {

constexpr int entryHeight = 64;
constexpr int iconSide = 20;

}

RailButton::RailButton(const QString& icon, const QString& text, QWidget* parent)
    : QAbstractButton(parent),
      m_icon(icon)
{
    setText(text);
    setAccessibleName(text);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
}

QSize RailButton::sizeHint() const
{
    return {Rail::width - 1, entryHeight};
}

void RailButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QColor color = isChecked() ? theme().accent : underMouse() ? theme().text : theme().muted;
    if (isChecked())
        painter.fillRect(0, 8, 3, height() - 16, theme().accent);
    if (hasFocus()) {
        painter.setPen(theme().accent);
        painter.drawRect(rect().adjusted(4, 2, -5, -3));
    }
    painter.drawPixmap((width() - iconSide) / 2 + 1, 10,
                       style::iconPixmap(m_icon, iconSide, color, devicePixelRatioF()));
    painter.setFont(isChecked() ? theme().strong() : theme().body());
    painter.setPen(color);
    painter.drawText(QRect(0, 34, width(), 22), Qt::AlignCenter, text());
}

Rail::Rail(QWidget* parent)
    : QWidget(parent),
      m_column(new QVBoxLayout(this)),
      m_theme(new IconButton(QStringLiteral("dark"), 16, this))
{
    setFixedWidth(width);
    setAccessibleName(tr("Pages"));
    m_column->setContentsMargins(0, 0, 1, 4);
    m_column->setSpacing(0);
    m_column->addStretch();
    auto* palette = new RailButton(QStringLiteral("commands"), tr("Ctrl+K"), this);
    palette->setAccessibleName(tr("Command palette"));
    palette->setToolTip(tr("Find any action  Ctrl+K"));
    connect(palette, &QAbstractButton::clicked, this, &Rail::paletteAsked);
    m_column->addWidget(palette);
    m_theme->setAccessibleName(tr("Light or dark"));
    m_theme->setToolTip(tr("Light or dark"));
    connect(m_theme, &QAbstractButton::clicked, this, &Rail::themeAsked);
    m_column->addWidget(m_theme, 0, Qt::AlignHCenter);
    placeThemeIcon();
}

void Rail::addPage(const QString& name, const QString& title, const QString& icon, const QString& tip)
{
    auto* button = new RailButton(icon, title, this);
    button->setCheckable(true);
    button->setAutoExclusive(true);
    button->setObjectName(name);
    button->setToolTip(tip);
    connect(button, &QAbstractButton::clicked, this, [this, name] { Q_EMIT pageChosen(name); });
    m_column->insertWidget(m_pages++, button);
}

RailButton* Rail::button(const QString& name) const
{
    return findChild<RailButton*>(name, Qt::FindDirectChildrenOnly);
}

void Rail::setCurrent(const QString& name)
{
    if (RailButton* entry = button(name))
        entry->setChecked(true);
}

void Rail::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().ground);
    painter.fillRect(QWidget::width() - 1, 0, 1, height(), theme().line);
}

void Rail::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        placeThemeIcon();
    QWidget::changeEvent(event);
}

void Rail::placeThemeIcon()
{
    static_cast<IconButton*>(m_theme)->setSign(theme().dark ? QStringLiteral("light") : QStringLiteral("dark"));
}

}
