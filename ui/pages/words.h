// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>
#include <QString>

#include <string>

namespace ui::pages {

inline QString text(const std::string& words)
{
    return QString::fromStdString(words);
}

/// A button without a frame, as the style sheet draws it.
inline QPushButton* flatButton(const QString& words, QWidget* parent = nullptr)
{
    auto* button = new QPushButton(words, parent);
    button->setProperty("flat", true);
    return button;
}

/// With the name that tests and style sheets know it by.
inline QPushButton* flatButton(const QString& words, const char* name, const QString& tip)
{
    QPushButton* button = flatButton(words);
    button->setObjectName(name);
    button->setToolTip(tip);
    return button;
}

}
