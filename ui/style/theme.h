// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace ui::style {

enum class Scheme { System, Light, Dark };

/// The one palette (WINDOW, "Look"). All measures in device-independent pixels.
struct Theme {
    bool dark = false;
    double scale = 1; ///< 1.6 in presenter mode: fonts and line widths
    QColor ground, surface, line, text, muted, accent, accentText, branch, problem, grid, hover;
    QColor axis;       ///< axis lines and outlines of buttons
    QColor branchText; ///< the branch's green where it is written
    /// Okabe–Ito for run `i`: the accent, then the branch's green, then the others; vermilion is kept for problems.
    QColor run(int i) const;
    /// The same where it is written: at least 4.5:1 on ground and surface.
    QColor runText(int i) const;
    /// Okabe–Ito for class `i` of a data set (0 blue, 1 orange, …) and its pale form for surfaces.
    QColor classColor(int i) const;
    QColor classGround(int i) const;
    /// viridis at 0 … 1.
    QColor sequential(double t) const;
    /// Blue – white (ground) – orange at -1 … 1.
    QColor diverging(double t) const;

    /// `color`, moved towards the text colour until it reads on ground and surface (4.5:1).
    QColor readable(QColor color) const;

    QFont body() const;    ///< 13 px × scale, tabular figures
    QFont medium() const;  ///< the same, a little heavier: titles of plots
    QFont strong() const;  ///< the same, semibold
    QFont heading() const; ///< 16 px, semibold
    QFont lead() const;    ///< 16 px, regular: closing sentences
    QFont title() const;   ///< 29 px
};

/// Contrast of WCAG 2.1, 1 … 21.
double contrast(const QColor& a, const QColor& b);

/// The theme in force. Widgets repaint on QEvent::PaletteChange, which setTheme sends to all of them.
const Theme& theme();
void setTheme(Scheme scheme, double scale = 1);
Scheme currentScheme();

/// A line icon from resources/icons (24-px grid), drawn in the theme's colours at any pixel ratio; muted when disabled,
/// the accent when on. A null icon for an unknown name. Names: `start data model train debug tune runs learn commands
/// play pause step stop live branch warning error info check close add remove search chevron right revert undo redo
/// open save download export copy reset zoom more light dark presenter replay edit lock folder delete compare sort`.
/// An icon follows the theme by itself: ask once.
QIcon icon(const QString& name);
/// The same in one colour, for painting.
QPixmap iconPixmap(const QString& name, int side, const QColor& color, double pixelRatio = 1);

/// 4 significant digits, thin spaces in thousands (no-break spaces stand before units): `0.08221`, `1 300`, `1.2e-5`;
/// zeros at the end only where they were measured.
QString number(double value, int digits = 4);
/// `1 300`.
QString count(qint64 value);
/// `98.3 %`.
QString percent(double share, int digits = 3);
/// `41 s`, `1 min 12 s`, `1 h 04 min`.
QString duration(double seconds);
/// `412 MB`.
QString bytes(quint64 size);
/// `3 min ago`, `yesterday`.
QString ago(double wallSeconds, double nowWallSeconds);

}
