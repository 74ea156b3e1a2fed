// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/print/chart_object.h"

#include "ui/print/fonts.h"

#include <QPainter>
#include <QSvgRenderer>
#include <QXmlStreamReader>
#include <QXmlStreamWriter>

namespace ui::print {

namespace {

constexpr int drawingProperty = QTextFormat::UserProperty + 1, sizeProperty = QTextFormat::UserProperty + 2,
              wordsProperty = QTextFormat::UserProperty + 3, scaleProperty = QTextFormat::UserProperty + 4;
constexpr double textSize = 12; ///< of the pictures' own units

struct Parts {
    QByteArray drawing;
    QVariantList words; ///< of each x, y, text, fill, anchor, whether it is strong
};

/// Takes the texts out of a picture: the SVG renderer would draw their outlines, which nobody can select.
Parts partsOf(const std::string& svg)
{
    Parts parts;
    QXmlStreamReader reader(QByteArray::fromStdString(svg));
    QXmlStreamWriter writer(&parts.drawing);
    while (!reader.atEnd()) {
        reader.readNext();
        if (reader.isStartElement() && reader.name() == QLatin1String("text")) {
            const QXmlStreamAttributes all = reader.attributes();
            QVariantList word{all.value("x").toDouble(),
                              all.value("y").toDouble(),
                              {},
                              all.value("fill").toString(),
                              all.value("text-anchor").toString(),
                              all.value("font-weight") == QLatin1String("600")};
            word[2] = reader.readElementText();
            parts.words.push_back(word);
        } else if (!reader.isStartDocument() && !reader.hasError()) {
            writer.writeCurrentToken(reader);
        }
    }
    return parts;
}

void drawWords(QPainter& painter, const QVariantList& words, QPointF corner, double scale)
{
    for (const QVariant& one : words) {
        const QVariantList word = one.toList();
        QFont font(printFamily());
        font.setPointSizeF(textSize * scale * 72 / painter.device()->logicalDpiY());
        font.setWeight(word[5].toBool() ? QFont::DemiBold : QFont::Normal);
        painter.setFont(font);
        painter.setPen(QColor(word[3].toString()));
        const QString text = word[2].toString(), anchor = word[4].toString();
        const double wide = QFontMetricsF(font, painter.device()).horizontalAdvance(text);
        const double back = anchor == QLatin1String("end") ? wide : anchor == QLatin1String("middle") ? wide / 2 : 0;
        painter.drawText(corner + QPointF(word[0].toDouble() * scale - back, word[1].toDouble() * scale), text);
    }
}

}

void ChartObject::insert(QTextCursor& cursor, const core::report::Chart& chart, double width)
{
    const core::report::Picture picture = core::report::svgOf(chart, core::report::whitePaper());
    const Parts parts = partsOf(picture.svg);
    const double scale = width / picture.width;
    QTextCharFormat format;
    format.setObjectType(type);
    format.setProperty(drawingProperty, parts.drawing);
    format.setProperty(wordsProperty, parts.words);
    format.setProperty(scaleProperty, scale);
    format.setProperty(sizeProperty, QSizeF(width, scale * picture.height));
    cursor.insertText(QString(QChar::ObjectReplacementCharacter), format);
}

QSizeF ChartObject::intrinsicSize(QTextDocument*, int, const QTextFormat& format)
{
    return format.property(sizeProperty).toSizeF();
}

void ChartObject::drawObject(QPainter* painter, const QRectF& rect, QTextDocument*, int, const QTextFormat& format)
{
    QSvgRenderer renderer(format.property(drawingProperty).toByteArray());
    renderer.render(painter, rect);
    drawWords(*painter, format.property(wordsProperty).toList(), rect.topLeft(),
              format.property(scaleProperty).toDouble());
}

}
