// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/print/report_text.h"

#include "ui/print/chart_object.h"
#include "ui/print/fonts.h"

#include <QAbstractTextDocumentLayout>
#include <QFontDatabase>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextTable>

#include <cmath>

namespace ui::print {

using core::report::Tone;

namespace {

constexpr int headingState = 1;
constexpr std::size_t longTable = 16; ///< rows; the heads of shorter ones are not told again on the next page
constexpr double bodySize = 9.5, smallSize = 8.5;
constexpr double point = 96. / 72; ///< in pixels, which margins and borders are given in

QString textOf(const std::string& words)
{
    return QString::fromStdString(words);
}

QColor colorOf(Tone tone)
{
    switch (tone) {
    case Tone::Muted:
        return QColor(0x5A5F66);
    case Tone::Problem:
        return QColor(0xB04600);
    case Tone::Good:
        return QColor(0x00664A);
    default:
        return QColor(0x1F2328);
    }
}

QTextCharFormat charsOf(double size, Tone tone, int weight = QFont::Normal)
{
    QTextCharFormat format;
    format.setFontFamilies({printFamily()});
    format.setFontPointSize(size);
    format.setFontWeight(weight);
    format.setForeground(colorOf(tone));
    return format;
}

QTextCharFormat codeOf(double size, Tone tone)
{
    QTextCharFormat format = charsOf(size, tone);
    format.setFontFamilies({QFontDatabase::systemFont(QFontDatabase::FixedFont).family()});
    return format;
}

}

ReportText::ReportText(QTextDocument& text, double width, double dots) : m_cursor(&text), m_width(width), m_dots(dots)
{
}

void ReportText::newBlock(double above, double below)
{
    QTextBlockFormat format;
    format.setTopMargin(above * point);
    format.setBottomMargin(below * point);
    if (m_empty)
        m_cursor.setBlockFormat(format);
    else
        m_cursor.insertBlock(format);
    m_empty = false;
}

void ReportText::write(const core::report::Document& document)
{
    m_cursor.beginEditBlock(); // laid out once, not after every word
    heading(document.title, 20, 0, Tone::Body);
    paragraph(document.subtitle, Tone::Muted);
    for (const core::report::Section& one : document.sections)
        section(one);
    if (!m_folded.empty())
        heading("Appendix", 14, 26, Tone::Body);
    for (const core::report::Table* table : m_folded) {
        heading(table->fold, 10.5, 12, Tone::Body);
        core::report::Table open = *table;
        open.fold.clear();
        ReportText::table(open);
    }
    m_cursor.endEditBlock();
}

void ReportText::section(const core::report::Section& section)
{
    if (!section.title.empty())
        heading(section.title, 14, 24, Tone::Body);
    for (const core::report::Block& one : section.blocks)
        block(one);
}

void ReportText::block(const core::report::Block& block)
{
    using namespace core::report;
    if (const auto* words = std::get_if<Paragraph>(&block))
        paragraph(words->text, words->tone);
    else if (const auto* title = std::get_if<Heading>(&block))
        heading((title->tone == Tone::Problem ? "▲ " : "") + title->text, 10.5, 12, title->tone);
    else if (const auto* command = std::get_if<Code>(&block))
        code(command->text);
    else if (const auto* some = std::get_if<Figures>(&block))
        figures(*some);
    else if (const auto* rows = std::get_if<Table>(&block))
        table(*rows);
    else
        charts(std::get<Charts>(block));
}

void ReportText::paragraph(const std::string& words, Tone tone)
{
    newBlock(0, 3);
    m_cursor.insertText(textOf(words), charsOf(tone == Tone::Lead ? 11.5 : bodySize, tone));
}

void ReportText::heading(const std::string& words, double size, double above, Tone tone)
{
    newBlock(above, size > 12 ? 6 : 3);
    m_cursor.block().setUserState(headingState);
    m_cursor.insertText(textOf(words), charsOf(size, tone, QFont::DemiBold));
}

void ReportText::code(const std::string& words)
{
    newBlock(4, 6);
    QTextBlockFormat format = m_cursor.blockFormat();
    format.setBackground(QColor(0xF4F3F0));
    format.setLeftMargin(0);
    m_cursor.setBlockFormat(format);
    m_cursor.insertText(textOf(words), codeOf(smallSize, Tone::Body));
}

void ReportText::figures(const core::report::Figures& figures)
{
    constexpr int across = 4;
    const int count = int(figures.figures.size());
    if (count == 0)
        return;
    QTextTableFormat format;
    format.setBorder(0);
    format.setCellPadding(0);
    format.setCellSpacing(0);
    format.setTopMargin(6 * point);
    format.setBottomMargin(6 * point);
    format.setColumnWidthConstraints(QList<QTextLength>(across, QTextLength(QTextLength::PercentageLength, 25)));
    QTextTable* table = m_cursor.insertTable((count + across - 1) / across, across, format);
    for (int i = 0; i < count; ++i) {
        const auto& one = figures.figures[std::size_t(i)];
        QTextCursor cell = table->cellAt(i / across, i % across).firstCursorPosition();
        cell.insertText(textOf(one.name), charsOf(smallSize, Tone::Muted));
        cell.insertBlock();
        cell.insertText(textOf(one.value), charsOf(13, Tone::Body));
        cell.insertBlock();
        cell.insertText(textOf(one.note), charsOf(smallSize, Tone::Muted));
        cell.insertBlock({}, charsOf(5, Tone::Muted)); // margins within cells count for nothing
    }
    // A text goes on in the paragraph that stands behind a table.
    m_cursor.movePosition(QTextCursor::End);
    m_empty = true;
}

void ReportText::table(const core::report::Table& table)
{
    if (!table.fold.empty()) {
        m_folded.push_back(&table);
        return paragraph(table.fold + ": at the end of this report.", Tone::Muted);
    }
    if (table.columns.empty())
        return;
    QTextTableFormat format;
    format.setBorder(0);
    format.setBorderCollapse(true);
    format.setCellPadding(2.5 * point);
    format.setCellSpacing(0);
    format.setTopMargin(4 * point);
    format.setBottomMargin(12 * point);
    format.setHeaderRowCount(table.rows.size() > longTable ? 1 : 0);
    format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
    QTextTable* made = m_cursor.insertTable(int(table.rows.size()) + 1, int(table.columns.size()), format);
    QTextTableCellFormat line;
    line.setBottomBorder(0.5 * point);
    line.setBottomBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    line.setBottomBorderBrush(QColor(0xD8D7D3));
    for (int row = 0; row <= int(table.rows.size()); ++row)
        for (int column = 0; column < int(table.columns.size()); ++column) {
            QTextTableCell cell = made->cellAt(row, column);
            cell.setFormat(line);
            QTextCursor at = cell.firstCursorPosition();
            QTextBlockFormat block;
            if (table.columns[std::size_t(column)].number)
                block.setAlignment(Qt::AlignRight);
            if (row == 0) {
                at.setBlockFormat(block);
                at.insertText(textOf(table.columns[std::size_t(column)].title), charsOf(smallSize, Tone::Muted));
                continue;
            }
            const auto& cells = table.rows[std::size_t(row) - 1];
            if (std::size_t(column) >= cells.size())
                continue;
            const core::report::Table::Cell& content = cells[std::size_t(column)];
            block.setLeftMargin(12 * content.indent * point);
            at.setBlockFormat(block);
            at.insertText(textOf(content.text),
                          content.code ? codeOf(8, content.tone) : charsOf(smallSize + 0.5, content.tone));
        }
    // A text goes on in the paragraph that stands behind a table.
    m_cursor.movePosition(QTextCursor::End);
    m_empty = true;
}

void ReportText::charts(const core::report::Charts& charts)
{
    // Room for both and the space between them, a little less than the page is wide.
    const double gap = 10 * m_dots, half = (m_width - gap) / 2 - m_dots;
    bool open = false; // one half stands on the line
    for (const core::report::Chart& chart : charts.charts) {
        const bool second = open && !chart.wide;
        if (!second)
            newBlock(6, 4);
        else
            m_cursor.insertText(QStringLiteral(" "), charsOf(bodySize, Tone::Body));
        ChartObject::insert(m_cursor, chart, chart.wide ? m_width - m_dots : half);
        open = !chart.wide && !second;
    }
}

void ReportText::keepHeadings(QTextDocument& text, double room)
{
    const double page = text.pageSize().height();
    for (QTextBlock block = text.begin(); block.isValid(); block = block.next()) {
        if (block.userState() != headingState || block == text.begin())
            continue;
        const QRectF place = text.documentLayout()->blockBoundingRect(block);
        // A chart or a table's row that is higher than what is left goes on alone.
        double next = room;
        if (const QTextBlock after = block.next(); after.isValid())
            next = std::max(next, text.documentLayout()->blockBoundingRect(after).height());
        const double left = page - std::fmod(place.bottom(), page);
        if (left > std::min(next, 0.6 * page))
            continue;
        QTextCursor cursor(block);
        QTextBlockFormat format = block.blockFormat();
        format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
        cursor.setBlockFormat(format);
    }
}

}
