// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/print/report_pdf.h"

#include "core/base/files.h"
#include "ui/print/chart_object.h"
#include "ui/print/fonts.h"
#include "ui/print/report_text.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QLocale>
#include <QPainter>
#include <QPdfWriter>
#include <QTextDocument>

namespace ui::print {

namespace {

constexpr int resolution = 600; // dots an inch that text is measured by
constexpr double headingRoom = 70;

QPageSize usualPage()
{
    const bool letter = QLocale::system().measurementSystem() == QLocale::ImperialUSSystem;
    return QPageSize(letter ? QPageSize::Letter : QPageSize::A4);
}

void drawFoot(QPainter& painter, const QSizeF& page, double foot, const QString& title, int number, int pages)
{
    QFont font(printFamily());
    font.setPointSizeF(8);
    painter.setFont(font);
    painter.setPen(QColor(0x5A5F66));
    const QRectF line(0, page.height(), page.width(), foot);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignBottom, title);
    painter.drawText(line, Qt::AlignRight | Qt::AlignBottom, QStringLiteral("%1 of %2").arg(number).arg(pages));
}

void draw(QPdfWriter& writer, const core::report::Document& document)
{
    const double point = resolution / 72.0, foot = 24 * point;
    const QSizeF paper(writer.width(), writer.height());
    const QSizeF page(paper.width(), paper.height() - foot);
    QTextDocument text;
    text.setUndoRedoEnabled(false);
    text.setDocumentMargin(0);
    text.setUseDesignMetrics(true);
    text.documentLayout()->setPaintDevice(&writer);
    ChartObject charts;
    text.documentLayout()->registerHandler(ChartObject::type, &charts);
    QTextOption option = text.defaultTextOption();
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    text.setDefaultTextOption(option);
    QFont font(printFamily());
    font.setPointSizeF(9.5);
    text.setDefaultFont(font);
    text.setPageSize(page);
    ReportText(text, page.width(), point).write(document);
    ReportText::keepHeadings(text, headingRoom * point);
    QPainter painter(&writer);
    const int pages = text.pageCount();
    for (int i = 0; i < pages; ++i) {
        if (i > 0)
            writer.newPage();
        painter.save();
        const QRectF shown(0, i * page.height(), page.width(), page.height());
        painter.translate(0, -shown.top());
        painter.setClipRect(shown);
        QAbstractTextDocumentLayout::PaintContext context;
        context.clip = shown;
        context.palette.setColor(QPalette::Text, QColor(0x1F2328));
        text.documentLayout()->draw(&painter, context);
        painter.restore();
        drawFoot(painter, page, foot, QString::fromStdString(document.title), i + 1, pages);
    }
}

}

core::base::Status writeReportPdf(const core::report::Document& document, const QString& file)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setPdfVersion(QPagedPaintDevice::PdfVersion_1_6);
        writer.setResolution(resolution);
        writer.setPageSize(usualPage());
        writer.setPageMargins(QMarginsF(17, 16, 17, 14), QPageLayout::Millimeter);
        writer.setTitle(QString::fromStdString(document.title));
        writer.setCreator(QStringLiteral("Descent"));
        draw(writer, document);
    }
    return core::base::writeFileAtomically(
        file.toStdString(), std::string_view(buffer.data().constData(), std::size_t(buffer.data().size())));
}

}
