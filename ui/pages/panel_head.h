// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/hairline.h"
#include "ui/style/label.h"

#include <QVBoxLayout>

namespace ui::pages {

/// Title, what it is about and a hairline at the top of a panel, on the same lines as over the inspector's forms.
inline void addPanelHead(QVBoxLayout& column, style::Label& title, style::Label& subtitle)
{
    auto* head = new QVBoxLayout;
    head->setContentsMargins(0, 0, 0, 0);
    head->setSpacing(0);
    title.setMinimumHeight(22);
    subtitle.setMinimumHeight(26);
    head->addWidget(&title);
    head->addSpacing(2);
    head->addWidget(&subtitle);
    head->addSpacing(7);
    head->addWidget(new Hairline);
    column.addLayout(head);
}

}
