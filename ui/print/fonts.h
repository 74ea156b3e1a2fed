// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFontDatabase>

namespace ui::print {

/// Inter as it was made, else the system's sans: figures of the window's own cut of it could not be copied out of a
/// PDF.
inline QString printFamily()
{
    const QString inter = QStringLiteral("Inter");
    return QFontDatabase::hasFamily(inter) ? inter : QFontDatabase::systemFont(QFontDatabase::GeneralFont).family();
}

}
