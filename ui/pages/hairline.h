// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QPainter>
#include <QWidget>

namespace ui::pages {

/// One device-independent pixel of line between two parts of a page.
class Hairline final : public QWidget {
public:
    enum class Shade { Light, Dark };

    explicit Hairline(Shade shade = Shade::Light, QWidget* parent = nullptr) : QWidget(parent), m_shade(shade)
    {
        setFixedHeight(1);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter(this).fillRect(rect(), m_shade == Shade::Light ? style::theme().line : style::theme().muted);
    }

private:
    Shade m_shade;
};

}
