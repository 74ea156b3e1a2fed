// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/chart.h"

#include <QObject>
#include <QTextCursor>
#include <QTextObjectInterface>

namespace ui::print {

/// Charts between the lines of a text, drawn as curves.
class ChartObject final : public QObject, public QTextObjectInterface {
    Q_OBJECT
    Q_INTERFACES(QTextObjectInterface)

public:
    static constexpr int type = QTextFormat::UserObject + 1;

    using QObject::QObject;
    /// `width` as the text's layout measures.
    static void insert(QTextCursor& cursor, const core::report::Chart& chart, double width);

    QSizeF intrinsicSize(QTextDocument* document, int place, const QTextFormat& format) override;
    void drawObject(QPainter* painter, const QRectF& rect, QTextDocument* document, int place,
                    const QTextFormat& format) override;
};

}
