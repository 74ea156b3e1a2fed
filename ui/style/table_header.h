// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/style/theme.h"

#include <QEvent>
#include <QHeaderView>
#include <QTableView>

#include <cmath>

namespace ui::style {

/// The headings of a table's columns. Qt's own leaves the style sheet's padding out of their width where there is no
/// sort arrow, and cuts their first letters. Rows grow with the theme's scale. Where widths follow the cells, a hundred
/// rows are asked: laying out the text of a long table's would hold up the window.
class TableHeader final : public QHeaderView {
public:
    explicit TableHeader(QWidget* parent = nullptr) : QHeaderView(Qt::Horizontal, parent)
    {
        setHighlightSections(false);
        setResizeContentsPrecision(100);
    }

protected:
    QSize sectionSizeFromContents(int section) const override
    {
        return QHeaderView::sectionSizeFromContents(section) + QSize(int(12 * theme().scale), 0);
    }
    void changeEvent(QEvent* event) override
    {
        QHeaderView::changeEvent(event);
        auto* table = qobject_cast<QTableView*>(parentWidget());
        if (event->type() != QEvent::PaletteChange || !table || m_scale == theme().scale)
            return;
        QHeaderView* rows = table->verticalHeader();
        rows->setDefaultSectionSize(int(std::lround(rows->defaultSectionSize() * theme().scale / m_scale)));
        m_scale = theme().scale;
    }

private:
    double m_scale = theme().scale; ///< that rows were made for
};

}
