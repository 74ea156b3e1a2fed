// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QHeaderView>

namespace ui::style {

/// The headings of a table's columns. Qt's own leaves the style sheet's padding out of their width where there is no
/// sort arrow, and cuts their first letters.
class TableHeader final : public QHeaderView {
public:
    explicit TableHeader(QWidget* parent = nullptr) : QHeaderView(Qt::Horizontal, parent)
    {
        setHighlightSections(false);
    }

protected:
    QSize sectionSizeFromContents(int section) const override
    {
        return QHeaderView::sectionSizeFromContents(section) + QSize(int(12 * theme().scale), 0);
    }
};

}
