// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace ui::style {

/// The family that the window is set in: Inter with tabular figures, else Inter, else the system's sans.
QString textFamily();

/// An OpenType font (Inter) whose `tnum` substitution applies without being asked for, under a name of its own of the
/// same length; empty if the font is not laid out as expected. Only figures become tabular, not the punctuation that
/// Inter lists there too. Qt 6.4 has no way to ask for a font's features; this needs no file of our own.
QByteArray withTabularFigures(const QByteArray& font, const QByteArray& family, const QByteArray& newFamily);

}
