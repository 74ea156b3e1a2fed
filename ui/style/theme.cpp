// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/theme.h"

#include "ui/style/fonts.h"
#include "ui/style/sheet.h"

#include <QApplication>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>
#include <QWidget>

#include <cmath>

namespace ui::style {

namespace {

Theme light()
{
    Theme t;
    t.ground = 0xFAFAF8u, t.surface = 0xFFFFFFu, t.line = 0xE3E2DEu, t.text = 0x1F2328u, t.muted = 0x6B7078u;
    t.accent = 0x0072B2u, t.accentText = 0xFFFFFFu, t.branch = 0x009E73u, t.branchText = 0x00734Fu,
    t.problem = 0xC24E00u;
    t.grid = 0xEFEEEAu, t.hover = 0xF0F5F9u, t.axis = 0x8B9097u;
    return t;
}

Theme dark()
{
    Theme t;
    t.dark = true;
    t.ground = 0x16181Cu, t.surface = 0x1E2126u, t.line = 0x2E323Au, t.text = 0xE6E8EBu, t.muted = 0x9AA1ABu;
    t.accent = 0x56B4E9u, t.accentText = 0x0F1A22u, t.branch = 0x2DBE94u, t.branchText = 0x2DBE94u,
    t.problem = 0xF0843Cu;
    t.grid = 0x23272Du, t.hover = 0x1C2630u, t.axis = 0x767D88u;
    return t;
}

struct Current {
    Theme theme = light();
    Scheme scheme = Scheme::System;
};

Current& current()
{
    static Current value;
    return value;
}

/// The desktop's palette, as it was before ours was set.
bool systemIsDark()
{
    static const QPalette system = QGuiApplication::palette();
    return system.color(QPalette::Window).lightness() < system.color(QPalette::WindowText).lightness();
}

QPalette paletteOf(const Theme& t)
{
    QPalette p;
    const auto set = [&p](std::initializer_list<QPalette::ColorRole> roles, const QColor& color) {
        for (const QPalette::ColorRole role : roles)
            p.setColor(role, color);
    };
    set({QPalette::Window, QPalette::AlternateBase}, t.ground);
    set({QPalette::Base, QPalette::Button, QPalette::ToolTipBase, QPalette::Light}, t.surface);
    set({QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText, QPalette::BrightText},
        t.text);
    set({QPalette::Mid, QPalette::Midlight}, t.line);
    set({QPalette::Dark, QPalette::Shadow}, t.axis);
    set({QPalette::Highlight}, t.accent);
    set({QPalette::HighlightedText}, t.accentText);
    set({QPalette::Link, QPalette::LinkVisited}, t.accent);
    set({QPalette::PlaceholderText}, t.muted);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, t.dark ? QColor(0x5F6670) : QColor(0xA3A7AD));
    p.setColor(QPalette::Disabled, QPalette::Highlight, t.line);
    return p;
}

QFont font(const Theme& theme, double pixels, QFont::Weight weight)
{
    QFont font(textFamily());
    font.setPixelSize(int(std::lround(pixels * theme.scale)));
    font.setWeight(weight);
    font.setHintingPreference(QFont::PreferNoHinting);
    return font;
}

}

QFont Theme::body() const
{
    return font(*this, 13, QFont::Normal);
}

QFont Theme::medium() const
{
    return font(*this, 13, QFont::Medium);
}

QFont Theme::strong() const
{
    return font(*this, 13, QFont::DemiBold);
}

QFont Theme::heading() const
{
    return font(*this, 16, QFont::DemiBold);
}

QFont Theme::lead() const
{
    return font(*this, 16, QFont::Normal);
}

QFont Theme::title() const
{
    return font(*this, 29, QFont::DemiBold);
}

const Theme& theme()
{
    return current().theme;
}

Scheme currentScheme()
{
    return current().scheme;
}

void setTheme(Scheme scheme, double scale)
{
    const bool isDark = scheme == Scheme::Dark || (scheme == Scheme::System && systemIsDark());
    systemIsDark(); // remembers the desktop's palette before it is replaced
    current().scheme = scheme;
    current().theme = isDark ? dark() : light();
    current().theme.scale = scale;

    if (QApplication::style()->objectName().compare(QLatin1String("fusion"), Qt::CaseInsensitive) != 0)
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(paletteOf(theme()));
    QApplication::setFont(theme().body());
    qApp->setStyleSheet(sheet(theme()));
    // A change of scale alone leaves the palette as it is, and Qt would tell nobody.
    const QWidgetList widgets = QApplication::allWidgets();
    for (QWidget* widget : widgets) {
        QEvent event(QEvent::PaletteChange);
        QApplication::sendEvent(widget, &event);
    }
}

}
